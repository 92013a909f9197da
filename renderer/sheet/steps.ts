import type { CellSets } from '../../shared/model/edit.ts';
import type { RowKey } from '../../shared/model/rows.ts';

/** One cell changed by the person, with the value that was on screen before. */
export interface CellChange {
  readonly row: RowKey;
  readonly column: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly reason?: string;
}

/** Changes in the shape the journal takes: parallel arrays, each column named once. */
export const cellSetsOf = (changes: Iterable<CellChange>): CellSets => {
  const columns: string[] = [];
  const position = new Map<string, number>();
  const reasons: Record<string, string> = {};
  const rows: RowKey[] = [];
  const columnOf: number[] = [];
  const befores: (string | null)[] = [];
  const afters: (string | null)[] = [];
  for (const { row, column, before, after, reason } of changes) {
    if (reason !== undefined) reasons[String(rows.length)] = reason;
    let at = position.get(column);
    if (at === undefined) {
      at = columns.push(column) - 1;
      position.set(column, at);
    }
    rows.push(row);
    columnOf.push(at);
    befores.push(before);
    afters.push(after);
  }
  const sets: CellSets = { columns, rows, columnOf, before: befores, after: afters };
  return Object.keys(reasons).length > 0 ? { ...sets, reasons } : sets;
};
