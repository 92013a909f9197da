import { parseTsv } from '../../shared/exchange/tsv.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { SheetRow } from '../grid/sheet-row.ts';
import type { Entered } from './sheet-entry.ts';
import type { SheetModel } from './sheet-model.ts';

/** Writes a block of clipboard text from one cell to the right and down, as one step; what is no value is marked at its cell. */
export const pasteInto = (
  model: SheetModel,
  columns: readonly Column[],
  from: SheetRow,
  text: string,
): void => {
  const block = parseTsv(text);
  const rows = model.rows(from.index, Math.min(model.rowCount, from.index + block.length));
  const enter = (targets: readonly SheetRow[]): void => {
    const entered = targets.flatMap((row, r) =>
      (block[r] ?? []).flatMap((cell, c): Entered[] => {
        const column = columns[c];
        return column ? [{ row, column, typed: { text: cell } }] : [];
      }),
    );
    model.enterAll(entered, 'Paste');
  };
  if (rows instanceof Promise) void rows.then(enter, () => undefined);
  else enter(rows);
};
