import type { CellSets } from '../../shared/model/edit.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { RowSet } from '../grid/row-set.ts';
import { CellMap } from './cell-map.ts';
import { StepCells } from './step-cells.ts';

/** A value that is on its way to the journal, or that the journal could not take. */
export interface UnsavedCell {
  readonly step: string;
  readonly value: string | null;
  /** Why the journal did not take it; null while it is being kept. */
  readonly failure: string | null;
}

/** Cells of a step that is held as it is; cells of smaller ones are held one by one. */
export const LARGE_STEP = 1_000;

/** Cells that are on their way to the journal, or that it could not take. Of every cell only the value set last is known. */
export class UnsavedCells {
  readonly #large: number;
  readonly #single = new CellMap<UnsavedCell>();
  #steps: readonly StepCells[] = [];

  constructor(large = LARGE_STEP) {
    this.#large = large;
  }

  get(row: RowKey, column: string): UnsavedCell | undefined {
    const single = this.#single.get(row, column);
    if (single || this.#steps.length === 0) return single;
    for (const cells of this.#steps) {
      const value = cells.value(row, column);
      if (value !== undefined) return { step: cells.step, value, failure: cells.failure };
    }
    return undefined;
  }

  hasRow(row: RowKey): boolean {
    return this.#single.hasRow(row) || this.#steps.some((cells) => cells.holds(row));
  }

  /** Cells of a step are on their way; answers their rows. */
  send(step: string, sets: CellSets): RowSet {
    const { rows, columns, columnOf, after } = sets;
    const large = rows.length >= this.#large;
    const touched = new Set<RowKey>();
    // Where nothing else is unsaved there is nothing to type over.
    if (!large || this.#single.size > 0 || this.#steps.length > 0) {
      let last: RowKey | null = null;
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i];
        if (row === undefined) continue;
        const column = columns[columnOf[i] ?? -1] ?? '';
        for (const cells of this.#steps) cells.takeOut(row, column);
        if (large) {
          this.#single.delete(row, column);
          continue;
        }
        this.#single.set(row, column, { step, value: after[i] ?? null, failure: null });
        // Cells of a row mostly follow each other.
        if (row !== last) touched.add(row);
        last = row;
      }
    }
    this.#steps = this.#steps.filter(({ isSpent }) => !isSpent);
    if (!large) return touched;
    const cells = new StepCells(step, sets);
    this.#steps = [...this.#steps, cells];
    return cells;
  }

  /** The journal has a step: its cells are on their way no more, except those typed over since. Answers their rows. */
  keep(step: string, { rows }: CellSets): RowSet {
    const cells = this.#of(step);
    if (cells) {
      this.#steps = this.#steps.filter((each) => each !== cells);
      return cells;
    }
    const kept = new Set(rows);
    for (const row of kept) this.#single.deleteIn(row, (cell) => cell.step === step);
    return kept;
  }

  /** The journal did not take a step, or (null) it is on its way once more. Answers the rows whose cells say so now. */
  mark(step: string, { rows }: CellSets, failure: string | null): RowSet {
    const cells = this.#of(step);
    if (cells) {
      cells.failure = failure;
      return cells;
    }
    const marked = new Set<RowKey>();
    for (const row of new Set(rows)) {
      const changed = this.#single.changeIn(row, (cell) =>
        cell.step === step ? { ...cell, failure } : cell,
      );
      if (changed) marked.add(row);
    }
    return marked;
  }

  delete(row: RowKey, column: string): boolean {
    if (this.#single.delete(row, column)) return true;
    const found = this.#steps.some((cells) => cells.takeOut(row, column));
    if (found) this.#steps = this.#steps.filter(({ isSpent }) => !isSpent);
    return found;
  }

  #of(step: string): StepCells | undefined {
    return this.#steps.find((cells) => cells.step === step);
  }
}
