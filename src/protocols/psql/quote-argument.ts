const OCTAL = 8;

/** Writes one argument of a command so that psql reads exactly this value; control characters as octal escapes. */
export function quoteArgument(value: string): string {
  const quoted = [...value].map((character) => {
    if (character === "'") return "''";
    if (character === '\\') return '\\\\';
    return character < ' ' || character === '\x7f'
      ? `\\${character.charCodeAt(0).toString(OCTAL).padStart(3, '0')}`
      : character;
  });
  return `'${quoted.join('')}'`;
}
