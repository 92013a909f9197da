import type { RowKey } from '../../shared/model/rows.ts';

/** Something kept for single cells, found by row key and column so that it stays with its cell wherever the row moves. */
export class CellMap<T> {
  readonly #rows = new Map<RowKey, Map<string, T>>();
  #size = 0;

  /** Number of cells. */
  get size(): number {
    return this.#size;
  }

  get(row: RowKey, column: string): T | undefined {
    return this.#rows.get(row)?.get(column);
  }

  hasRow(row: RowKey): boolean {
    return this.#rows.has(row);
  }

  set(row: RowKey, column: string, value: T): void {
    let cells = this.#rows.get(row);
    if (!cells) {
      cells = new Map();
      this.#rows.set(row, cells);
    }
    if (!cells.has(column)) this.#size++;
    cells.set(column, value);
  }

  delete(row: RowKey, column: string): boolean {
    const cells = this.#rows.get(row);
    if (!cells?.delete(column)) return false;
    this.#size--;
    if (cells.size === 0) this.#rows.delete(row);
    return true;
  }

  deleteRow(row: RowKey): void {
    this.#size -= this.#rows.get(row)?.size ?? 0;
    this.#rows.delete(row);
  }

  clear(): void {
    this.#rows.clear();
    this.#size = 0;
  }

  rows(): IterableIterator<RowKey> {
    return this.#rows.keys();
  }

  *cells(): Generator<{ readonly row: RowKey; readonly column: string; readonly value: T }> {
    for (const [row, cells] of this.#rows) {
      for (const [column, value] of cells) yield { row, column, value };
    }
  }
}
