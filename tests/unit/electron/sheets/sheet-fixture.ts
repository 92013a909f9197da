import { breathing } from '../../../../electron/sheets/breathe.ts';
import { ViewFigures } from '../../../../electron/sheets/figures.ts';
import { keptFolds } from '../../../../electron/sheets/fold-view.ts';
import { RowStore } from '../../../../electron/sheets/row-store.ts';
import { buildView, type SheetView } from '../../../../electron/sheets/view.ts';
import type { PendingRow } from '../../../../shared/model/edit.ts';
import type { Column, ColumnType, SheetDefinition } from '../../../../shared/model/sheet.ts';
import { PLAIN_QUERY, type ViewQuery } from '../../../../shared/model/view.ts';

export type Cell = string | null;

export const column = (name: string, type: ColumnType, more: Partial<Column> = {}): Column => ({
  name,
  label: name,
  type,
  sqlType: type.kind,
  hasDefault: false,
  rules: [],
  ...more,
});

/** A sheet of id, text, amount and date, keyed by id. */
export const definition: SheetDefinition = {
  version: 1,
  id: 'sheet',
  name: 'Sheet',
  source: { schema: 's', table: 't' },
  sourceKind: 'table',
  key: ['id'],
  columns: [
    column('id', { kind: 'integer', bits: 32 }),
    column('name', { kind: 'text' }),
    column('amount', { kind: 'decimal' }),
    column('day', { kind: 'date' }),
  ],
  rules: [],
};

/** A store that was read in chunks of `size` rows. */
export const storeOf = (rows: readonly (readonly Cell[])[], size = 3): RowStore => {
  const store = new RowStore([0]);
  for (let at = 0; at < rows.length; at += size) {
    const chunk = rows.slice(at, at + size);
    store.append({ rows: chunk, flags: new Uint8Array(chunk.length).fill(3) });
  }
  return store;
};

export const viewOf = (
  store: RowStore,
  query: Partial<ViewQuery>,
  pending: readonly PendingRow[] = [],
  signal?: AbortSignal,
  before: SheetView | null = null,
): Promise<SheetView> =>
  buildView({
    definition,
    store,
    pending: new Map(pending.map((row) => [row.row, row])),
    query: { ...PLAIN_QUERY, ...query },
    breathe: breathing(() => performance.now(), signal),
    kept: before && keptFolds(before),
  });

/** A view without groups, as it would have been built. */
export const plainView = (
  sheet: SheetDefinition,
  store: RowStore,
  order: Uint32Array | null,
  added: readonly string[],
): SheetView => {
  const total = store.rows;
  const known = new Set(added);
  const input = { definition: sheet, store, order, total, added, known, tree: null, aggregates: {} };
  return { store, order, added, total, grouped: null, figures: new ViewFigures(input) };
};

/** The first column of the view's stored rows, in order. */
export const idsOf = ({ store, order }: SheetView): readonly Cell[] =>
  [...(order ?? Uint32Array.from({ length: store.rows }, (_, i) => i))].map((row) => store.value(row, 0));
