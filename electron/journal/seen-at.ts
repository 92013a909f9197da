import type { PendingRow } from '../../shared/model/edit.ts';
import type { State } from './actions.ts';

/**
 * Which entry of the journal each value that an edit is based on came with: the order in which this machine saw and did things, which
 * no clock can tell. In memory only; replay makes it anew. A row's states are never changed, so undo brings back what belongs to them.
 */
export class SeenAt {
  readonly #entries = new WeakMap<PendingRow, number | ReadonlyMap<string, number>>();

  /** A state that an entry gave a row in the place of another; what is based on the same value as before was seen then. */
  note(state: PendingRow, before: State, entry: number): void {
    if (this.#entries.has(state)) return;
    const seen = before && state.kind === before.kind ? this.#kept(state, before, entry) : null;
    this.#entries.set(state, seen ?? entry);
  }

  /** The entry that the base of a column came with, for a row that is new that of its last change; 0 where it is not known. */
  of(state: PendingRow, column: string): number {
    const seen = this.#entries.get(state);
    return typeof seen === 'object' ? (seen.get(column) ?? 0) : (seen ?? 0);
  }

  #kept(state: PendingRow, before: PendingRow, entry: number): ReadonlyMap<string, number> | null {
    if (state.kind === 'insert') return null;
    const known = basesOf(before);
    return new Map(
      [...basesOf(state)].map(([column, base]) => [
        column,
        known.has(column) && known.get(column) === base ? this.of(before, column) : entry,
      ]),
    );
  }
}

const basesOf = (state: PendingRow): ReadonlyMap<string, string | null> => {
  if (state.kind === 'insert') return new Map();
  if (state.kind === 'delete') return new Map(Object.entries(state.before));
  return new Map(Object.entries(state.cells).map(([column, { before }]) => [column, before]));
};
