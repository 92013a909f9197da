import type { Column } from '../model/sheet.ts';

/** Case, spaces, underscores and hyphens do not matter when a header is compared. */
const folded = (text: string): string =>
  text
    .toLocaleLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();

/**
 * The sheet's column each header of a file means: by the exact label or name first, then without regard to case and
 * separators. A column is proposed once; null where nothing fits or more than one column would.
 */
export const proposeMapping = (headers: readonly string[], columns: readonly Column[]): (string | null)[] => {
  const mapping: (string | null)[] = headers.map(() => null);
  const free = new Set(columns);
  const settled = new Set<number>();
  const tries: readonly ((column: Column, header: string) => boolean)[] = [
    ({ label }, header) => label === header,
    ({ name }, header) => name === header,
    ({ label }, header) => folded(label) === folded(header),
    ({ name }, header) => folded(name) === folded(header),
  ];
  for (const fits of tries) {
    headers.forEach((header, i) => {
      if (settled.has(i) || header === '') return;
      const [column, another] = columns.filter((each) => fits(each, header));
      if (!column) return;
      // Whatever fits more loosely is not what is meant, also where this is left to the person.
      settled.add(i);
      if (another || !free.delete(column)) return;
      mapping[i] = column.name;
    });
  }
  return mapping;
};

/** Headers of an exported file: labels, or names where labels repeat, so that the file can be read back. */
export const headersOf = (columns: readonly Column[]): string[] => {
  const seen = new Map<string, number>();
  for (const { label } of columns) seen.set(label, (seen.get(label) ?? 0) + 1);
  return columns.map(({ label, name }) => (seen.get(label) === 1 ? label : name));
};
