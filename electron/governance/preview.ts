import type { BatchPreview } from '../../shared/model/batch.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { cellsOf, countPending } from '../../shared/plan/pending.ts';
import { canonicalPayload, compareRowKeys, planOf } from '../../shared/plan/plan.ts';
import { subtractDecimals, sumDecimals } from '../../shared/values/decimal.ts';
import { sha256Of } from '../journal/payload-hash.ts';
import type { Breath } from '../sheets/breathe.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import type { Warehouse } from '../warehouse/adapter.ts';
import { problemsOf } from './problems.ts';
import type { Submittable } from './submittable.ts';

const SHOWN_CHANGES = 500;
const SHOWN_PROBLEMS = 500;

/** What submitting the pending edits would do, with every check that can be made before the warehouse makes its own. */
export const previewOf = async (
  sheet: OpenSheet,
  { rows: given, undecided }: Submittable,
  warehouse: Pick<Warehouse, 'statements'>,
  breathe: Breath,
): Promise<BatchPreview> => {
  const { definition } = sheet;
  const rows = [...given].sort((a, b) => compareRowKeys(a.row, b.row));
  const tally = countPending(new Map(rows.map((row) => [row.row, row])));
  const sha256 = sha256Of(canonicalPayload(definition, rows));
  const plan = planOf({ definition, pending: rows, batch: '', note: null, sha256 });
  const { changes, more } = shownChanges(rows);
  return {
    sheet: definition.id,
    sha256,
    counts: {
      rows: rows.length,
      cells: tally.cells,
      updated: tally.updated,
      inserted: tally.inserted,
      deleted: tally.deleted,
    },
    columns: columnSums(sheet, rows),
    changes,
    moreChanges: more,
    undecided: undecided.length,
    problems: (await problemsOf(sheet, rows, breathe)).slice(0, SHOWN_PROBLEMS),
    statements: [...warehouse.statements(plan, definition)],
  };
};

type Change = BatchPreview['changes'][number];

const changesOfRow = (row: PendingRow): readonly Change[] => {
  switch (row.kind) {
    case 'update':
      return Object.entries(row.cells).map(([column, cell]) => ({
        row: row.row,
        kind: row.kind,
        column,
        before: cell.before,
        after: cell.after,
        reason: cell.reason,
      }));
    case 'insert':
      return Object.entries(row.values).map(([column, value]) => ({
        row: row.row,
        kind: row.kind,
        column,
        before: null,
        after: value,
      }));
    case 'delete':
      return Object.entries(row.before).map(([column, value]) => ({
        row: row.row,
        kind: row.kind,
        column,
        before: value,
        after: null,
      }));
  }
};

const shownChanges = (rows: readonly PendingRow[]): { changes: Change[]; more: number } => {
  const changes: Change[] = [];
  let total = 0;
  for (const row of rows) {
    const room = SHOWN_CHANGES - changes.length;
    if (room > 0) {
      const all = changesOfRow(row);
      total += all.length;
      changes.push(...all.slice(0, room));
    } else total += row.kind === 'delete' ? Object.keys(row.before).length : cellsOf(row);
  }
  return { changes, more: total - changes.length };
};

/** Exact sums before and after, per changed column; null where the column is not a number. */
const columnSums = (sheet: OpenSheet, rows: readonly PendingRow[]): BatchPreview['columns'] => {
  const perColumn = new Map<string, { cells: number; before: string[]; after: string[] }>();
  for (const row of rows) {
    for (const { column, before, after } of changesOfRow(row)) {
      const entry = perColumn.get(column) ?? { cells: 0, before: [], after: [] };
      entry.cells++;
      if (before !== null) entry.before.push(before);
      if (after !== null) entry.after.push(after);
      perColumn.set(column, entry);
    }
  }
  return sheet.definition.columns.flatMap((column): BatchPreview['columns'] => {
    const entry = perColumn.get(column.name);
    if (!entry) return [];
    const summable =
      column.type.kind === 'decimal' ||
      (column.type.kind === 'integer' && !column.lookup && !sheet.definition.key.includes(column.name));
    const finite = summable && [...entry.before, ...entry.after].every((value) => /^-?\d/.test(value));
    if (!finite) return [{ column: column.name, cells: entry.cells, before: null, after: null, delta: null }];
    const before = sumDecimals(entry.before);
    const after = sumDecimals(entry.after);
    return [
      { column: column.name, cells: entry.cells, before, after, delta: subtractDecimals(after, before) },
    ];
  });
};
