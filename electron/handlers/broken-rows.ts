import { MOST_BROKEN_NAMED } from '../../shared/contract/broken-rows.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { isNewRow, type RowKey } from '../../shared/model/rows.ts';
import type { Severity } from '../../shared/model/sheet.ts';
import { effectiveRow, isJudged } from '../governance/rows-to-check.ts';
import { type Breath, breathing } from '../sheets/breathe.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import { type Handlers, profileOf, sheetOf } from './context.ts';

export const brokenRowsHandlers: Pick<Handlers, 'rows.broken'> = {
  'rows.broken': async (client, { sheet: id, rows }) => {
    const { sheet, cancel } = sheetOf(client, id);
    const pending = profileOf(client).journal.pending(id);
    const asked = rows ? rows.flatMap((row) => pending.get(row) ?? []) : [...pending.values()];
    return brokenRows(sheet, asked, breathing(client.shared.clock, cancel.signal));
  },
};

/** Which of the pending rows break a rule, judged as they would stand after the commit. Gives way to other work on its way. */
export const brokenRows = async (
  sheet: OpenSheet,
  pending: readonly PendingRow[],
  breathe: Breath,
): Promise<OutputOf<'rows.broken'>> => {
  await sheet.know(pending.flatMap(({ row }) => (isNewRow(row) ? [] : [row])));
  const blocked: Broken[] = [];
  const warned: Broken[] = [];
  let [blocks, warns, seen] = [0, 0, 0];
  for (const row of pending) {
    if ((seen++ & 0xff) === 0) await breathe();
    const found = firstProblem(sheet, row);
    if (!found) continue;
    const blocking = found.severity === 'block';
    if ((blocking ? blocks++ : warns++) < MOST_BROKEN_NAMED)
      (blocking ? blocked : warned).push({ row: row.row, column: found.column });
  }
  const named = [...blocked, ...warned].slice(0, MOST_BROKEN_NAMED);
  return {
    rows: named.map(({ row }) => row),
    columns: named.map(({ column }) => column),
    blocks: named.map((_, i) => i < blocked.length),
    moreBlocked: blocks - blocked.length,
    moreWarned: warns - (named.length - blocked.length),
  };
};

interface Broken {
  readonly row: RowKey;
  readonly column: string | null;
}

/** The gravest problem of a row and its column; null for a row that keeps the rules or is to be deleted. */
const firstProblem = (
  sheet: OpenSheet,
  row: PendingRow,
): { readonly severity: Severity; readonly column: string | null } | null => {
  const values = effectiveRow(sheet, row);
  if (!values) return null;
  let first: { severity: Severity; column: string | null } | null = null;
  for (const column of sheet.definition.columns) {
    if (!isJudged(row, column)) continue;
    const { name } = column;
    const severity = sheet.rules.cellChecker(name)(values[name] ?? null)?.severity;
    if (severity === 'block') return { severity, column: name };
    if (severity) first ??= { severity, column: name };
  }
  for (const { severity, columns } of sheet.rules.checkRow(values)) {
    const column = columns[0] ?? null;
    if (severity === 'block') return { severity, column };
    first ??= { severity, column };
  }
  return first;
};
