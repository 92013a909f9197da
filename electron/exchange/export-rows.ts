import { headersOf } from '../../shared/exchange/mapping.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { isNewRow, keyValues, packedValue, type RowKey } from '../../shared/model/rows.ts';
import type { Column, ColumnType, SheetDefinition } from '../../shared/model/sheet.ts';
import { type AnyView, rowsOfView } from '../sheets/any-view.ts';
import type { Breath } from '../sheets/breathe.ts';
import { withoutGroups } from '../sheets/fold-view.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import { PagedView } from '../sheets/paged/paged-view.ts';
import type { TableColumn } from './table-out.ts';

type Cell = string | null;

/** A table on its way into a file. */
export interface ExportTable {
  readonly columns: readonly TableColumn[];
  /** Rows there are at most. */
  readonly total: number;
  readonly rows: AsyncIterable<readonly Cell[]>;
}

export interface ExportInput {
  readonly sheet: OpenSheet;
  readonly pending: ReadonlyMap<RowKey, PendingRow>;
  readonly breathe: Breath;
  readonly progress: (done: number, total: number) => void;
}

/** Rows packed at a time: a slice of a few milliseconds. */
const PAGE = 200;
/** Rows asked of the warehouse at a time, where it holds them. */
const PAGE_READ = 5_000;

/** How a file keeps values of a type. */
const kindOf = ({ kind }: ColumnType): TableColumn['kind'] => {
  if (kind === 'decimal' || kind === 'integer' || kind === 'float') return 'number';
  return kind === 'date' || kind === 'boolean' ? kind : 'text';
};

/** Enough decimals to show every digit the column keeps. */
const formatOf = ({ type }: Column): { format?: string } =>
  type.kind === 'decimal' && type.scale !== undefined && type.scale > 0
    ? { format: `0.${'0'.repeat(type.scale)}` }
    : {};

/** Rows of a view as they stand with pending edits; rows marked for deletion are left out. */
export const viewTable = (
  { sheet, pending, breathe, progress }: ExportInput,
  shownView: AnyView,
  names: readonly string[],
  range?: { readonly start: number; readonly end: number },
): ExportTable => {
  const all = sheet.definition.columns;
  const places = names.map((name) => all.findIndex((column) => column.name === name));
  const shown = places.flatMap((place) => all[place] ?? []);
  if (shown.length !== names.length)
    throw new AppError('invalid', 'column-unknown', 'The sheet has other columns now. Open it again.');
  // Subtotals in a table of rows would be counted with them.
  const view = shownView instanceof PagedView ? shownView : withoutGroups(shownView, range);
  const { start, end: last } =
    view === shownView && range ? range : { start: 0, end: Number.POSITIVE_INFINITY };
  const end = Math.min(last, rowsOfView(view));
  const headers = headersOf(shown);
  const step = view instanceof PagedView ? PAGE_READ : PAGE;
  async function* rows(): AsyncGenerator<readonly Cell[]> {
    for (let at = start; at < end; at += step) {
      await breathe();
      progress(at - start, end - start);
      const page = await sheet.page(view, at, Math.min(step, end - at));
      for (let i = 0; i < page.count; i++) {
        const change = pending.get(packedValue(page.keys, i) ?? '');
        if (change?.kind === 'delete') continue;
        yield places.map((place, c) => {
          const name = names[c] ?? '';
          if (change?.kind === 'update' && Object.hasOwn(change.cells, name))
            return change.cells[name]?.after ?? null;
          const column = page.columns[place];
          return column ? packedValue(column, i) : null;
        });
      }
    }
    progress(end - start, end - start);
  }
  const columns = shown.map((column, i) => ({
    label: headers[i] ?? column.label,
    kind: kindOf(column.type),
    ...formatOf(column),
  }));
  return { columns, total: Math.max(0, end - start), rows: rows() };
};

/** Pending changes one by one: the row's key, what happens, column, value before and after, reason. */
export const pendingTable = ({ sheet, pending, breathe, progress }: ExportInput): ExportTable => {
  const { definition } = sheet;
  const keys = definition.key.flatMap(
    (name) => definition.columns.find((column) => column.name === name) ?? [],
  );
  const text = (label: string): TableColumn => ({ label, kind: 'text' });
  const columns: TableColumn[] = [
    ...keys.map(({ type }, i) => ({ label: headersOf(keys)[i] ?? '', kind: kindOf(type) })),
    text('Change'),
    text('Column'),
    { label: 'Before', kind: 'mixed' },
    { label: 'After', kind: 'mixed' },
    text('Reason'),
  ];
  async function* rows(): AsyncGenerator<readonly Cell[]> {
    let done = 0;
    for (const row of pending.values()) {
      if (done % PAGE === 0) {
        await breathe();
        progress(done, pending.size);
      }
      done++;
      yield* changesOf(definition, row);
    }
    progress(done, done);
  }
  return { columns, total: pending.size, rows: rows() };
};

function* changesOf(definition: SheetDefinition, row: PendingRow): Generator<readonly Cell[]> {
  const label = (name: string): string =>
    definition.columns.find((column) => column.name === name)?.label ?? name;
  if (row.kind === 'insert') {
    const key = definition.key.map((name) =>
      Object.hasOwn(row.values, name) ? (row.values[name] ?? null) : null,
    );
    for (const [name, value] of Object.entries(row.values))
      yield [...key, 'Add', label(name), null, value, null];
    return;
  }
  const key = isNewRow(row.row) ? definition.key.map(() => null) : keyValues(row.row);
  if (row.kind === 'delete') yield [...key, 'Delete', null, null, null, null];
  else {
    for (const [name, { before, after, reason }] of Object.entries(row.cells))
      yield [...key, 'Update', label(name), before, after, reason ?? null];
  }
}
