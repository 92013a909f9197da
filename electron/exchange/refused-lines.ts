import type { FileColumn } from '../../shared/contract/exchange.ts';
import type { Breath } from '../sheets/breathe.ts';
import type { ExportTable } from './export-rows.ts';
import type { ImportPlan } from './import-plan.ts';
import { cellText } from './read-file.ts';

const STEP = 256;

/** The refused lines with the file's own header and texts, then line and reasons: to be corrected and taken in again. */
export const refusedTable = (
  columns: readonly FileColumn[],
  { lines, counts }: ImportPlan,
  breathe: Breath,
): ExportTable => {
  async function* rows(): AsyncGenerator<readonly (string | null)[]> {
    for (const [i, { from, result }] of lines.entries()) {
      if (i % STEP === 0) await breathe();
      if (result.kind !== 'refused') continue;
      const why = result.problems
        .map(({ column, message }) => (column === null ? message : `${column}: ${message}`))
        .join(' ');
      yield [...columns.map((_, c) => cellText(from.cells[c] ?? null)), String(from.line), why];
    }
  }
  return {
    columns: [
      ...columns.map(({ header }) => ({ label: header, kind: 'mixed' as const })),
      { label: 'Line', kind: 'number' },
      { label: 'Not taken because', kind: 'text' },
    ],
    total: counts.refused,
    rows: rows(),
  };
};
