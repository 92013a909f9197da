import type { Problem } from '../model/batch.ts';
import type { SheetDefinition } from '../model/sheet.ts';

/**
 * Checks over the whole set of changed rows: values of unique columns and the key itself must not occur twice among them.
 * Rows that are not in the set are compared by the warehouse.
 */
export const checkSet = (
  definition: SheetDefinition,
  rows: Iterable<{ readonly row: string; readonly values: Readonly<Record<string, string | null>> }>,
): Problem[] => {
  const unique = definition.columns.flatMap((column) =>
    column.rules.flatMap((rule) => (rule.kind === 'unique' ? [{ column, rule }] : [])),
  );
  const seen = unique.map(() => new Map<string, string>());
  const keys = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { row, values } of rows) {
    unique.forEach(({ column, rule }, i) => {
      const value = values[column.name] ?? null;
      if (value === null) return;
      const first = seen[i]?.get(value);
      if (first === undefined) seen[i]?.set(value, row);
      else
        problems.push({
          row,
          column: column.name,
          severity: rule.severity,
          code: 'unique',
          message: rule.message ?? `"${column.label}" must be unique; this value is entered twice.`,
        });
    });
    const key = definition.key.map((name) => values[name] ?? null);
    if (key.length === 0 || key.includes(null)) continue;
    const text = JSON.stringify(key);
    if (keys.has(text))
      problems.push({
        row,
        column: definition.key[0],
        severity: 'block',
        code: 'key',
        message: 'Two rows have the same key. Change one of them.',
      });
    else keys.set(text, row);
  }
  return problems;
};
