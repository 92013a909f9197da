import type { RowInsert } from '../../shared/model/edit.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { MonthToAdd } from './missing-months.ts';
import type { Entered } from './sheet-entry.ts';
import type { SheetModel } from './sheet-model.ts';
import { TakenCells } from './taken-cells.ts';

/** A row to be added with the value planned for it. */
export interface AddedMonth extends MonthToAdd {
  readonly column: Column;
  readonly value: string;
}

/** Takes what was planned, with the rows it adds, as one step. Answers why a new row cannot hold its value; nothing is taken then. */
export const takePlan = async (
  model: SheetModel,
  entered: Iterable<Entered>,
  added: readonly AddedMonth[],
  label: string,
): Promise<string | null> => {
  if (added.length === 0) {
    await model.enterAll(entered, label);
    return null;
  }
  for (const { row, column, value, month } of added) {
    const verdict = model.entry.judge({ row, column, typed: { text: value, picked: value } });
    if (verdict.kind === 'refused') return `${month}: ${verdict.cell.message}`;
    if (verdict.kind === 'read-only') return `${month}: ${verdict.reason}`;
  }
  const taken = new TakenCells();
  const refused: Parameters<SheetModel['entry']['mark']>[0][number][] = [];
  for (const entry of entered) {
    const verdict = model.entry.judge(entry);
    const { row, column, typed } = entry;
    if (verdict.kind === 'value') taken.add(row, column, typed.text, verdict.value);
    else if (verdict.kind === 'refused') refused.push({ row, column, cell: verdict.cell });
  }
  const inserts = added.map(
    ({ row, column, value, values }): RowInsert => ({
      row: row.key,
      values: { ...values, [column.name]: value },
    }),
  );
  const outcome = model.entry.take(taken, inserts, label);
  model.entry.mark(refused, outcome === 'kept');
  const rows = `${added.length} ${added.length === 1 ? 'row' : 'rows'} added`;
  if (outcome === 'kept') model.say(`${label}: ${taken.length} changed, ${rows}.`);
  return null;
};
