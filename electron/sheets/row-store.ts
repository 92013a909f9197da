import {
  type PackedColumn,
  packColumn,
  packedValue,
  type RowKey,
  rowKeyOf,
} from '../../shared/model/rows.ts';
import type { RowChunk } from '../warehouse/adapter.ts';

interface Chunk {
  readonly start: number;
  readonly count: number;
  readonly columns: readonly PackedColumn[];
  readonly flags: Uint8Array;
}

type Row = readonly (string | null)[];

/**
 * The rows of one sheet as the warehouse gave them, in the order read: compact columns, a few bytes a value. Row numbers
 * are stable; a row that vanished keeps its number and is marked gone. Rereads of single rows lie over the chunks.
 */
export class RowStore {
  readonly #keyColumns: readonly number[];
  readonly #chunks: Chunk[] = [];
  readonly #patched = new Map<number, { readonly row: Row; readonly flags: number }>();
  readonly #gone = new Set<number>();
  #rows = 0;
  #index: Map<RowKey, number> | null = null;

  /** `keyColumns` are places in the row; none for a sheet without a key. */
  constructor(keyColumns: readonly number[]) {
    this.#keyColumns = keyColumns;
  }

  /** Row numbers go from 0 to here, rows that are gone included. */
  get rows(): number {
    return this.#rows;
  }

  append(chunk: RowChunk): void {
    const count = chunk.rows.length;
    if (count === 0) return;
    const width = chunk.rows[0]?.length ?? 0;
    const columns = Array.from({ length: width }, (_, c) =>
      packColumn(chunk.rows.map((row) => row[c] ?? null)),
    );
    const start = this.#rows;
    this.#chunks.push({ start, count, columns, flags: chunk.flags });
    this.#rows += count;
    if (this.#index) for (let i = 0; i < count; i++) this.#index.set(this.key(start + i), start + i);
  }

  value(row: number, column: number): string | null {
    const patch = this.#patched.get(row);
    if (patch) return patch.row[column] ?? null;
    const chunk = this.#chunkOf(row);
    const packed = chunk?.columns[column];
    return chunk && packed ? packedValue(packed, row - chunk.start) : null;
  }

  flags(row: number): number {
    const patch = this.#patched.get(row);
    if (patch) return patch.flags;
    const chunk = this.#chunkOf(row);
    return chunk?.flags[row - chunk.start] ?? 0;
  }

  isGone(row: number): boolean {
    return this.#gone.has(row);
  }

  /** The row's key; for a sheet without one, a name that is unique within this reading. */
  key(row: number): RowKey {
    if (this.#keyColumns.length === 0) return `row:${row}`;
    return rowKeyOf(this.#keyColumns.map((column) => this.value(row, column)));
  }

  indexOf(key: RowKey): number | undefined {
    if (!this.#index) {
      this.#index = new Map();
      for (let row = 0; row < this.#rows; row++)
        if (!this.#gone.has(row)) this.#index.set(this.key(row), row);
    }
    return this.#index.get(key);
  }

  /**
   * Takes rows reread from the warehouse in place of what was known of `keys`: changed rows are replaced, missing ones are
   * gone, unknown ones are appended. Answers the numbers of the rows touched.
   */
  patch(keys: readonly RowKey[], reread: RowChunk): readonly number[] {
    const found = new Map<RowKey, number>();
    const touched: number[] = [];
    reread.rows.forEach((row, i) => {
      const key = rowKeyOf(this.#keyColumns.map((column) => row[column] ?? null));
      found.set(key, i);
      const known = this.indexOf(key);
      if (known === undefined) {
        this.append({ rows: [row], flags: Uint8Array.of(reread.flags[i] ?? 0) });
        touched.push(this.#rows - 1);
      } else {
        this.#patched.set(known, { row, flags: reread.flags[i] ?? 0 });
        this.#gone.delete(known);
        touched.push(known);
      }
    });
    for (const key of keys) {
      const known = this.indexOf(key);
      if (known === undefined || found.has(key)) continue;
      this.#gone.add(known);
      this.#index?.delete(key);
      touched.push(known);
    }
    return touched;
  }

  #chunkOf(row: number): Chunk | undefined {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#chunks[middle]?.start ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return this.#chunks[low];
  }
}
