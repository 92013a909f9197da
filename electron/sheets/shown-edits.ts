import type { PendingRow } from '../../shared/model/edit.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { Journal } from '../journal/journal.ts';

type Rows = ReadonlyMap<RowKey, PendingRow>;

/** What is pending on a sheet with what waits to be sent under it: both lie over the rows that are shown. No row is in both. */
export class ShownEdits {
  readonly #journal: Pick<Journal, 'pending' | 'held'>;
  readonly #sheet: string;
  /** As last put together, with the batches it was made of. */
  #batches: readonly (readonly PendingRow[])[] = [];
  #waiting: Rows = new Map();

  constructor(journal: Pick<Journal, 'pending' | 'held'>, sheet: string) {
    this.#journal = journal;
    this.#sheet = sheet;
  }

  /** Edits that can still be changed. */
  get pending(): Rows {
    return this.#journal.pending(this.#sheet);
  }

  /** Those and the ones that wait to be sent. */
  get all(): Rows {
    const batches = this.#journal.held(this.#sheet).map(({ rows }) => rows);
    if (batches.length === 0) return this.pending;
    if (batches.length !== this.#batches.length || batches.some((rows, i) => rows !== this.#batches[i])) {
      this.#batches = batches;
      this.#waiting = new Map(batches.flat().map((row) => [row.row, row]));
    }
    return new TwoLayers(this.pending, this.#waiting);
  }
}

/** Two maps without a common key as one, without copying either. */
class TwoLayers implements Rows {
  readonly #upper: Rows;
  readonly #lower: Rows;

  constructor(upper: Rows, lower: Rows) {
    this.#upper = upper;
    this.#lower = lower;
  }

  get size(): number {
    return this.#upper.size + this.#lower.size;
  }

  get(key: RowKey): PendingRow | undefined {
    return this.#upper.get(key) ?? this.#lower.get(key);
  }

  has(key: RowKey): boolean {
    return this.#upper.has(key) || this.#lower.has(key);
  }

  forEach(each: (row: PendingRow, key: RowKey, rows: Rows) => void): void {
    for (const [key, row] of this) each(row, key, this);
  }

  *entries(): MapIterator<[RowKey, PendingRow]> {
    yield* this.#lower;
    yield* this.#upper;
  }

  *keys(): MapIterator<RowKey> {
    for (const [key] of this) yield key;
  }

  *values(): MapIterator<PendingRow> {
    for (const [, row] of this) yield row;
  }

  [Symbol.iterator](): MapIterator<[RowKey, PendingRow]> {
    return this.entries();
  }
}
