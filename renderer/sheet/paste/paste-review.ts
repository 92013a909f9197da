import type { RowInsert } from '../../../shared/model/edit.ts';
import type { Column } from '../../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../../shared/values/locale.ts';
import type { SheetRow } from '../../grid/sheet-row.ts';
import { Turns } from '../../ui/turns.ts';
import type { RefusedCell } from '../overlay.ts';
import { defaultValues } from '../row-steps.ts';
import type { SheetModel } from '../sheet-model.ts';
import { type Taken, TakenCells } from '../taken-cells.ts';
import { LARGE_STEP } from '../unsaved-cells.ts';
import type { PasteBlock } from './paste-block.ts';

/** A pasted text that is not taken, and why. */
export interface LeftOut {
  readonly row: SheetRow;
  readonly column: Column;
  readonly cell: RefusedCell;
  /** The cell cannot be changed, whatever is pasted. */
  readonly readOnly: boolean;
}

/** What a paste would come to, cell by cell. */
export interface PasteReview {
  readonly taken: TakenCells;
  readonly unchanged: number;
  readonly leftOut: readonly LeftOut[];
  readonly newRows: readonly SheetRow[];
}

export interface ReviewProgress {
  readonly signal: AbortSignal;
  progress(done: number): void;
}

/** Reads and checks every cell of a block without changing anything, in slices; null when it was cancelled. */
export const reviewPaste = async (
  model: SheetModel,
  { cells, newRows, cut }: PasteBlock,
  locale: LocaleConventions,
  { signal, progress }: ReviewProgress,
): Promise<PasteReview | null> => {
  const taken = new TakenCells();
  const unsure: Taken[] = [];
  const leftOut: LeftOut[] = [];
  let unchanged = 0;
  const turns = new Turns();
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (!cell) continue;
    const { row, column, text } = cell;
    if (turns.isOver()) {
      progress(i);
      await turns.next();
      if (signal.aborted) return null;
    }
    const verdict = model.entry.judge({ row, column, typed: { text, locale } });
    if (verdict.kind === 'same') unchanged++;
    else if (verdict.kind === 'refused') leftOut.push({ row, column, cell: verdict.cell, readOnly: false });
    else if (verdict.kind === 'read-only')
      leftOut.push({ row, column, cell: { text, message: verdict.reason }, readOnly: true });
    else if (verdict.unsure) unsure.push({ row, column, text, value: verdict.value });
    else taken.add(row, column, text, verdict.value);
  }
  for (const { row, column } of cut) {
    const verdict = model.entry.judge({ row, column, typed: { text: '', picked: null } });
    if (verdict.kind === 'value') taken.add(row, column, '', verdict.value);
    else if (verdict.kind === 'refused') {
      const cell = {
        text: '',
        message: `It cannot be emptied, so it keeps its value. ${verdict.cell.message}`,
      };
      leftOut.push({ row, column, cell, readOnly: true });
    } else if (verdict.kind === 'read-only')
      leftOut.push({ row, column, cell: { text: '', message: verdict.reason }, readOnly: true });
  }
  // Taking them is long work of its own.
  if (cells.length > LARGE_STEP) await turns.next();
  const meant = await model.entry.lookUp(unsure);
  if (signal.aborted) return null;
  for (const [i, item] of unsure.entries()) {
    const value = meant[i];
    if (value !== undefined) taken.add(item.row, item.column, item.text, value);
    else {
      const message = `No entry for “${item.text.slice(0, 60)}” in ${item.column.label}.`;
      leftOut.push({
        row: item.row,
        column: item.column,
        cell: { text: item.text, message },
        readOnly: false,
      });
    }
  }
  return { taken, unchanged, leftOut, newRows };
};

/** Takes what is valid as one step, new rows with it. With `mark`, what is not valid is held at its cell to be corrected. */
export const takePaste = (
  model: SheetModel,
  review: PasteReview,
  mark: boolean,
  label = 'Paste',
): 'asking' | 'kept' => {
  const values = new Map(review.newRows.map(({ key }): [string, Record<string, string | null>] => [key, {}]));
  const sets = values.size === 0 ? review.taken : new TakenCells();
  if (values.size > 0)
    for (const { row, column, text, value } of review.taken) {
      const added = values.get(row.key);
      if (added) added[column.name] = value;
      else sets.add(row, column, text, value);
    }
  const defaults = defaultValues(model.definition);
  const inserts = review.newRows.map(
    ({ key }): RowInsert => ({ row: key, values: { ...defaults, ...values.get(key) } }),
  );
  const outcome = model.entry.take(sets, inserts, label);
  const stepped = outcome === 'kept' && sets.length + inserts.length > 0;
  if (mark)
    model.entry.mark(
      review.leftOut.filter(({ readOnly }) => !readOnly),
      stepped,
    );
  return outcome;
};

/** The paste in a sentence for the status line. */
export const pasteText = (
  { taken, unchanged, newRows, leftOut }: PasteReview,
  { lostRows, lostColumns, cut }: PasteBlock,
  filtered: boolean,
  written: string | null,
): string => {
  const count = (n: number, one: string, many: string): string =>
    `${n.toLocaleString()} ${n === 1 ? one : many}`;
  const parts = [`${count(taken.length, 'cell', 'cells')} changed`];
  if (newRows.length > 0) parts.push(count(newRows.length, 'row added', 'rows added'));
  if (unchanged > 0) parts.push(`${unchanged.toLocaleString()} already the same`);
  if (leftOut.length > 0) parts.push(`${leftOut.length.toLocaleString()} left out`);
  if (lostRows > 0) parts.push(`${count(lostRows, 'row', 'rows')} did not fit below the last row`);
  if (lostColumns > 0) parts.push(`${count(lostColumns, 'column', 'columns')} did not fit to the right`);
  const sentences = [`${cut.length > 0 ? 'Move' : 'Paste'}: ${parts.join(', ')}.`];
  if (written !== null) sentences.push(written);
  if (filtered) sentences.push('Only rows shown by the filter were written.');
  return sentences.join(' ');
};
