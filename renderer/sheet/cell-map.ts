import type { RowKey } from '../../shared/model/rows.ts';

/** The cells of a row: columns and what is kept for them, side by side. A row has few, and a list of them costs a tenth of a map. */
interface Cells<T> {
  readonly columns: string[];
  readonly values: T[];
}

/** Something kept for single cells, found by row key and column so that it stays with its cell wherever the row moves. */
export class CellMap<T> {
  readonly #rows = new Map<RowKey, Cells<T>>();
  #size = 0;

  /** Number of cells. */
  get size(): number {
    return this.#size;
  }

  get(row: RowKey, column: string): T | undefined {
    if (this.#size === 0) return undefined;
    const cells = this.#rows.get(row);
    const at = cells?.columns.indexOf(column) ?? -1;
    return at < 0 ? undefined : cells?.values[at];
  }

  hasRow(row: RowKey): boolean {
    return this.#rows.has(row);
  }

  set(row: RowKey, column: string, value: T): void {
    const cells = this.#rows.get(row);
    if (!cells) {
      this.#rows.set(row, { columns: [column], values: [value] });
      this.#size++;
      return;
    }
    const at = cells.columns.indexOf(column);
    if (at >= 0) cells.values[at] = value;
    else {
      cells.columns.push(column);
      cells.values.push(value);
      this.#size++;
    }
  }

  delete(row: RowKey, column: string): boolean {
    if (this.#size === 0) return false;
    const cells = this.#rows.get(row);
    const at = cells?.columns.indexOf(column) ?? -1;
    if (!cells || at < 0) return false;
    this.#size--;
    if (cells.columns.length === 1) this.#rows.delete(row);
    else {
      cells.columns.splice(at, 1);
      cells.values.splice(at, 1);
    }
    return true;
  }

  deleteRow(row: RowKey): void {
    this.#size -= this.#rows.get(row)?.columns.length ?? 0;
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
    for (const [row, { columns, values }] of this.#rows) {
      for (const [i, value] of values.entries()) yield { row, column: columns[i] ?? '', value };
    }
  }
}
