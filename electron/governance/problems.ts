import type { Problem } from '../../shared/model/batch.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { CellChecker } from '../../shared/rules/compile.ts';
import { checkSet } from '../../shared/rules/set.ts';
import type { Breath } from '../sheets/breathe.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import { refusalOfRow } from './check-rights.ts';
import { effectiveRow, isJudged } from './rows-to-check.ts';

interface Checked {
  readonly column: Column;
  readonly check: CellChecker;
}

/** What rules are applied to: a definition, compiled, and the rows as the warehouse holds them. */
export type RuledRows = Pick<OpenSheet, 'definition' | 'rules' | 'baseRow'>;

/**
 * All that can be found wrong with the pending rows before the warehouse looks at them: what the rules say, and rights.
 * Blocking problems come first.
 */
export const problemsOf = async (
  sheet: OpenSheet,
  rows: readonly PendingRow[],
  breathe: Breath,
): Promise<Problem[]> => {
  const refused = rows.flatMap((row): Problem[] => {
    const refusal = refusalOfRow(sheet, row);
    return refusal ? [{ row: row.row, severity: 'block', ...refusal }] : [];
  });
  return blockingFirst([...refused, ...(await ruleProblems(sheet, rows, breathe))]);
};

/** What the rules say: cells, rules over a row, uniqueness among the rows, required columns of new rows, missing reasons. */
export const ruleProblems = async (
  sheet: RuledRows,
  rows: readonly PendingRow[],
  breathe: Breath,
): Promise<Problem[]> => {
  const { definition, rules } = sheet;
  const checks = definition.columns.map((column) => ({ column, check: rules.cellChecker(column.name) }));
  const problems: Problem[] = [];
  const standing: { row: string; values: Record<string, string | null> }[] = [];
  let seen = 0;
  for (const row of rows) {
    if ((seen++ & 0xff) === 0) await breathe();
    const values = effectiveRow(sheet, row);
    if (!values) continue;
    standing.push({ row: row.row, values });
    for (const checked of checks) cellProblems(sheet, row, checked, values, problems);
    for (const { columns, name: _name, ...problem } of rules.checkRow(values))
      problems.push({ row: row.row, column: columns[0], ...problem });
  }
  problems.push(...checkSet(definition, standing));
  return blockingFirst(problems);
};

const blockingFirst = (problems: Problem[]): Problem[] =>
  problems.sort((a, b) => Number(b.severity === 'block') - Number(a.severity === 'block'));

const cellProblems = (
  { rules }: RuledRows,
  row: PendingRow,
  { column, check }: Checked,
  values: Readonly<Record<string, string | null>>,
  problems: Problem[],
): void => {
  if (!isJudged(row, column)) return;
  const cell = row.kind === 'update' ? row.cells[column.name] : undefined;
  const problem = check(values[column.name] ?? null);
  if (problem) problems.push({ row: row.row, column: column.name, ...problem });
  if (cell && cell.reason === undefined && rules.needsReason(column.name, cell.before, cell.after)) {
    problems.push({
      row: row.row,
      column: column.name,
      severity: 'block',
      code: 'reason-missing',
      message: `A change of "${column.label}" by this amount needs a reason.`,
    });
  }
};
