import type { PendingRow } from '../../../shared/model/edit.ts';
import {
  packColumn,
  ROW_DELETABLE,
  ROW_NEW,
  ROW_UPDATABLE,
  type RowKey,
  type RowPage,
} from '../../../shared/model/rows.ts';
import type { SheetDefinition } from '../../../shared/model/sheet.ts';
import type { ViewQuery } from '../../../shared/model/view.ts';
import type { Selection } from '../../warehouse/row-pages.ts';
import { own } from '../row-values.ts';
import type { KnownRows } from './known-rows.ts';
import type { OrderedRows } from './ordered-rows.ts';

/** How many rows a table has, counted or estimated. */
export interface TableRows {
  readonly rows: number;
  readonly about: boolean;
}

export interface PagedViewParts {
  readonly definition: SheetDefinition;
  readonly query: ViewQuery;
  readonly selection: Selection;
  readonly rows: OrderedRows;
  readonly added: readonly RowKey[];
  readonly known: KnownRows;
  /** Null where the view is of all rows, or it is not known. */
  readonly all: TableRows | null;
  readonly end: () => void;
}

const NEW_FLAGS = ROW_NEW | ROW_UPDATABLE | ROW_DELETABLE;

/** A view of a table that is read page by page: stored rows in the warehouse's order, then the new ones. */
export class PagedView {
  readonly query: ViewQuery;
  readonly selection: Selection;
  readonly added: readonly RowKey[];
  /** Stored rows of the table the view shows a part of; null where it shows all. */
  readonly all: TableRows | null;
  /** Its rows are not in memory, so they have no groups. */
  readonly grouped = null;
  readonly #parts: PagedViewParts;
  #ended = false;

  constructor(parts: PagedViewParts) {
    this.#parts = parts;
    this.query = parts.query;
    this.selection = parts.selection;
    this.added = parts.added;
    this.all = parts.all;
  }

  get stored(): number {
    return this.#parts.rows.rows;
  }

  get rowCount(): number {
    return this.stored + this.added.length;
  }

  /** The number of rows is known, not estimated. */
  get exact(): boolean {
    return this.#parts.rows.exact;
  }

  /** Settles when the number of rows is known. */
  counted(signal: AbortSignal): Promise<void> {
    return this.#parts.rows.counted(signal);
  }

  /** A run of rows: what the warehouse holds now, the journal's values for new ones. */
  async page(
    start: number,
    count: number,
    pending: ReadonlyMap<RowKey, PendingRow>,
    signal: AbortSignal,
  ): Promise<RowPage> {
    const { definition, rows, known } = this.#parts;
    const read = await rows.page(start, count, signal);
    const keys = [...known.take(read)];
    const all = [...read.rows];
    const flags = [...read.flags];
    // Short of rows, the stored ones are through, and it is known how many there are.
    if (all.length < count && rows.exact) {
      const from = Math.max(0, start - rows.rows);
      for (const key of this.added.slice(from, from + count - all.length)) {
        const row = pending.get(key);
        const values = row?.kind === 'insert' ? row.values : {};
        keys.push(key);
        all.push(definition.columns.map(({ name }) => own(values, name) ?? null));
        flags.push(NEW_FLAGS);
      }
    }
    return {
      start,
      count: all.length,
      keys: packColumn(keys),
      columns: definition.columns.map((_, c) => packColumn(all.map((row) => row[c] ?? null))),
      flags: Uint8Array.from(flags),
    };
  }

  /** Keys of a run of rows, which are known then. */
  async keys(start: number, count: number, signal: AbortSignal): Promise<readonly RowKey[]> {
    const { rows, known } = this.#parts;
    const keys = known.take(await rows.page(start, count, signal));
    const from = Math.max(0, start - rows.rows);
    return rows.exact ? [...keys, ...this.added.slice(from, from + count - keys.length)] : keys;
  }

  /** Nobody looks at the view any more; what is still read for it ends. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#parts.end();
  }
}
