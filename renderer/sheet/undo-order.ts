import type { RowKey } from '../../shared/model/rows.ts';
import type { CellMap } from './cell-map.ts';

/** A text that was refused at its cell. */
export interface RefusedAt<T> {
  readonly row: RowKey;
  readonly column: string;
  readonly cell: T;
}

/** Something done: the texts refused in it, and whether a step of the journal belongs to it. */
export interface Act<T> {
  readonly step: boolean;
  readonly refused: readonly RefusedAt<T>[];
}

/** Acts older than this many are undone from the journal alone. */
const MOST_ACTS = 1_000;

/**
 * What Ctrl+Z takes back next and Ctrl+Y does again. The journal knows its steps; refused texts never reach it, so the order in which
 * both came is held here, for this window. Texts that were replaced since are passed over.
 */
export class UndoOrder<T> {
  readonly #held: CellMap<T>;
  readonly #acts: Act<T>[] = [];
  /** What was taken back, the last at the end; something new makes an end of it. */
  #undone: Act<T>[] = [];

  constructor(held: CellMap<T>) {
    this.#held = held;
  }

  /** A new step went to the journal. */
  stepped(): void {
    this.#undone = [];
    this.#add({ step: true, refused: [] });
  }

  /** Texts were refused; `joined` where the rest of the same block has just become a step. */
  refused(cells: readonly RefusedAt<T>[], joined = false): void {
    if (cells.length === 0) return;
    this.#undone = [];
    const last = joined ? this.#acts.pop() : undefined;
    this.#add({ step: last?.step ?? false, refused: [...(last?.refused ?? []), ...cells] });
  }

  /** Whether the next thing to take back is a refused text and nothing else. */
  get endsRefused(): boolean {
    const last = this.#acts.findLast((act) => act.step || this.#still(act).length > 0);
    return last !== undefined && !last.step;
  }

  /** Whether the next thing to do again is a refused text and nothing else. */
  get goesOnRefused(): boolean {
    return this.#undone.at(-1)?.step === false;
  }

  /** Takes the last act off: the texts still held of it, and whether the journal has a step to undo. */
  takeBack(): Act<T> {
    for (let act = this.#acts.pop(); act; act = this.#acts.pop()) {
      const back = { step: act.step, refused: this.#still(act) };
      if (!back.step && back.refused.length === 0) continue;
      this.#undone.push(back);
      return back;
    }
    const older = { refused: [], step: true };
    this.#undone.push(older);
    return older;
  }

  /** Puts the act taken back last on again; the journal's own next step where none is known here. */
  doAgain(): Act<T> {
    const act = this.#undone.pop() ?? { step: true, refused: [] };
    this.#add(act);
    return act;
  }

  #add(act: Act<T>): void {
    this.#acts.push(act);
    if (this.#acts.length > MOST_ACTS) this.#acts.shift();
  }

  #still({ refused }: Act<T>): readonly RefusedAt<T>[] {
    return refused.filter(({ row, column, cell }) => this.#held.get(row, column) === cell);
  }
}
