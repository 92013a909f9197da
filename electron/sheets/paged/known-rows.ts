import type { RowKey } from '../../../shared/model/rows.ts';
import type { RowChunk } from '../../warehouse/adapter.ts';

type Row = readonly (string | null)[];

/** A stored row as it was last read. */
export interface KnownRow {
  readonly row: Row;
  readonly flags: number;
}

/** Rows of a large table that were read lately, the longest unread dropped first. */
export class KnownRows {
  readonly #keyOf: (row: Row) => RowKey;
  readonly #rows = new Map<RowKey, KnownRow>();
  #most: number;

  constructor(keyOf: (row: Row) => RowKey, most: number) {
    this.#keyOf = keyOf;
    this.#most = most;
  }

  get(key: RowKey): KnownRow | undefined {
    return this.#rows.get(key);
  }

  has(key: RowKey): boolean {
    return this.#rows.has(key);
  }

  /** Takes rows just read; answers their keys. */
  take({ rows, flags }: RowChunk): readonly RowKey[] {
    const keys = rows.map((row, i) => {
      const key = this.#keyOf(row);
      this.#rows.delete(key);
      this.#rows.set(key, { row, flags: flags[i] ?? 0 });
      return key;
    });
    for (const oldest of this.#rows.keys()) {
      if (this.#rows.size <= this.#most) break;
      this.#rows.delete(oldest);
    }
    return keys;
  }

  /** Keeps room for so many rows, which are needed together. */
  reserve(rows: number): void {
    this.#most = Math.max(this.#most, rows * 2);
  }

  forget(keys: Iterable<RowKey>): void {
    for (const key of keys) this.#rows.delete(key);
  }

  clear(): void {
    this.#rows.clear();
  }
}
