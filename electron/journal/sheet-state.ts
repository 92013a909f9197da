import { afterQuiet, type QuietChange } from '../../shared/merge/quiet.ts';
import type { EditStep, PendingCounts, PendingDelta, PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import { cellsOf, changesOf } from '../../shared/plan/pending.ts';
import { type Action, rebaseStack, restateStack, type State, sameState, without } from './actions.ts';
import type { DecidedStep, HeldBatch, OpenBatch, Refusal, ReviewedBatch } from './journal.ts';
import { underReview, waiting } from './locked-rows.ts';
import { rebaseRow } from './rebase.ts';
import { SeenAt } from './seen-at.ts';

interface Frozen {
  readonly batch: OpenBatch;
  readonly rows: ReadonlyMap<RowKey, PendingRow>;
  /** How many actions the batch froze; those below cannot be undone. */
  readonly floor: number;
}

/**
 * The pending edits of one sheet with undo, redo and the batch in flight. In memory only and synchronous: the journal
 * asks for an action (which may be refused), records it, and then applies it, in the same way at work and at replay.
 */
export class SheetState {
  readonly pending = new Map<RowKey, PendingRow>();
  readonly #sheet: string;
  readonly #changed: (rows: readonly RowKey[]) => void;
  readonly #lastEntry: () => number;
  readonly #seen = new SeenAt();
  readonly #tally = { cells: 0, updated: 0, inserted: 0, deleted: 0 };
  #done: Action[] = [];
  #undone: Action[] = [];
  #frozen: Frozen | undefined;
  readonly #reviewed = new Map<string, ReviewedBatch>();
  /** Which review holds a row. */
  readonly #reviewOf = new Map<RowKey, string>();
  /** Batches that wait to be sent, in the order they were submitted. */
  readonly #held = new Map<string, HeldBatch>();
  readonly #holdOf = new Map<RowKey, string>();
  readonly #refusals = new Map<string, Refusal>();

  /** `changed` hears of every row whose pending state, or whose batch, changed; `lastEntry` is the one being acted on. */
  constructor(
    sheet: string,
    changed: (rows: readonly RowKey[]) => void = () => {},
    lastEntry: () => number = () => 0,
  ) {
    this.#sheet = sheet;
    this.#changed = changed;
    this.#lastEntry = lastEntry;
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
      this.#reviewed.size === 0 &&
      this.#held.size === 0 &&
      this.#refusals.size === 0
    );
  }

  get reviewed(): readonly ReviewedBatch[] {
    return [...this.#reviewed.values()];
  }

  get held(): readonly HeldBatch[] {
    return [...this.#held.values()];
  }

  get refusals(): readonly Refusal[] {
    return [...this.#refusals.values()];
  }

  /** See `Journal.seenAt`. */
  seenAt(row: RowKey, column: string): number {
    return this.#seen.of(row, column);
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
    this.refuseLocked(rows);
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
    return this.#apply(action.rows, action.after, true);
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
    return this.#apply(action.rows, action.before, true);
  }

  canRedo(): boolean {
    const action = this.#undone.at(-1);
    if (action) this.refuseLocked(action.rows);
    return action !== undefined;
  }

  redo(): PendingDelta {
    const action = this.#undone.pop();
    if (!action) return this.delta([]);
    this.#done.push(action);
    return this.#apply(action.rows, action.after, true);
  }

  /** Whether these, as given out by `pending`, are all that is pending now; row objects never change, so they are it. */
  isExactly(rows: readonly PendingRow[], except: readonly RowKey[] = []): boolean {
    return rows.length === this.pendingBut(except) && rows.every((row) => this.pending.get(row.row) === row);
  }

  /** How many rows are pending without those. */
  pendingBut(except: readonly RowKey[]): number {
    let left = this.pending.size;
    for (const row of new Set(except)) if (this.pending.has(row)) left--;
    return left;
  }

  freeze(batch: OpenBatch): void {
    const rows = new Map(this.pending);
    for (const row of batch.except ?? []) rows.delete(row);
    this.#frozen = { batch, rows, floor: this.#done.length };
  }

  isFrozen(row: RowKey): boolean {
    return this.#frozen?.rows.has(row) ?? false;
  }

  /** The action that gives rows the states decided on; `undefined` when they have them. */
  decideAction({ id, label, rows: decided }: Pick<DecidedStep, 'id' | 'label' | 'rows'>): Action | undefined {
    const states = new Map(decided.map(({ row, state }) => [row, state ?? undefined]));
    const rows = [...states.keys()].filter((row) => !sameState(this.pending.get(row), states.get(row)));
    this.refuseLocked(rows);
    if (rows.length === 0) return undefined;
    const before = rows.map((row) => this.pending.get(row));
    return { id, label, rows, before, after: rows.map((row) => states.get(row)) };
  }

  /** What a frozen row would become depends on how its batch ends, so nothing is merged into it. */
  refuseMerge(changes: readonly QuietChange[]): void {
    if (changes.some(({ row }) => this.isFrozen(row)))
      throw new AppError('conflict', 'row-in-open-batch', 'The row is part of a batch that has not ended.');
  }

  /** Restates pending rows, and every step that can be undone or redone, over what the warehouse holds now. */
  merge(changes: readonly QuietChange[]): PendingDelta {
    const byRow = new Map(changes.map((change) => [change.row, change]));
    const restate = (row: RowKey, state: State): State => {
      const change = byRow.get(row);
      return change ? afterQuiet(state, change) : state;
    };
    this.#done = restateStack(this.#done, byRow, restate);
    this.#undone = restateStack(this.#undone, byRow, restate);
    const rows = [...byRow.keys()].filter((row) => this.pending.has(row));
    return this.#apply(
      rows,
      rows.map((row) => restate(row, this.pending.get(row))),
    );
  }

  prove(proof: string): void {
    if (this.#frozen) this.#frozen = { ...this.#frozen, batch: { ...this.#frozen.batch, proof } };
  }

  /** The frozen edits are ordinary pending edits again. */
  thaw(): PendingDelta {
    const rows = [...this.#frozenRows().keys()];
    this.#frozen = undefined;
    this.#changed(rows);
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
    // What the batch left out keeps its steps; with the rest of an older step goes what is written.
    const left = (frozen.batch.except?.length ?? 0) > 0 ? this.#done.slice(0, frozen.floor) : [];
    this.#done = [
      ...left.flatMap((action) => without(action, frozen.rows)),
      ...rebaseStack(this.#done.slice(frozen.floor), frozen.rows),
    ];
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

  /** Takes what is pending (but for `except` and frozen rows) out of it, to be sent later; those rows are locked. */
  hold(batch: OpenBatch): PendingDelta {
    const rows = new Map(this.pending);
    for (const row of [...(batch.except ?? []), ...this.#frozenRows().keys()]) rows.delete(row);
    return this.#holdRows(batch, rows);
  }

  /** The frozen edits wait again: the batch did not get through. */
  holdFrozen(): PendingDelta {
    const frozen = this.#frozen;
    if (!frozen) return this.delta([]);
    this.#frozen = undefined;
    return this.#holdRows(frozen.batch, frozen.rows);
  }

  /** Makes a held batch pending again: to be edited, or (frozen alone) to be sent. */
  release(batch: string, how: 'cancel' | 'send', review = false): PendingDelta {
    const held = this.#held.get(batch);
    if (!held) return this.delta([]);
    this.#held.delete(batch);
    for (const { row } of held.rows) this.#holdOf.delete(row);
    const except = [...this.pending.keys()];
    const keys = held.rows.map(({ row }) => row);
    const delta = this.#apply(keys, held.rows);
    if (how === 'send') this.freeze({ ...held.batch, except, ...(review ? { review: true } : {}) });
    return delta;
  }

  /** Remembers why a batch that waited was refused, until the person has seen it. */
  refuse(refusal: Refusal): void {
    this.#refusals.set(refusal.batch, refusal);
  }

  dismiss(batch: string): void {
    this.#refusals.delete(batch);
  }

  #holdRows(batch: OpenBatch, rows: ReadonlyMap<RowKey, PendingRow>): PendingDelta {
    const { review: _, ...rest } = batch;
    this.#held.set(batch.batch, { batch: { ...rest, proof: null }, rows: [...rows.values()] });
    for (const row of rows.keys()) this.#holdOf.set(row, batch.batch);
    const left = (stack: readonly Action[]): Action[] => stack.flatMap((action) => without(action, rows));
    if (this.#frozen)
      this.#frozen = { ...this.#frozen, floor: left(this.#done.slice(0, this.#frozen.floor)).length };
    this.#done = left(this.#done);
    this.#undone = left(this.#undone);
    const keys = [...rows.keys()];
    return this.#apply(
      keys,
      keys.map(() => undefined),
    );
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
  refuseLocked(rows: readonly RowKey[]): void {
    for (const row of this.#reviewOf.size > 0 ? rows : []) {
      const batch = this.#reviewOf.get(row);
      if (batch !== undefined) throw underReview(row, batch);
    }
    for (const row of this.#holdOf.size > 0 ? rows : []) {
      const batch = this.#holdOf.get(row);
      if (batch !== undefined) throw waiting(row, batch);
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

  #apply(rows: readonly RowKey[], states: readonly State[], undoable = false): PendingDelta {
    const entry = this.#lastEntry();
    const present: PendingRow[] = [];
    const cleared: RowKey[] = [];
    for (const [i, row] of rows.entries()) {
      const state = states[i];
      const before = this.pending.get(row);
      this.#seen.replace(row, before, state, entry, undoable);
      this.#count(before, -1);
      this.#count(state, 1);
      if (state) {
        this.pending.set(row, state);
        present.push(state);
      } else {
        this.pending.delete(row);
        cleared.push(row);
      }
    }
    this.#changed(rows);
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
