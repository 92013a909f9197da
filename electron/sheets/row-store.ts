import { type PackedColumn, packColumn, packedValue, type RowKey } from '../../shared/model/rows.ts';
import type { RowChunk } from '../warehouse/adapter.ts';
import { KeyIndex, keyHash } from './key-index.ts';
import { joinPacked, keyText, packKeys, slicePacked } from './packing.ts';

/** Some rows of a store, column by column; none of it is ever changed. */
export interface PackedChunk {
  readonly count: number;
  readonly columns: readonly PackedColumn[];
  readonly flags: Uint8Array;
}

interface Chunk {
  readonly start: number;
  readonly count: number;
  /** Values and flags; those of a kept sheet unpack when they are first asked for. */
  readonly packed: PackedChunk;
}

type Row = readonly (string | null)[];

const QUOTE = 34;

/** Rows ready to be sent: their keys, all columns, flags. */
export interface PackedRows {
  readonly keys: PackedColumn;
  readonly columns: readonly PackedColumn[];
  readonly flags: Uint8Array<ArrayBuffer>;
}

/**
 * The rows of one sheet as the warehouse gave them, in the order read: compact columns, a few bytes a value. Row numbers
 * are stable; a row that vanished keeps its number and is marked gone. Rereads of single rows lie over the chunks.
 */
export class RowStore {
  readonly #keyColumns: readonly number[];
  readonly #chunks: Chunk[] = [];
  readonly #patched = new Map<number, { readonly row: Row; readonly flags: number }>();
  readonly #gone = new Set<number>();
  readonly #index = new KeyIndex();
  /** Values of a row are asked for one after the other. */
  #lastChunk: Chunk | undefined;
  #rows = 0;
  /** Rows whose keys the index holds; keys of packed rows are worked out when one is first asked for. */
  #indexed = 0;
  #version = 0;

  /** `keyColumns` are places in the row; none for a sheet without a key. */
  constructor(keyColumns: readonly number[]) {
    this.#keyColumns = keyColumns;
  }

  /** Row numbers go from 0 to here, rows that are gone included. */
  get rows(): number {
    return this.#rows;
  }

  /** Changes whenever a row comes, goes or is replaced. */
  get version(): number {
    return this.#version;
  }

  /** How many of the rows are gone. */
  get goneRows(): number {
    return this.#gone.size;
  }

  /** Adds rows behind the others; answers them as they are kept, null where there were none. */
  append({ rows, flags }: RowChunk): PackedChunk | null {
    const count = rows.length;
    if (count === 0) return null;
    this.#version++;
    const width = rows[0]?.length ?? 0;
    const columns = Array.from({ length: width }, (_, c) => packColumn(rows.map((row) => row[c] ?? null)));
    const packed = { count, columns, flags };
    this.#chunks.push({ start: this.#rows, count, packed });
    const current = this.#indexed === this.#rows;
    this.#rows += count;
    if (this.#keyColumns.length > 0 && current) {
      for (const row of rows) this.#index.add(this.#keyOf(row));
      this.#indexed = this.#rows;
    }
    return packed;
  }

  /** Adds rows that are packed already. */
  appendPacked(packed: PackedChunk): void {
    const { count } = packed;
    if (count === 0) return;
    this.#version++;
    this.#chunks.push({ start: this.#rows, count, packed });
    this.#rows += count;
  }

