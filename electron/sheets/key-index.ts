/**
 * Finds rows by key without holding the keys: row numbers under a 32-bit hash in an open-addressing table, about 12 bytes
 * a row. Rows are numbered 0, 1, 2, ... in the order they are added; the caller tells equal hashes apart.
 */
export class KeyIndex {
  #slots = new Int32Array(1024).fill(-1);
  #hashes = new Uint32Array(512);
  #rows = 0;

  /** Adds the next row. */
  add(key: string): void {
    if (this.#rows === this.#hashes.length) this.#grow();
    const hash = hashOf(key);
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

  #grow(): void {
    const hashes = new Uint32Array(this.#hashes.length * 2);
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

/** FNV-1a over UTF-16 units, its bits mixed (murmur3's finish) so that the low ones serve as a slot. */
const hashOf = (key: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};
