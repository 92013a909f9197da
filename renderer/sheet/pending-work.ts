import type { BackendClient } from '../../shared/contract/client.ts';
import type { EditStep, PendingDelta } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { isNewRow, type RowKey } from '../../shared/model/rows.ts';
import type { RowSet } from '../grid/row-set.ts';
import { breathe } from '../ui/breathe.ts';
import { asksForPending } from './conditions.ts';
import { EditQueue } from './edit-queue.ts';
import type { Overlay } from './overlay.ts';
import type { SheetStore } from './sheet-store.ts';

export interface PendingWorkOptions {
  readonly client: BackendClient;
  readonly overlay: Overlay;
  readonly store: SheetStore;
  now(): Date;
  newId(): string;
  /** Rows whose pending state changed have to be checked and drawn again. */
  changed(rows: RowSet): void;
  /** New rows that came or went; true when the view has to be made anew. */
  follow(inserted: readonly RowKey[], cleared: readonly RowKey[]): boolean;
  /** Makes the view anew. */
  show(): Promise<void>;
  /** Settles when the cells being judged are entered; null while there are none. */
  entering(): Promise<void> | null;
}

/** Cells of a step that is sent in a turn of its own. */
const LARGE = 5_000;

/** The way of edits to the journal and back: what is on its way, what was kept, what could not be kept, undo and redo. */
export class PendingWork {
  readonly #options: PendingWorkOptions;
  readonly #queue: EditQueue;
  #sheet = '';