  /** Works out the keys of at most so many rows more, so that a first search need not wait for all; false when none is left. */
  indexSome(rows: number): boolean {
    if (this.#keyColumns.length === 0) return false;
    const end = Math.min(this.#rows, this.#indexed + rows);
    this.#index.reserve(this.#rows);
    while (this.#indexed < end) {
      const chunk = this.#chunkOf(this.#indexed);
      if (!chunk) break;
      const { columns } = chunk.packed;
      const keyed = this.#keyColumns.flatMap((place) => columns[place] ?? []);
      const to = Math.min(chunk.count, end - chunk.start);
      for (let i = this.#indexed - chunk.start; i < to; i++) {
        const hash = keyHash(keyed, i);
        if (hash === null) this.#index.add(keyText(keyed.map((column) => packedValue(column, i))));
        else this.#index.addHash(hash);
      }
      this.#indexed = chunk.start + to;
    }
    return this.#indexed < this.#rows;
  }

  value(row: number, column: number): string | null {
    if (this.#patched.size > 0) {
      const patch = this.#patched.get(row);
      if (patch) return patch.row[column] ?? null;
    }
    const chunk = this.#chunkOf(row);
    const packed = chunk?.packed.columns[column];
    return chunk && packed ? packedValue(packed, row - chunk.start) : null;
  }

  flags(row: number): number {
    const patch = this.#patched.get(row);
    if (patch) return patch.flags;
    const chunk = this.#chunkOf(row);
    return chunk?.packed.flags[row - chunk.start] ?? 0;
  }

  isGone(row: number): boolean {
    return this.#gone.has(row);
  }

  /** The row's key; for a sheet without one, a name that is unique within this reading. */
  key(row: number): RowKey {
    if (this.#keyColumns.length === 0) return `row:${row}`;
    return keyText(this.#keyColumns.map((column) => this.value(row, column)));
  }

  /** The number of the row that stands under this key. */
  indexOf(key: RowKey): number | undefined {
    const row = this.#numberOf(key);
    return row === undefined || this.#gone.has(row) ? undefined : row;
  }

  /**
   * Takes rows reread from the warehouse in place of what was known of `keys`: changed rows are replaced, missing ones are
   * gone, unknown ones are appended (not while the rows still arrive: `append` false).
   */
  patch(keys: readonly RowKey[], reread: RowChunk, append = true): void {
    this.#version++;
    const found = new Set<RowKey>();
    reread.rows.forEach((row, i) => {
      const key = this.#keyOf(row);
      const flags = reread.flags[i] ?? 0;
      found.add(key);
      const known = this.#numberOf(key);
      if (known !== undefined) {
        this.#patched.set(known, { row, flags });
        this.#gone.delete(known);
      } else if (append) this.append({ rows: [row], flags: Uint8Array.of(flags) });
    });
    for (const key of keys) {
      const known = found.has(key) ? undefined : this.#numberOf(key);
      if (known !== undefined) this.#gone.add(known);
    }
  }

  /** The rows of these numbers, packed; a run of neighbours is cut out of the chunks as it is. */
  pack(rows: Uint32Array): PackedRows {
    const [first = 0] = rows;
    const last = rows.at(-1) ?? 0;
    // Numbers that only go up and fill their range are a run.
    const run = rows.length > 0 && last - first === rows.length - 1 && isRising(rows);
    const columns = run && !this.#isPatched(first, last) ? this.#cut(first, last + 1) : this.#pick(rows);
    const flags = new Uint8Array(rows.length);
    for (let i = 0; i < rows.length; i++) flags[i] = this.flags(rows[i] ?? 0);
    const keyed = this.#keyColumns.flatMap((place) => columns[place] ?? []);
    const keys =
      keyed.length > 0 ? packKeys(keyed, rows.length) : packColumn(Array.from(rows, (row) => this.key(row)));
    return { keys, columns, flags };
  }

  #isPatched(first: number, last: number): boolean {
    if (this.#patched.size === 0) return false;
    for (let row = first; row <= last; row++) if (this.#patched.has(row)) return true;
    return false;
  }

  #cut(start: number, end: number): readonly PackedColumn[] {
    const parts: (readonly PackedColumn[])[] = [];
    for (let row = start; row < end; ) {
      const chunk = this.#chunkOf(row);
      if (!chunk) break;
      const from = row - chunk.start;
      const to = Math.min(chunk.count, end - chunk.start);
      parts.push(chunk.packed.columns.map((column) => slicePacked(column, from, to)));
      row = chunk.start + to;
    }
    return (parts[0] ?? []).map((_, c) => joinPacked(parts.flatMap((part) => part[c] ?? [])));
  }

  #pick(rows: Uint32Array): readonly PackedColumn[] {
    const places = Array.from(rows, (row) => ({
      row,
      chunk: this.#chunkOf(row),
      patch: this.#patched.get(row),
    }));
    return Array.from({ length: this.#chunks[0]?.packed.columns.length ?? 0 }, (_, c) =>
      packColumn(
        places.map(({ row, chunk, patch }) => {
          if (patch) return patch.row[c] ?? null;
          const packed = chunk?.packed.columns[c];
          return chunk && packed ? packedValue(packed, row - chunk.start) : null;
        }),
      ),
    );
  }

  #keyOf(row: Row): RowKey {
    return keyText(this.#keyColumns.map((column) => row[column] ?? null));
  }

  #numberOf(key: RowKey): number | undefined {
    if (this.#keyColumns.length === 0) return undefined;
    if (this.#indexed < this.#rows) this.indexSome(this.#rows);
    const escaped = key.includes('\\');
    return this.#index.find(key, (row) => (escaped ? this.key(row) === key : this.#isRow(row, key)));
  }

  /** Whether a key without escapes names the row, compared where its values lie: a probe of many keys makes no texts. */
  #isRow(row: number, key: RowKey): boolean {
    const chunk = this.#patched.has(row) ? undefined : this.#chunkOf(row);
    if (!chunk) return this.key(row) === key;
    const i = row - chunk.start;
    let at = 1;
    for (const column of this.#keyColumns) {
      const packed = chunk.packed.columns[column];
      if (!packed || packed.nulls) return this.key(row) === key;
      const start = i === 0 ? 0 : (packed.ends[i - 1] ?? 0);
      const length = (packed.ends[i] ?? 0) - start;
      // A quote, the value, a quote, and a comma or the closing bracket.
      if (at + length + 3 > key.length || key.charCodeAt(at) !== QUOTE) return false;
      if (key.charCodeAt(at + 1 + length) !== QUOTE) return false;
      for (let k = 0; k < length; k++) {
        const code = packed.text.charCodeAt(start + k);
        if (code !== key.charCodeAt(at + 1 + k) || code === QUOTE) return false;
      }
      at += length + 3;
    }
    return at === key.length;
  }

  #chunkOf(row: number): Chunk | undefined {
    const last = this.#lastChunk;
    if (last && row >= last.start && row < last.start + last.count) return last;
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#chunks[middle]?.start ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    this.#lastChunk = this.#chunks[low];
    return this.#lastChunk;
  }
}

const isRising = (rows: Uint32Array): boolean => {
  for (let i = 1; i < rows.length; i++) if ((rows[i] ?? 0) <= (rows[i - 1] ?? 0)) return false;
  return true;
};
