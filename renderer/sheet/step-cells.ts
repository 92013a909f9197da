import type { CellSets } from '../../shared/model/edit.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { RowSet } from '../grid/row-set.ts';

/** Ends the chain of a row's cells. */
const NONE = -1;

/**
 * The cells of one large step, as the step has them: columns of values, found by row through one index. A cell costs a few bytes and a
 * row an entry, and the step is let go as a whole. Cells typed over by a later step are out of it.
 */
export class StepCells implements RowSet {
  readonly step: string;
  /** Why the journal did not take the step; null while it is being kept. */
  failure: string | null = null;
  readonly #sets: CellSets;
  /** By row the last of its cells. */
  readonly #last = new Map<RowKey, number>();
  /** By cell the one of the same row before it. */
  readonly #previous: Int32Array;
  readonly #places: ReadonlyMap<string, number>;
  #out: Uint8Array | null = null;
  #left: number;

  constructor(step: string, sets: CellSets) {
    this.step = step;
    this.#sets = sets;
    this.#places = new Map(sets.columns.map((name, place) => [name, place]));
    const { rows } = sets;
    const previous = new Int32Array(rows.length);
    let at = 0;
    while (at < rows.length) {
      const row = rows[at] ?? '';
      previous[at] = this.#last.get(row) ?? NONE;
      // Cells of a row mostly follow each other.
      let end = at + 1;
      for (; end < rows.length && rows[end] === row; end++) previous[end] = end - 1;
      this.#last.set(row, end - 1);
      at = end;
    }
    this.#previous = previous;
    this.#left = rows.length;
  }

  /** Whether every cell was typed over since. */
  get isSpent(): boolean {
    return this.#left === 0;
  }

  /** Number of rows the step has cells in. */
  get size(): number {
    return this.#last.size;
  }

  /** Whether the step has cells in the row, typed over since or not. */
  has(row: RowKey): boolean {
    return this.#last.has(row);
  }

  [Symbol.iterator](): IterableIterator<RowKey> {
    return this.#last.keys();
  }

  /** The value of a cell of the step; undefined for one that is not, or no longer, of it. */
  value(row: RowKey, column: string): string | null | undefined {
    const at = this.#find(row, column);
    return at === NONE ? undefined : (this.#sets.after[at] ?? null);
  }

  /** Whether a cell of the row is still of the step. */
  holds(row: RowKey): boolean {
    for (let at = this.#last.get(row) ?? NONE; at !== NONE; at = this.#previous[at] ?? NONE)
      if (!this.#out?.[at]) return true;
    return false;
  }

  /** Takes a cell out; whether it was of the step. */
  takeOut(row: RowKey, column: string): boolean {
    let found = false;
    for (let at = this.#find(row, column); at !== NONE; at = this.#find(row, column)) {
      this.#out ??= new Uint8Array(this.#sets.rows.length);
      this.#out[at] = 1;
      this.#left--;
      found = true;
    }
    return found;
  }

  // Of a cell that is set twice in a step the last is the one that counts.
  #find(row: RowKey, column: string): number {
    let at = this.#last.get(row) ?? NONE;
    if (at === NONE) return NONE;
    const place = this.#places.get(column);
    if (place === undefined) return NONE;
    while (at !== NONE && (this.#sets.columnOf[at] !== place || this.#out?.[at]))
      at = this.#previous[at] ?? NONE;
    return at;
  }
}
