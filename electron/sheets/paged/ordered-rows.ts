import { AppError } from '../../../shared/model/failure.ts';
import type { SheetRights } from '../../../shared/model/rights.ts';
import type { RowChunk } from '../../warehouse/adapter.ts';
import { type Mark, markOf, type OrderedSelection, type RowPages } from '../../warehouse/row-pages.ts';
import { Landmarks, type Stretch } from './landmarks.ts';

export interface OrderedRowsOptions extends OrderedSelection {
  readonly rights: SheetRights;
  readonly pages: () => RowPages;
  /** Rows of the window's pages, and between landmarks. */
  readonly every: number;
  /** More rows are known, or others than were. */
  readonly onProgress: () => void;
  /** Rows were found elsewhere than they stood: places given before no longer hold. */
  readonly onMoved: () => void;
}

/** Rows read past what a known row leads to are cheap up to here. */
const NEAR_PAGES = 4;
const ATTEMPTS = 3;
const EMPTY: RowChunk = { rows: [], flags: new Uint8Array() };

/**
 * The rows of a selection in an order, read piece by piece. The first come at once; meanwhile one ordered pass notes where every
 * n-th row stands, so that a jump costs no more than the first page. A stretch in which rows came or went is counted again.
 */
export class OrderedRows {
  readonly #options: OrderedRowsOptions;
  #landmarks: Landmarks;
  /** Ends of pages read before the pass came by, by place. */
  readonly #tails = new Map<number, Mark>();
  #first: RowChunk = EMPTY;
  #estimate = 0;
  #pass: Promise<void> | null = null;
  #cancel = new AbortController();
  /** Why the last pass ended early. */
  #failure: AppError | null = null;
  #waiting: (() => void)[] = [];
  #stale = false;

  constructor(options: OrderedRowsOptions) {
    this.#options = options;
    this.#landmarks = new Landmarks(options.every);
  }

  /** Rows there are; an estimate, never less than were seen, until the pass is through. */
  get rows(): number {
    return this.#landmarks.rows ?? Math.max(this.#estimate, this.#landmarks.reach, this.#first.rows.length);
  }

  get selection(): OrderedRowsOptions['selection'] {
    return this.#options.selection;
  }

  get exact(): boolean {
    return this.#landmarks.rows !== null;
  }

  /** Reads the first page; rejects with what the warehouse says against the query. */
  async open(signal: AbortSignal): Promise<void> {
    const { every, selection, pages } = this.#options;
    const [first, estimate] = await Promise.all([
      this.#slice({ limit: every }, signal),
      this.exact ? 0 : pages().estimate(selection, signal),
    ]);
    this.#first = first;
    this.#note(0, first);
    if (first.rows.length < every) {
      this.#landmarks = new Landmarks(every);
      if (first.rows[0]) this.#landmarks.append([this.#mark(first.rows[0])]);
      this.#landmarks.complete(first.rows.length);
      this.#stale = false;
      return;
    }
    if (!this.exact) this.#estimate = Math.max(estimate, every);
    this.#start();
  }

  /** What is known of places is checked by another pass, and used until that is through. */
  expire(): void {
    this.#stale = true;
    this.#first = EMPTY;
  }

  /** Ends the pass, if it is not through. */
  close(): void {
    this.#cancel.abort();
  }

  /** Settles when the number of rows is known. */
  async counted(signal: AbortSignal): Promise<void> {
    while (!this.exact) await this.#moreKnown(signal);
  }

