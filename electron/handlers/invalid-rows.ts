import type { PendingRow } from '../../shared/model/edit.ts';
import { isNewRow, type RowKey } from '../../shared/model/rows.ts';
import type { MarkFilter, ViewQuery } from '../../shared/model/view.ts';
import { effectiveRow, isJudged } from '../governance/rows-to-check.ts';
import type { Breath } from '../sheets/breathe.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';

/**
 * A query whose conditions on cells that are not valid name the pending rows that break a blocking rule there, besides the texts the
 * window holds itself. Rows are judged as they would stand after the commit.
 */
export const withInvalidRows = async (
  sheet: OpenSheet,
  query: ViewQuery,
  pending: ReadonlyMap<RowKey, PendingRow>,
  breathe: Breath,
): Promise<ViewQuery> => {
  const { marks } = query;
  if (!marks?.some(({ mark }) => mark === 'invalid')) return query;
  await sheet.know([...pending.keys()].filter((key) => !isNewRow(key)));
  const named: MarkFilter[] = [];
  for (const mark of marks) {
    if (mark.mark !== 'invalid') {
      named.push(mark);
      continue;
    }
    const rows = new Set(mark.rows);
    let seen = 0;
    for (const row of pending.values()) {
      if ((seen++ & 0xff) === 0) await breathe();
      if (isBroken(sheet, row, mark.column)) rows.add(row.row);
    }
    named.push({ ...mark, rows: [...rows] });
  }
  return { ...query, marks: named };
};

const isBroken = (sheet: OpenSheet, row: PendingRow, name: string): boolean => {
  const values = effectiveRow(sheet, row);
  const column = sheet.definition.columns.find((each) => each.name === name);
  if (!values || !column) return false;
  if (isJudged(row, column) && sheet.rules.cellChecker(name)(values[name] ?? null)?.severity === 'block')
    return true;
  return sheet.rules
    .checkRow(values)
    .some(({ severity, columns }) => severity === 'block' && columns.includes(name));
};
