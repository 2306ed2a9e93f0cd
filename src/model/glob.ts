/**
 * True when `text` as a whole matches `pattern`, in which `*` stands for any run of characters (dots
 * included) and everything else for itself, case-sensitive. No other wildcard, no escape. Each piece
 * between stars is looked for once, from left to right, so there is nothing to backtrack over.
 */
export function globMatches(pattern: string, text: string): boolean {
  const [head = '', ...pieces] = pattern.split('*');
  const tail = pieces.pop();
  if (tail === undefined) return text === pattern;
  if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
  const end = text.length - tail.length;
  let at = head.length;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
