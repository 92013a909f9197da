import type { PendingDelta } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { Action } from './actions.ts';
import type { Entry, Settlement } from './entries.ts';
import type { HeldBatch, OpenBatch, Refusal, ReviewedBatch } from './journal.ts';
import { Latest } from './latest.ts';
import { SheetState } from './sheet-state.ts';

/** How many steps and batches are known again by their ids. Sent twice, they come within moments; the warehouse knows a batch for ever. */
const REMEMBERED = 10_000;

/** All sheets of one journal, as its entries make them; replay and work go through the same methods. */
export class JournalFold {
  readonly #sheets = new Map<string, SheetState>();
  readonly #steps = new Latest<string, true>(REMEMBERED);
  readonly #sheetOfOpen = new Map<string, string>();
  readonly #committed = new Latest<string, string>(REMEMBERED);
  /** Per sheet the first entry since it was last at rest. */
  readonly #first = new Map<string, number>();
  #last: number;
  /** Hears of rows whose pending state changed. */
  watcher: ((sheet: string, rows: readonly string[]) => void) | null = null;

  constructor(start: number) {
    this.#last = start;
  }

  sheet(id: string): SheetState {
    let state = this.#sheets.get(id);
    if (!state) {
      state = new SheetState(
        id,
        (rows) => this.watcher?.(id, rows),
        () => this.#last,
      );
      this.#sheets.set(id, state);
    }
    return state;
  }

  /** The last entry that is kept. */
  get last(): number {
    return this.#last;
  }

