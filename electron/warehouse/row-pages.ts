import type { SheetRights } from '../../shared/model/rights.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { ColumnFilter, SortKey } from '../../shared/model/view.ts';
import type { RowChunk } from './adapter.ts';

/** Which rows of a table are meant. What the caller has judged itself (rows with pending edits) is left out or put in by key. */
export interface Selection {
  readonly definition: SheetDefinition;
  readonly filters: readonly ColumnFilter[];
  readonly quick: string;
  /** Rows the filters have no say in. */
  readonly except: readonly RowKey[];
  /** Rows that are in, whatever the filters say. */
  readonly also: readonly RowKey[];
  /** Only the rows of `also`. */
  readonly onlyAlso: boolean;
}

/** Where a row stands in an order: the values of the sort columns, then of the key columns that are not among them. */
export type Mark = readonly (string | null)[];

/** A selection in an order; ties are broken by the key, so that every row has one place. */
export interface OrderedSelection {
  readonly selection: Selection;
  readonly sort: readonly SortKey[];
}

export interface SliceRequest extends OrderedSelection {
  readonly rights: SheetRights;
  /** The first row wanted; the order's first without it. */
  readonly from?: Mark;
  /** The first row not wanted any more. */
  readonly to?: Mark;
  readonly limit: number;
}

export interface MarksRequest extends OrderedSelection {
  /** A mark for the first row and for every so many rows after it. */
  readonly every: number;
  readonly from?: Mark;
  readonly to?: Mark;
}

export interface TextRequest {
  readonly text: string;
  readonly columns: readonly string[];
  readonly matchCase: boolean;
  readonly whole: boolean;
  readonly limit: number;
}

/** A row a search found: its place in the order, its key and the values of the columns searched. */
export interface FoundRow {
  readonly place: number;
  readonly key: RowKey;
  readonly values: readonly (string | null)[];
}

export interface CountedValues {
  readonly values: readonly { readonly value: string | null; readonly rows: number }[];
  /** Distinct values there are, those past the limit included. */
  readonly total: number;
}

/**
 * Rows of a table too large to be read whole, asked for piece by piece. Every statement ends when its signal does; a warehouse
 * that ends one by itself rejects with `unavailable`, code `too-slow`.
 */
export interface RowPages {
  /** The planner's estimate of a selection's rows; nothing is counted. */
  estimate(selection: Selection, signal: AbortSignal): Promise<number>;
  /** Rows between two marks, in order. */
  slice(request: SliceRequest, signal: AbortSignal): Promise<RowChunk>;
  /** Goes once through the order of a selection; marks arrive as they are found. Resolves with the number of rows. */
  marks(
    request: MarksRequest,
    onMarks: (marks: readonly Mark[]) => void,
    signal: AbortSignal,
  ): Promise<number>;
  /** Values of a column with the number of rows; `extra` counts rows the warehouse does not have like that. */
  distinct(
    selection: Selection,
    column: string,
    text: string,
    limit: number,
    extra: ReadonlyMap<string | null, number>,
    signal: AbortSignal,
  ): Promise<CountedValues>;
  /** Rows in which a text occurs, in order, at most `limit`, and how many cells hold it. Rows of `skip` are passed over. */
  find(
    request: OrderedSelection & { readonly wanted: TextRequest; readonly skip: readonly RowKey[] },
    signal: AbortSignal,
  ): Promise<{ readonly rows: readonly FoundRow[]; readonly cells: number }>;
  /** How many rows stand before one; null where it is not in the selection. */
  place(
    request: OrderedSelection & { readonly mark: Mark; readonly key: RowKey },
    signal: AbortSignal,
  ): Promise<number | null>;
  /** Every row of a selection in order, with its place and the values of some columns, in chunks. */
  walk(
    request: OrderedSelection & { readonly columns: readonly string[]; readonly only?: readonly RowKey[] },
    onRows: (rows: readonly FoundRow[]) => Promise<void> | void,
    signal: AbortSignal,
  ): Promise<void>;
}

/** The mark of a row, given in definition order. */
export const markOf = (
  definition: SheetDefinition,
  sort: readonly SortKey[],
  row: readonly (string | null)[],
): Mark => orderColumns(definition, sort).map(({ place }) => row[place] ?? null);

/** A column of an order by its place in the definition. */
export interface OrderColumn {
  readonly place: number;
  readonly descending: boolean;
  /** Ordered as a sort column is; else as the key is. */
  readonly sorted: boolean;
}

/** What rows are ordered by: sort columns of the sheet, then the key. A column further back that came before changes nothing. */
export const orderColumns = (
  { columns, key }: SheetDefinition,
  sort: readonly SortKey[],
): readonly OrderColumn[] => {
  const place = (name: string): number => columns.findIndex((column) => column.name === name);
  const found: OrderColumn[] = [];
  for (const { column, descending } of sort) {
    const at = place(column);
    if (at >= 0 && !found.some((each) => each.place === at))
      found.push({ place: at, descending, sorted: true });
  }
  for (const name of key) {
    const at = place(name);
    // A type that is sorted by its text has another order of its own.
    const known = found.some((each) => each.place === at && !byText(columns[at]?.type.kind));
    if (!known) found.push({ place: at, descending: false, sorted: false });
  }
  return found;
};

/** Types whose values are compared by their text, in the window as here. */
export const byText = (kind: string | undefined): boolean => kind === 'json' || kind === 'other';
