/** C0, DEL, C1, line and paragraph separators, bidi controls, zero-width characters, the BOM (Unicode 15). */
const CONTROLS =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const SPACES = /[\t\n\r\v\f\u2028\u2029\u0085]/;

/** Line breaks and tabs become blanks, other control characters their code points: what is shown can't move a cursor. */
export function withoutControls(text: string): string {
  return text.replace(CONTROLS, (character) =>
    SPACES.test(character) ? ' ' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
