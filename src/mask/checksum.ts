const ZERO = 48;

/** Luhn's formula, ISO/IEC 7812-1 annex B; digits only. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - ZERO;
    const twice = index % 2 === 1 ? digit * 2 : digit;
    sum += twice > 9 ? twice - 9 : twice;
  }
  return sum % 10 === 0;
}

const CHUNK = 7;

/** ISO 7064 MOD 97-10 of an IBAN (ISO 13616-1), written without blanks. */
export function mod97(iban: string): boolean {
  const moved = iban.slice(4) + iban.slice(0, 4);
  const digits = [...moved].map((letter) => Number.parseInt(letter, 36).toString()).join('');
  let rest = '';
  for (let at = 0; at < digits.length; at += CHUNK) {
    rest = String(Number(rest + digits.slice(at, at + CHUNK)) % 97);
  }
  return rest === '1';
}

/** DEA registration number: (d1+d3+d5) + 2(d2+d4+d6) ends in d7 (21 CFR 1301.35 numbers as issued). */
export function dea(number: string): boolean {
  const digit = (position: number): number => number.charCodeAt(position + 1) - ZERO;
  const odd = digit(1) + digit(3) + digit(5);
  const even = digit(2) + digit(4) + digit(6);
  return (odd + 2 * even) % 10 === digit(7);
}
