import type { PendingRow } from '../../shared/model/edit.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { State } from './actions.ts';

/** One entry for all columns of a row, or each column's own. */
type Seen = number | ReadonlyMap<string, number>;

/**
 * Which entry of the journal each value came with that the pending rows of a sheet are based on: the order in which this machine saw
 * and did things, which no clock can tell. In memory only; replay makes it anew.
 */
export class SeenAt {
  readonly #now = new Map<RowKey, Seen>();
  /** States that can come back by undo or redo, with what belongs to them: they are never changed. */
  readonly #left = new WeakMap<PendingRow, Seen>();

  /**
   * An entry puts a state in the place of another; what is based on the same value as before was seen then. `undoable`: the one
   * before may come back.
   */
  replace(row: RowKey, before: State, state: State, entry: number, undoable: boolean): void {
    const known = before && this.#now.get(row);
    if (undoable && before && known !== undefined) this.#left.set(before, known);
    if (!state) this.#now.delete(row);
    else this.#now.set(row, this.#left.get(state) ?? kept(state, before, known, entry));
  }

  /** The entry that the base of a column came with, for a row that is new that of its last change; 0 where it is not known. */
  of(row: RowKey, column: string): number {
    const seen = this.#now.get(row);
    return seen === undefined ? 0 : entryOf(seen, column);
  }
}

const entryOf = (seen: Seen, column: string): number =>
  typeof seen === 'number' ? seen : (seen.get(column) ?? 0);

const kept = (state: PendingRow, before: State, known: Seen | undefined, entry: number): Seen => {
  if (!before || known === undefined || state.kind === 'insert' || state.kind !== before.kind) return entry;
  const bases = basesOf(before);
  return new Map(
    [...basesOf(state)].map(([column, base]) => [
      column,
      bases.has(column) && bases.get(column) === base ? entryOf(known, column) : entry,
    ]),
  );
};

const basesOf = (state: PendingRow): ReadonlyMap<string, string | null> => {
  if (state.kind === 'insert') return new Map();
  if (state.kind === 'delete') return new Map(Object.entries(state.before));
  return new Map(Object.entries(state.cells).map(([column, { before }]) => [column, before]));
};
