/** Short names that people know; every other hidden character is shown by its number. */
const NAMED: ReadonlyMap<number, string> = new Map([
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x1b, '\\e'],
]);

/**
 * Characters that are not what they look like: controls, marks that turn or hide text (UAX #9, bidi controls; zero
 * width and other default-ignorable format characters), line separators, private use, lone surrogates.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;

/** Text that can be shown: what is invisible or would move the cursor is written out (`\e`, `\u{202e}`). */
export function printable(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return NAMED.get(code) ?? `\\u{${code.toString(16)}}`;
  });
}

/** Like `printable`, line by line: line breaks stay, tabs become spaces. */
export function printableLines(text: string): readonly string[] {
  return text.split(/\r\n|\n|\r/).map((line) => printable(line.replaceAll('\t', '    ')));
}
