import { AppError } from '../../shared/model/failure.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { Searched } from './search.ts';
import { editedRows, effectiveRows, newRowValues, type SheetView, viewRows } from './view.ts';

/**
 * Place of the row at which Ctrl+Up or Ctrl+Down stops, as in spreadsheets: inside a filled run its last cell, else the next filled
 * cell, else the border of the view.
 */
export const edgeOf = async (
  { view, definition, pending, breathe }: Searched,
  column: string,
  from: number,
  down: boolean,
): Promise<number> => {
  const at = definition.columns.findIndex(({ name }) => name === column);
  if (at < 0) throw new AppError('invalid', 'column-unknown', `The column "${column}" is not in this sheet.`);
  const { store, order, added } = view;
  const effective = effectiveRows(definition, store, editedRows(store, pending));
  const stored = order?.length ?? store.rows;
  const filled = (place: number): boolean => {
    if (place < stored) return effective(order?.[place] ?? place)(at) !== null;
    const row = pending.get(added[place - stored] ?? '');
    return row?.kind === 'insert' && newRowValues(definition, row.values)(at) !== null;
  };
  const by = down ? 1 : -1;
  const last = down ? viewRows(view) - 1 : 0;
  const ended = (place: number): boolean => (down ? place >= last : place <= last);
  if (ended(from)) return from;
  const running = filled(from) && filled(from + by);
  for (let place = from + by; ; place += by) {
    if ((place & 0x3ff) === 0) await breathe();
    if (running && !filled(place)) return place - by;
    if (ended(place) || (!running && filled(place))) return place;
  }
};

/** Place of a row in a view, or null where the view does not show it. */
export const placeOf = ({ store, order, added }: SheetView, key: RowKey): number | null => {
  const stored = order?.length ?? store.rows;
  const fresh = added.indexOf(key);
  if (fresh >= 0) return stored + fresh;
  const row = store.indexOf(key);
  if (row === undefined || store.isGone(row)) return null;
  const place = order ? order.indexOf(row) : row;
  return place >= 0 && place < stored ? place : null;
};
