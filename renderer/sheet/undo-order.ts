import type { RowKey } from '../../shared/model/rows.ts';
import type { CellMap } from './cell-map.ts';

/** A text that was refused at its cell. */
export interface RefusedAt<T> {
  readonly row: RowKey;
  readonly column: string;
  readonly cell: T;
}

interface Act<T> {
  /** A step of the journal belongs to it. */
  readonly step: boolean;
  readonly refused: readonly RefusedAt<T>[];
}

/** Acts older than this many are undone from the journal alone. */
const MOST_ACTS = 1_000;

/**
 * What Ctrl+Z takes back next. The journal knows its steps; refused texts never reach it, so the order in which both came is
 * held here, for this window. Texts that were replaced since are passed over.
 */
export class UndoOrder<T> {
  readonly #held: CellMap<T>;
  readonly #acts: Act<T>[] = [];

  constructor(held: CellMap<T>) {
    this.#held = held;
  }

  /** A step went to the journal, or was done again. */
  stepped(): void {
    this.#add({ step: true, refused: [] });
  }

  /** Texts were refused; `joined` where the rest of the same block has just become a step. */
  refused(cells: readonly RefusedAt<T>[], joined = false): void {
    if (cells.length === 0) return;
    const last = joined ? this.#acts.pop() : undefined;
    this.#add({ step: last?.step ?? false, refused: [...(last?.refused ?? []), ...cells] });
  }

  /** Whether the next thing to take back is a refused text and nothing else. */
  get endsRefused(): boolean {
    const last = this.#acts.findLast((act) => act.step || this.#still(act).length > 0);
    return last !== undefined && !last.step;
  }

  /** Takes the last act off: the texts still held of it, and whether the journal has a step to undo. */
  takeBack(): { readonly refused: readonly RefusedAt<T>[]; readonly step: boolean } {
    for (let act = this.#acts.pop(); act; act = this.#acts.pop()) {
      const refused = this.#still(act);
      if (act.step || refused.length > 0) return { refused, step: act.step };
    }
    return { refused: [], step: true };
  }

  #add(act: Act<T>): void {
    this.#acts.push(act);
    if (this.#acts.length > MOST_ACTS) this.#acts.shift();
  }

  #still({ refused }: Act<T>): readonly RefusedAt<T>[] {
    return refused.filter(({ row, column, cell }) => this.#held.get(row, column) === cell);
  }
}
