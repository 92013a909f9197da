import type { EditStep, PendingCounts, PendingDelta, PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import { cellsOf, changesOf } from '../../shared/plan/pending.ts';
import type { OpenBatch, ReviewedBatch } from './journal.ts';
import { rebaseRow } from './rebase.ts';

type State = PendingRow | undefined;

/** What one undoable action did: rows with their pending state before and after. Row objects are never changed. */
export interface Action {
  readonly id: string;
  readonly label: string;
  readonly rows: readonly RowKey[];
  readonly before: readonly State[];
  readonly after: readonly State[];
}

interface Frozen {
  readonly batch: OpenBatch;
  readonly rows: ReadonlyMap<RowKey, PendingRow>;
  /** How many actions the batch froze; those below cannot be undone. */
  readonly floor: number;
}

const rebaseAction = (action: Action, written: ReadonlyMap<RowKey, PendingRow>): Action | undefined => {
  if (!action.rows.some((row) => written.has(row))) return action;
  const before: State[] = [];
  const after: State[] = [];
  for (const [i, row] of action.rows.entries()) {
    const from = rebaseRow(action.before[i], written.get(row));
    const to = rebaseRow(action.after[i], written.get(row));
    if (from === 'impossible' || to === 'impossible') return undefined;
    before.push(from);
    after.push(to);
  }
  return { ...action, before, after };
};

// Both stacks run from the end; what lies below an action that has no meaning any more is out of reach as well.
const rebaseStack = (stack: readonly Action[], written: ReadonlyMap<RowKey, PendingRow>): Action[] => {
  const rebased = stack.map((action) => rebaseAction(action, written));
  return rebased.slice(rebased.lastIndexOf(undefined) + 1).filter((action) => action !== undefined);
};

const underReview = (row: RowKey, batch: string): AppError =>
  new AppError(
    'conflict',
    'row-under-review',
    'The row is part of a batch under review. Withdraw the batch to change it.',
    { details: { row, batch } },
  );

/**
 * The pending edits of one sheet with undo, redo and the batch in flight. In memory only and synchronous: the journal
 * asks for an action (which may be refused), records it, and then applies it, in the same way at work and at replay.
 */
export class SheetState {
  readonly pending = new Map<RowKey, PendingRow>();
  readonly #sheet: string;
  readonly #tally = { cells: 0, updated: 0, inserted: 0, deleted: 0 };
  #done: Action[] = [];
  #undone: Action[] = [];
  #frozen: Frozen | undefined;
  readonly #reviewed = new Map<string, ReviewedBatch>();
  /** Which review holds a row. */
  readonly #reviewOf = new Map<RowKey, string>();

  constructor(sheet: string) {
    this.#sheet = sheet;
  }

  get openBatch(): OpenBatch | undefined {
    return this.#frozen?.batch;
  }

  /** Nothing is pending, in flight, or left to undo or redo: earlier entries are no longer needed. */
  get atRest(): boolean {
    return (
      this.pending.size === 0 &&
      !this.#frozen &&
      this.#done.length === 0 &&
      this.#undone.length === 0 &&
      this.#reviewed.size === 0
    );
  }

  get reviewed(): readonly ReviewedBatch[] {
    return [...this.#reviewed.values()];
  }

  counts(): PendingCounts {
    const floor = this.#frozen?.floor ?? 0;
    return {
      ...this.#tally,
      undo: this.#done.length > floor ? (this.#done.at(-1)?.label ?? null) : null,
      redo: this.#undone.at(-1)?.label ?? null,
    };
  }

  /** The action a step amounts to, without keeping it; `undefined` when it changes nothing. */
  stepAction(step: EditStep): Action | undefined {
    const changes = changesOf(this.pending, step);
    const rows = [...changes.keys()];
    this.#refuseFrozen(rows);
    if (rows.length === 0) return undefined;
    const before = rows.map((row) => this.pending.get(row));
    return { id: step.id, label: step.label, rows, before, after: [...changes.values()] };
  }

  /** Takes rows (all when `undefined`) back to nothing pending, or to what the open batch froze. */
  discardAction(rows: readonly RowKey[] | undefined, id: string): Action | undefined {
    const targets = rows
      ? [...new Set(rows)]
      : [...new Set([...this.pending.keys(), ...this.#frozenRows().keys()])];
    const changed = targets.filter(
      // A row edited later and back again stands as it was frozen.
      (row) => rebaseRow(this.pending.get(row), this.#frozenRows().get(row)) !== undefined,
    );
    if (changed.length === 0) return undefined;
    return {
      id,
      label: 'Discard edits',
      rows: changed,
      before: changed.map((row) => this.pending.get(row)),
      after: changed.map((row) => this.#frozenRows().get(row)),
    };
  }

  /** Keeps a new action: it becomes the next to undo, and what was undone can no longer be redone. */
  keep(action: Action): PendingDelta {
    this.#undone = [];
    this.#done.push(action);
    return this.#apply(action.rows, action.after);
  }

  /** Refuses an undo of what an open batch froze; false when there is nothing to undo. */
  canUndo(): boolean {
    if (this.#done.length > (this.#frozen?.floor ?? 0)) return true;
    if (!this.#frozen || this.#frozen.floor === 0) return false;
    throw new AppError(
      'conflict',
      'edit-in-open-batch',
      'The last edit is part of a batch whose outcome is not known yet. Resolve the batch first.',
      { details: { batch: this.#frozen.batch.batch } },
    );
  }

  undo(): PendingDelta {
    const action = this.#done.pop();
    if (!action) return this.delta([]);
    this.#undone.push(action);
    return this.#apply(action.rows, action.before);
  }

  canRedo(): boolean {
    const action = this.#undone.at(-1);
    if (action) this.#refuseFrozen(action.rows);
    return action !== undefined;
  }

  redo(): PendingDelta {
    const action = this.#undone.pop();
    if (!action) return this.delta([]);
    this.#done.push(action);
    return this.#apply(action.rows, action.after);
  }

  /** Whether these, as given out by `pending`, are all that is pending now; row objects never change, so they are it. */
  isExactly(rows: readonly PendingRow[]): boolean {
    return rows.length === this.pending.size && rows.every((row) => this.pending.get(row.row) === row);
  }

  freeze(batch: OpenBatch): void {
    this.#frozen = { batch, rows: new Map(this.pending), floor: this.#done.length };
  }

  prove(proof: string): void {
    if (this.#frozen) this.#frozen = { ...this.#frozen, batch: { ...this.#frozen.batch, proof } };
  }

  /** The frozen edits are ordinary pending edits again. */
  thaw(): PendingDelta {
    this.#frozen = undefined;
    return this.delta([]);
  }

  /** The frozen edits are in the warehouse: they and their undo are gone, later edits stand on top of them. */
  clearFrozen(): PendingDelta {
    const frozen = this.#frozen;
    if (!frozen) return this.delta([]);
    this.#frozen = undefined;
    const rows = [...frozen.rows.keys()];
    const states = rows.map((row) => {
      const state = rebaseRow(this.pending.get(row), frozen.rows.get(row));
      // Cannot be reached while such edits are refused; if it were, what the warehouse holds would be right.
      return state === 'impossible' ? undefined : state;
    });
    this.#done = rebaseStack(this.#done.slice(frozen.floor), frozen.rows);
    this.#undone = rebaseStack(this.#undone, frozen.rows);
    return this.#apply(rows, states);
  }

  /** The frozen edits wait for review: no longer pending, their rows locked. */
  review(): PendingDelta {
    const frozen = this.#frozen;
    if (!frozen) return this.delta([]);
    const { batch, sha256 } = frozen.batch;
    this.#reviewed.set(batch, { batch, sheet: this.#sheet, sha256, rows: [...frozen.rows.values()] });
    for (const row of frozen.rows.keys()) this.#reviewOf.set(row, batch);
    return this.clearFrozen();
  }

  /** Ends a review. What comes back is pending as it was, but no longer a step to undo. */
  endReview(batch: string, how: 'returned' | 'committed'): PendingDelta {
    const rows = this.#reviewed.get(batch)?.rows ?? [];
    this.#reviewed.delete(batch);
    for (const { row } of rows) this.#reviewOf.delete(row);
    const keys = rows.map(({ row }) => row);
    return this.#apply(keys, how === 'returned' ? rows : []);
  }

  /** The rows as they are now, for the renderer. */
  delta(rows: readonly RowKey[]): PendingDelta {
    const present: PendingRow[] = [];
    const cleared: RowKey[] = [];
    for (const row of rows) {
      const state = this.pending.get(row);
      if (state) present.push(state);
      else cleared.push(row);
    }
    return { sheet: this.#sheet, rows: present, cleared, counts: this.counts() };
  }

  #frozenRows(): ReadonlyMap<RowKey, PendingRow> {
    return this.#frozen?.rows ?? new Map();
  }

  /** A row being inserted, deleted or renamed has no lasting key until the batch ends: nothing can be kept about it. */
  #refuseFrozen(rows: readonly RowKey[]): void {
    for (const row of this.#reviewOf.size > 0 ? rows : []) {
      const batch = this.#reviewOf.get(row);
      if (batch !== undefined) throw underReview(row, batch);
    }
    if (!this.#frozen) return;
    const { rows: frozen, batch } = this.#frozen;
    for (const row of rows) {
      const state = frozen.get(row);
      if (state && batch.review) throw underReview(row, batch.batch);
      const moves =
        (state !== undefined && state.kind !== 'update') ||
        (state?.kind === 'update' && batch.keyColumns?.some((column) => Object.hasOwn(state.cells, column)));
      if (moves) {
        throw new AppError(
          'conflict',
          'row-in-open-batch',
          'The row is being written by a batch that has not ended. Edit it when the batch is settled.',
          { details: { row, batch: batch.batch } },
        );
      }
    }
  }

  #apply(rows: readonly RowKey[], states: readonly State[]): PendingDelta {
    const present: PendingRow[] = [];
    const cleared: RowKey[] = [];
    for (const [i, row] of rows.entries()) {
      const state = states[i];
      this.#count(this.pending.get(row), -1);
      this.#count(state, 1);
      if (state) {
        this.pending.set(row, state);
        present.push(state);
      } else {
        this.pending.delete(row);
        cleared.push(row);
      }
    }
    return { sheet: this.#sheet, rows: present, cleared, counts: this.counts() };
  }

  #count(state: State, sign: 1 | -1): void {
    if (!state) return;
    this.#tally.cells += sign * cellsOf(state);
    if (state.kind === 'update') this.#tally.updated += sign;
    else if (state.kind === 'insert') this.#tally.inserted += sign;
    else this.#tally.deleted += sign;
  }
}
