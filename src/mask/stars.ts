import stringWidth from 'string-width';

const STAR = '*';
const ASCII = /^[\x20-\x7e]*$/;
const KEPT = /[^\p{L}\p{N}\p{M}]/u;
const BLANK = /\s/u;

/** Hides a text at its own display width: `keep` leaves punctuation and blanks, `all` leaves only blanks. */
export function stars(text: string, style: 'keep' | 'all'): string {
  if (ASCII.test(text)) return text.replace(style === 'keep' ? /[A-Za-z0-9]/g : /[^\s]/g, STAR);
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => starred(segment, style)).join('');
}

function starred(grapheme: string, style: 'keep' | 'all'): string {
  const stays = style === 'keep' ? KEPT : BLANK;
  if (grapheme.length === 1 && stays.test(grapheme)) return grapheme;
  return STAR.repeat(stringWidth(grapheme));
}
