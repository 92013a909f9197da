import type { RowKey } from '../../shared/model/rows.ts';

/** A cell of a row and the next one. A row has few, and a chain of them costs a fraction of a map or a list. */
interface Cell<T> {
  readonly column: string;
  value: T;
  next: Cell<T> | null;
}

/** Something kept for single cells, found by row key and column so that it stays with its cell wherever the row moves. */
export class CellMap<T> {
  readonly #rows = new Map<RowKey, Cell<T>>();
  #size = 0;

  /** Number of cells. */
  get size(): number {
    return this.#size;
  }

  get(row: RowKey, column: string): T | undefined {
    if (this.#size === 0) return undefined;
    let cell = this.#rows.get(row) ?? null;
    while (cell && cell.column !== column) cell = cell.next;
    return cell?.value;
  }

  hasRow(row: RowKey): boolean {
    return this.#rows.has(row);
  }

  set(row: RowKey, column: string, value: T): void {
    let cell = this.#rows.get(row);
    if (!cell) {
      this.#rows.set(row, { column, value, next: null });
      this.#size++;
      return;
    }
    while (cell.column !== column && cell.next) cell = cell.next;
    if (cell.column === column) cell.value = value;
    else {
      cell.next = { column, value, next: null };
      this.#size++;
    }
  }

  delete(row: RowKey, column: string): boolean {
    if (this.#size === 0) return false;
    return this.#remove(row, (cell) => cell.column === column);
  }

  /** Deletes the cells of a row whose value is such. */
  deleteIn(row: RowKey, is: (value: T) => boolean): void {
    this.#remove(row, (cell) => is(cell.value));
  }

  /** Changes the cells of a row; whether one is another now. */
  changeIn(row: RowKey, change: (value: T) => T): boolean {
    let changed = false;
    for (let cell = this.#rows.get(row) ?? null; cell; cell = cell.next) {
      const next = change(cell.value);
      changed ||= next !== cell.value;
      cell.value = next;
    }
    return changed;
  }

  deleteRow(row: RowKey): void {
    this.#remove(row, () => true);
  }

  clear(): void {
    this.#rows.clear();
    this.#size = 0;
  }

  rows(): IterableIterator<RowKey> {
    return this.#rows.keys();
  }

  *cells(): Generator<{ readonly row: RowKey; readonly column: string; readonly value: T }> {
    for (const [row, first] of this.#rows) {
      for (let cell: Cell<T> | null = first; cell; cell = cell.next)
        yield { row, column: cell.column, value: cell.value };
    }
  }

  #remove(row: RowKey, is: (cell: Cell<T>) => boolean): boolean {
    const before = this.#size;
    const first = this.#rows.get(row) ?? null;
    let kept: Cell<T> | null = null;
    let head: Cell<T> | null = null;
    for (let cell = first; cell; cell = cell.next) {
      if (is(cell)) {
        this.#size--;
        continue;
      }
      if (kept) kept.next = cell;
      else head = cell;
      kept = cell;
    }
    if (kept) kept.next = null;
    if (!head) this.#rows.delete(row);
    else if (head !== first) this.#rows.set(row, head);
    return this.#size < before;
  }
}
