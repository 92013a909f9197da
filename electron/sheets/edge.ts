import { AppError } from '../../shared/model/failure.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import { orderPlace, shownPlace } from './fold-view.ts';
import { GROUP_BIT } from './folding.ts';
import { editedRows, effectiveRows, newRowValues } from './row-values.ts';
import type { Searched } from './search.ts';
import { type SheetView, viewRows } from './view.ts';

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
  const { store, order, added, grouped, total, figures } = view;
  const effective = effectiveRows(definition, store, editedRows(store, pending));
  const stored = order?.length ?? store.rows;
  const isFreshFilled = (key = ''): boolean => {
    const row = pending.get(key);
    return row?.kind === 'insert' && newRowValues(definition, row.values)(at) !== null;
  };
  const isFilled = (place: number): boolean =>
    place < stored ? effective(order?.[place] ?? place)(at) !== null : isFreshFilled(added[place - stored]);
  const isShownFilled = (entry: number): boolean => {
    if (entry >= GROUP_BIT) return figures.text(entry - GROUP_BIT + 1, at) !== null;
    const row = order?.[entry] ?? 0;
    return row < total ? effective(row)(at) !== null : isFreshFilled(added[row - total]);
  };
  const filled = grouped ? (place: number) => isShownFilled(grouped.display[place] ?? 0) : isFilled;
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
export const placeOf = (view: SheetView, key: RowKey): number | null => {
  const { store, order, added } = view;
  if (view.grouped) {
    const at = orderPlace(view, key);
    const shown = at === null ? -1 : shownPlace(view, at);
    return shown < 0 ? null : shown;
  }
  const stored = order?.length ?? store.rows;
  const fresh = added.indexOf(key);
  if (fresh >= 0) return stored + fresh;
  const row = store.indexOf(key);
  if (row === undefined || store.isGone(row)) return null;
  const place = order ? order.indexOf(row) : row;
  return place >= 0 && place < stored ? place : null;
};
