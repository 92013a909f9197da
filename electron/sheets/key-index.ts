import type { PackedColumn } from '../../shared/model/rows.ts';

/**
 * Finds rows by key without holding the keys: row numbers under a 32-bit hash in an open-addressing table, about 12 bytes
 * a row. Rows are numbered 0, 1, 2, ... in the order they are added; the caller tells equal hashes apart.
 */
export class KeyIndex {
  #slots = new Int32Array(1024).fill(-1);
  #hashes = new Uint32Array(512);
  #rows = 0;

  /** Makes room for so many rows in all. */
  reserve(rows: number): void {
    if (rows > this.#hashes.length) this.#grow(2 ** Math.ceil(Math.log2(rows)));
  }

  /** Adds the next row. */
  add(key: string): void {
    this.addHash(hashOf(key));
  }

  /** Adds the next row by the hash of its key, see `keyHash`. */
  addHash(hash: number): void {
    if (this.#rows === this.#hashes.length) this.#grow(this.#hashes.length * 2);
    this.#hashes[this.#rows] = hash;
    this.#place(this.#rows, hash);
    this.#rows++;
  }

  /** The row among those with the key's hash that `isRow` recognises. */
  find(key: string, isRow: (row: number) => boolean): number | undefined {
    const hash = hashOf(key);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const row = this.#slots[slot] ?? -1;
      if (row < 0) return undefined;
      if (this.#hashes[row] === hash && isRow(row)) return row;
    }
  }

  #grow(size: number): void {
    const hashes = new Uint32Array(size);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    this.#slots = new Int32Array(hashes.length * 2).fill(-1);
    for (let row = 0; row < this.#rows; row++) this.#place(row, hashes[row] ?? 0);
  }

  #place(row: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while ((this.#slots[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
    this.#slots[slot] = row;
  }
}

const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const [BRACKET, QUOTE, COMMA, END, BACKSLASH, SPACE] = [91, 34, 44, 93, 92, 32];
const SURROGATES = 0xd800;
const BEHIND_SURROGATES = 0xe000;

/** FNV-1a over UTF-16 units, its bits mixed (murmur3's finish) so that the low ones serve as a slot. */
const hashOf = (key: string): number => {
  let hash = FNV_START;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), FNV_PRIME);
  return mixed(hash);
};

const mixed = (hash: number): number => {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
};

/**
 * The hash of a packed row's key without making its text; null where a value is NULL or has a character that JSON may escape, so
 * that the text has to be made.
 */
export const keyHash = (columns: readonly PackedColumn[], row: number): number | null => {
  let hash = Math.imul(FNV_START ^ BRACKET, FNV_PRIME);
  for (let c = 0; c < columns.length; c++) {
    const packed = columns[c];
    if (!packed || (packed.nulls && ((packed.nulls[row >> 3] ?? 0) >> (row & 7)) & 1)) return null;
    const { text, ends } = packed;
    if (c > 0) hash = Math.imul(hash ^ COMMA, FNV_PRIME);
    hash = Math.imul(hash ^ QUOTE, FNV_PRIME);
    const end = ends[row] ?? 0;
    for (let i = row === 0 ? 0 : (ends[row - 1] ?? 0); i < end; i++) {
      const code = text.charCodeAt(i);
      if (code === QUOTE || code === BACKSLASH || code < SPACE) return null;
      if (code >= SURROGATES && code < BEHIND_SURROGATES) return null;
      hash = Math.imul(hash ^ code, FNV_PRIME);
    }
    hash = Math.imul(hash ^ QUOTE, FNV_PRIME);
  }
  return mixed(Math.imul(hash ^ END, FNV_PRIME));
};
