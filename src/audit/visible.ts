/**
 * Everything a terminal would act on or hide, and halves of surrogate pairs: C0, DEL, C1, bidi, zero width, tag characters
 * (Unicode 15.1, categories Cc, Cf, Zl, Zp, Cs).
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** As JSON spells it, so that a line of JSON stays one. */
function spelled(character: string): string {
  return Array.from({ length: character.length }, (_, unit) => {
    return `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`;
  }).join('');
}

/** Text that is safe to print: what the log holds is not believed to be what guard wrote. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, spelled);
}