  /** Rows from a place on; fewer at the end. Waits for the pass where the place is not known yet. */
  async page(start: number, count: number, signal: AbortSignal): Promise<RowChunk> {
    if (start + count <= this.#first.rows.length) return cut(this.#first, start, count);
    for (let attempt = 1; ; attempt++) {
      const read = await this.#read(start, count, signal, attempt < ATTEMPTS);
      if (read) return read;
    }
  }

  async #read(start: number, count: number, signal: AbortSignal, check: boolean): Promise<RowChunk | null> {
    const rows = this.#landmarks.rows;
    if (rows !== null && start >= rows) return EMPTY;
    const stretch = this.#landmarks.stretch(start, start + count);
    // A page of a few rows out of a long stretch is read without what follows it.
    const whole = stretch && stretch.end - stretch.start <= count + NEAR_PAGES * this.#options.every;
    if (!stretch || !whole) return this.#readOn(start, count, signal);
    const expected = stretch.end - stretch.start;
    const chunk = await this.#slice(
      {
        ...(stretch.from ? { from: stretch.from } : {}),
        ...(stretch.next ? { to: stretch.next } : {}),
        limit: expected + 1,
      },
      signal,
    );
    if (chunk.rows.length !== expected && check) {
      await this.#recount(stretch, signal);
      return null;
    }
    return cut(chunk, start - stretch.start, count);
  }

  /** Reads on from the nearest known row before a place, once there is one near enough. */
  async #readOn(start: number, count: number, signal: AbortSignal): Promise<RowChunk> {
    const near = Math.max(NEAR_PAGES * this.#options.every, this.#landmarks.every);
    for (;;) {
      const known = this.#known(start);
      if (known && start - known.place <= near) {
        const skip = start - known.place;
        const chunk = await this.#slice({ from: known.mark, limit: skip + count }, signal);
        this.#note(known.place, chunk);
        // At the end it has to be known what number of rows that is: new rows stand behind them.
        if (chunk.rows.length < skip + count) await this.counted(signal);
        return cut(chunk, skip, count);
      }
      if (this.#landmarks.rows !== null && start >= this.#landmarks.rows) return EMPTY;
      await this.#moreKnown(signal);
    }
  }

  #known(place: number): { readonly place: number; readonly mark: Mark } | null {
    let best = this.#landmarks.before(place);
    for (const [at, mark] of this.#tails) {
      if (at <= place && (!best || at > best.place)) best = { place: at, mark };
    }
    return best;
  }

  /** Remembers where a page ended, for the page after it. */
  #note(start: number, { rows }: RowChunk): void {
    const last = rows.at(-1);
    if (last && !this.exact) this.#tails.set(start + rows.length - 1, this.#mark(last));
  }

  async #recount(stretch: Stretch, signal: AbortSignal): Promise<void> {
    const { selection, sort, pages } = this.#options;
    const marks: Mark[] = [];
    const rows = await pages().marks(
      {
        selection,
        sort,
        every: this.#landmarks.every,
        ...(stretch.from ? { from: stretch.from } : {}),
        ...(stretch.next ? { to: stretch.next } : {}),
      },
      (found) => marks.push(...found),
      signal,
    );
    if (rows === stretch.end - stretch.start) return;
    this.#landmarks.recount(stretch, marks, rows);
    this.#options.onMoved();
  }

  /** Starts the pass if it is needed. */
  #start(): void {
    if (this.#pass || (this.exact && !this.#stale)) return;
    this.#cancel = new AbortController();
    this.#stale = false;
    this.#failure = null;
    this.#pass = this.#goThrough(this.#cancel.signal)
      .catch((error: unknown) => {
        // Told to whoever waits for it; the next to need it starts another.
        this.#failure = AppError.wrap(error);
      })
      .finally(() => {
        this.#pass = null;
        this.#wake();
      });
  }

  async #goThrough(signal: AbortSignal): Promise<void> {
    const { selection, sort, pages, onProgress, onMoved, every } = this.#options;
    const again = this.exact;
    // At most a hundred thousand landmarks, however long the table.
    const stride = every * Math.max(1, Math.ceil(this.rows / (every * 100_000)));
    const fresh = new Landmarks(stride);
    if (!again) this.#landmarks = fresh;
    const rows = await pages().marks(
      { selection, sort, every: stride },
      (marks) => {
        fresh.append(marks);
        if (again) return;
        this.#wake();
        onProgress();
      },
      signal,
    );
    fresh.complete(rows);
    const moved = again && !fresh.equals(this.#landmarks);
    this.#landmarks = fresh;
    this.#tails.clear();
    if (moved) onMoved();
    else onProgress();
  }

  /** Settles when the pass has come further; rejects when it ended early. */
  async #moreKnown(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#start();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => reject(AppError.wrap(signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    this.#waiting.push(resolve);
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
    if (this.#failure) throw this.#failure;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  #slice(part: { from?: Mark; to?: Mark; limit: number }, signal: AbortSignal): Promise<RowChunk> {
    const { selection, sort, rights, pages } = this.#options;
    return pages().slice({ selection, sort, rights, ...part }, signal);
  }

  #mark(row: readonly (string | null)[]): Mark {
    return markOf(this.#options.selection.definition, this.#options.sort, row);
  }
}

const cut = ({ rows, flags }: RowChunk, start: number, count: number): RowChunk => ({
  rows: rows.slice(start, start + count),
  flags: flags.slice(start, start + count),
});