  constructor(options: PendingWorkOptions) {
    this.#options = options;
    this.#queue = new EditQueue((step) => this.#append(step), {
      kept: (step, delta) => this.#kept(step, delta),
      failed: (step, error) => this.#failed(step, error),
    });
  }

  // Copying a large step for its way takes a while; making it has just taken one.
  async #append(step: EditStep): Promise<PendingDelta> {
    if ((step.sets?.rows.length ?? 0) > LARGE) await breathe();
    return this.#options.client.call('edits.append', { step });
  }

  begin(sheet: string): void {
    this.#sheet = sheet;
  }

  /** Sends a step; the cells it sets are expected to be shown as unsaved already. */
  send(step: EditStep): void {
    this.#queue.push(step);
    this.#options.overlay.undoOrder.stepped();
    this.#options.store.set({ saving: this.#queue.waiting });
  }

  /** A step made of whole rows. */
  push(work: Pick<EditStep, 'label' | 'sets' | 'inserts' | 'deletes'>): void {
    const { newId, now } = this.#options;
    this.send({ id: newId(), sheet: this.#sheet, at: now().toISOString(), ...work });
  }

  /** Runs something after everything typed so far is in the journal or has failed. */
  after<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.run(work);
  }

  /** Settles once everything asked of the sheet so far is done or has failed. */
  async settled(): Promise<void> {
    await this.#entered();
    await this.after(async () => undefined);
  }

  // What is being judged was done before whatever comes now.
  async #entered(): Promise<void> {
    for (let entering = this.#options.entering(); entering; entering = this.#options.entering())
      await entering;
  }

  /** Takes back what was done last: a text refused at its cell, else the journal's last step. */
  async undo(): Promise<void> {
    if (this.#options.entering()) await this.#entered();
    const { overlay, store } = this.#options;
    const steps = store.snapshot.counts.undo !== null || this.#queue.waiting > 0;
    if (!overlay.undoOrder.endsRefused && !steps) return;
    const { refused, step } = overlay.undoOrder.takeBack();
    for (const { row, column } of refused) overlay.refused.delete(row, column);
    this.#options.changed(new Set(refused.map(({ row }) => row)));
    if (!step) store.say('Undone: text that was not valid.');
    else await this.#step('edits.undo', 'Undone');
  }

  /** Does again what was taken back last: a refused text stands at its cell once more, a step goes to the journal again. */
  async redo(): Promise<void> {
    if (this.#options.entering()) await this.#entered();
    const { overlay, store } = this.#options;
    const { undoOrder } = overlay;
    if (!undoOrder.goesOnRefused && store.snapshot.counts.redo === null) return;
    const { refused, step } = undoOrder.doAgain();
    for (const { row, column, cell } of refused) overlay.refused.set(row, column, cell);
    this.#options.changed(new Set(refused.map(({ row }) => row)));
    if (!step) store.say('Redone: text that is not valid.');
    else await this.#step('edits.redo', 'Redone');
  }

  /** Drops pending edits and refused texts of the given rows, or of all. */
  async discard(rows?: readonly RowKey[]): Promise<void> {
    if (this.#options.entering()) await this.#entered();
    const { overlay, client } = this.#options;
    const gone = rows ?? [...overlay.refused.rows()];
    for (const row of gone) overlay.refused.deleteRow(row);
    this.#options.changed(new Set(gone));
    await this.after(() =>
      this.attempt(async () => {
        const input = rows ? { sheet: this.#sheet, rows: [...rows] } : { sheet: this.#sheet };
        this.apply(await client.call('edits.discard', input));
      }),
    );
  }

  /** Sends what the journal could not take once more, under the same step ids. */
  retry(): void {
    const { overlay, store } = this.#options;
    for (const step of this.#queue.takeFailed()) {
      if (step.sets) overlay.unsaved.mark(step.id, step.sets, null);
      this.#queue.push(step);
    }
    store.set({ saveFailure: null, saving: this.#queue.waiting });
    store.draw({ kind: 'cells', rows: null });
  }

  /** Brings the pending rows up to date with what the journal answered or another window did. */
  apply(delta: PendingDelta): void {
    this.#apply(delta, null);
  }

  /** `drawn` has rows to draw again whether they are pending or not. */
  #apply(delta: PendingDelta, drawn: RowSet | null): void {
    if (delta.sheet !== this.#sheet) return;
    const { overlay, store } = this.#options;
    const rows = overlay.apply(delta, drawn);
    const inserted = delta.rows.flatMap(({ kind, row }) => (kind === 'insert' ? [row] : []));
    const anew = this.#options.follow(inserted, delta.cleared);
    for (const row of delta.cleared) if (isNewRow(row)) overlay.refused.deleteRow(row);
    store.set({ counts: delta.counts, saving: this.#queue.waiting });
    if (drawn) this.#options.changed(drawn);
    if (!drawn || rows.size > 0) this.#options.changed(rows);
    // Rows that are pending no more leave a view of pending rows; elsewhere rows stay where they are.
    if (anew || (asksForPending(store.snapshot.query) && delta.cleared.length > 0)) {
      void this.after(() => this.#options.show());
    }
  }

  /** Runs a command; its failure is shown over the sheet and answered as null. */
  async attempt<T>(work: () => Promise<T>): Promise<T | null> {
    const { store } = this.#options;
    try {
      return await work();
    } catch (thrown) {
      const { message } = AppError.wrap(thrown);
      store.set({ saveFailure: message });
      store.say(message);
      return null;
    }
  }

  #kept(step: EditStep, delta: PendingDelta): void {
    const { overlay, store } = this.#options;
    const drawn = step.sets ? overlay.unsaved.keep(step.id, step.sets) : null;
    this.#apply(delta, drawn);
    if (this.#queue.failed.length === 0) store.set({ saveFailure: null });
  }

  #failed(step: EditStep, error: AppError): void {
    const { overlay, store } = this.#options;
    const rows = step.sets ? overlay.unsaved.mark(step.id, step.sets, error.message) : null;
    store.set({ saveFailure: error.message, saving: this.#queue.waiting });
    store.say(`Not kept: ${error.message}`);
    this.#options.changed(rows ?? new Set());
  }

  async #step(name: 'edits.undo' | 'edits.redo', said: string): Promise<void> {
    const { store, client } = this.#options;
    await this.after(() =>
      this.attempt(async () => {
        const label = name === 'edits.undo' ? store.snapshot.counts.undo : store.snapshot.counts.redo;
        if (label === null) return;
        this.apply(await client.call(name, { sheet: this.#sheet }));
        store.say(`${said}: ${label}.`);
      }),
    );
  }
}
