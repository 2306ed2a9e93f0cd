import { cells } from '../terminal/width.ts';

/** Columns of text, two blanks apart; the last one is not padded. */
export function tableLines(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) =>
    all.reduce((widest, row) => Math.max(widest, cells(row[column] ?? '')), 0),
  );
  return all.map((row) =>
    row
      .map((text, column) =>
        column === row.length - 1 ? text : text + ' '.repeat((widths[column] ?? 0) - cells(text)),
      )
      .join('  ')
      .trimEnd(),
  );
}