  sheetsPending(): readonly string[] {
    return [...this.#sheets].filter(([, state]) => state.pending.size > 0).map(([id]) => id);
  }

  /** Whether the step is kept already: the same step sent twice is one step. */
  hasStep(id: string): boolean {
    return this.#steps.has(id);
  }

  keep(sheet: string, action: Action): PendingDelta {
    this.#steps.set(action.id, true);
    return this.sheet(sheet).keep(action);
  }

  /** False when exactly this batch is open already; throws where the sheet or the id is taken. */
  canSubmit(batch: OpenBatch): boolean {
    const state = this.sheet(batch.sheet);
    const open = state.openBatch;
    if (open?.batch === batch.batch && open.sha256 === batch.sha256) return false;
    if (open) {
      throw new AppError(
        'conflict',
        'batch-open',
        'An earlier batch of this sheet has not ended. Resolve it before submitting again.',
        { details: { batch: open.batch } },
      );
    }
    if (this.#committed.has(batch.batch) || this.#sheetOfOpen.has(batch.batch)) {
      throw new AppError('conflict', 'batch-known', 'A batch with this id was sent before. Submit again.', {
        details: { batch: batch.batch },
      });
    }
    if (state.pendingBut(batch.except ?? []) === 0) {
      throw new AppError('invalid', 'nothing-pending', 'There is nothing to submit on this sheet.');
    }
    return true;
  }

  submit(batch: OpenBatch): void {
    this.#sheetOfOpen.set(batch.batch, batch.sheet);
    this.sheet(batch.sheet).freeze({ ...batch });
  }

  prove(batch: string, proof: string): void {
    this.sheet(this.openBatch(batch).sheet).prove(proof);
  }

  openBatch(id: string): OpenBatch {
    const sheet = this.#sheetOfOpen.get(id);
    const open = sheet === undefined ? undefined : this.sheet(sheet).openBatch;
    if (open) return open;
    throw new AppError('invalid', 'batch-unknown', 'There is no open batch with this id.', {
      details: { batch: id },
    });
  }

  openBatches(): readonly OpenBatch[] {
    return [...this.#sheetOfOpen.keys()].map((id) => this.openBatch(id));
  }

  /** The sheet of a batch known to be committed; settling it again changes nothing. */
  sheetOfEnded(batch: string): string | undefined {
    return this.#committed.get(batch);
  }

  settle(batch: string, outcome: Settlement, refusal?: Refusal): PendingDelta {
    const { sheet } = this.openBatch(batch);
    const state = this.sheet(sheet);
    this.#sheetOfOpen.delete(batch);
    if (refusal) state.refuse(refusal);
    if (outcome === 'not-committed') return state.thaw();
    if (outcome === 'queued') return state.holdFrozen();
    if (outcome === 'under-review') return state.review();
    this.#committed.set(batch, sheet);
    const delta = state.clearFrozen();
    if (state.atRest) this.#first.delete(sheet);
    return delta;
  }

  held(): readonly HeldBatch[] {
    return [...this.#sheets.values()].flatMap((state) => state.held);
  }

  heldBatch(id: string): HeldBatch {
    const held = this.held().find(({ batch }) => batch.batch === id);
    if (held) return held;
    throw new AppError('invalid', 'batch-unknown', 'No batch with this id waits to be sent.', {
      details: { batch: id },
    });
  }

  /** Throws where the id was used before, or nothing is pending. */
  canQueue(batch: OpenBatch, rows: number): void {
    const known = this.#committed.has(batch.batch) || this.#sheetOfOpen.has(batch.batch);
    if (known || this.held().some((each) => each.batch.batch === batch.batch))
      throw new AppError('conflict', 'batch-known', 'A batch with this id was sent before. Submit again.');
    if (rows === 0)
      throw new AppError('invalid', 'nothing-pending', 'There is nothing to submit on this sheet.');
  }

  release(sheet: string, batch: string, how: 'cancel' | 'send', review?: boolean): PendingDelta {
    if (how === 'send') this.#sheetOfOpen.set(batch, sheet);
    return this.sheet(sheet).release(batch, how, review);
  }

  refusals(): readonly Refusal[] {
    return [...this.#sheets.values()].flatMap((state) => state.refusals);
  }

  reviewed(): readonly ReviewedBatch[] {
    return [...this.#sheets.values()].flatMap((state) => state.reviewed);
  }

  endReview(batch: string, how: 'returned' | 'committed'): PendingDelta {
    const known = this.reviewed().find((each) => each.batch === batch);
    if (!known)
      throw new AppError('invalid', 'batch-unknown', 'There is no batch under review with this id.');
    const delta = this.sheet(known.sheet).endReview(batch, how);
    if (how === 'committed') this.#committed.set(batch, known.sheet);
    if (this.sheet(known.sheet).atRest) this.#first.delete(known.sheet);
    return delta;
  }

  /** Notes an entry that reached the disk, before it is applied. */
  wrote(seq: number, entry: Entry): void {
    this.#last = seq;
    const sheet = this.#sheetOf(entry);
    if (!this.#first.has(sheet)) this.#first.set(sheet, seq);
  }

  /** The last entry that no sheet needs any more. */
  start(): number {
    return Math.min(this.#last, ...[...this.#first.values()].map((seq) => seq - 1));
  }

  replay(seq: number, entry: Entry): void {
    this.wrote(seq, entry);
    switch (entry.kind) {
      case 'step': {
        const action = this.sheet(entry.step.sheet).stepAction(entry.step);
        if (action) this.keep(entry.step.sheet, action);
        return;
      }
      case 'undo':
        this.sheet(entry.sheet).undo();
        return;
      case 'redo':
        this.sheet(entry.sheet).redo();
        return;
      case 'discard': {
        const action = this.sheet(entry.sheet).discardAction(entry.rows, entry.id);
        if (action) this.keep(entry.sheet, action);
        return;
      }
      case 'decide': {
        const action = this.sheet(entry.sheet).decideAction(entry);
        if (action) this.keep(entry.sheet, action);
        return;
      }
      case 'merge':
        this.sheet(entry.sheet).merge(entry.changes);
        return;
      case 'submit':
        this.submit(entry.batch);
        return;
      case 'proof':
        this.prove(entry.batch, entry.proof);
        return;
      case 'settle':
        this.settle(entry.batch, entry.outcome, entry.refusal);
        return;
      case 'queue':
        this.sheet(entry.batch.sheet).hold(entry.batch);
        return;
      case 'release':
        this.release(entry.sheet, entry.batch, entry.how, entry.review);
        return;
      case 'dismiss':
        this.sheet(entry.sheet).dismiss(entry.batch);
        return;
      case 'review-end':
        this.endReview(entry.batch, entry.how);
        return;
    }
  }

  #sheetOf(entry: Entry): string {
    switch (entry.kind) {
      case 'step':
        return entry.step.sheet;
      case 'submit':
      case 'queue':
        return entry.batch.sheet;
      case 'proof':
      case 'settle':
        return this.openBatch(entry.batch).sheet;
      case 'review-end':
        return this.reviewed().find(({ batch }) => batch === entry.batch)?.sheet ?? '';
      default:
        return entry.sheet;
    }
  }
}
