import { kindLabel, whatHappened } from '../../../shared/merge/wording.ts';
import type { Conflict } from '../../../shared/model/batch.ts';
import { isNewRow, keyValues, type RowKey } from '../../../shared/model/rows.ts';
import type { SheetDefinition } from '../../../shared/model/sheet.ts';
import type { ExportTable } from '../../exchange/export-rows.ts';
import type { Breath } from '../../sheets/breathe.ts';
import type { Judged } from './merge-pass.ts';

/** Everything that needs a decision as a table: the key, column, base, mine, theirs, and what happened. */
export const conflictTable = (
  definition: SheetDefinition,
  held: ReadonlyMap<RowKey, Judged>,
  breathe: Breath,
): ExportTable => {
  const label = (name: string): string =>
    definition.columns.find((column) => column.name === name)?.label ?? name;
  const cells = [...held.values()].flatMap(({ mine, conflicts }) =>
    conflicts.map((conflict) => ({ mine, conflict })),
  );
  const keyOf = (row: RowKey, values: Readonly<Record<string, string | null>>): readonly (string | null)[] =>
    isNewRow(row) ? definition.key.map((column) => values[column] ?? null) : keyValues(row);
  async function* rows(): AsyncGenerator<readonly (string | null)[]> {
    for (const [i, { mine, conflict }] of cells.entries()) {
      if (i % 256 === 0) await breathe();
      const { column, base, theirs, kind } = conflict;
      yield [
        ...keyOf(mine.row, mine.kind === 'insert' ? mine.values : {}),
        column === undefined ? null : label(column),
        base ?? null,
        entered(conflict),
        theirs ?? null,
        kindLabel[kind],
        whatHappened(conflict),
      ];
    }
  }
  const mixed = (each: string) => ({ label: each, kind: 'mixed' as const });
  const columns = ['Column', 'Based on', 'Mine', 'Theirs', 'Kind', 'What happened'].map(mixed);
  return {
    columns: [...definition.key.map((name) => mixed(label(name))), ...columns],
    total: cells.length,
    rows: rows(),
  };
};

const entered = ({ column, mine }: Conflict): string | null =>
  mine === undefined && column !== undefined ? '(row deleted)' : (mine ?? null);
