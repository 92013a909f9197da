import type { LinkState } from '../shared/contract/offline.ts';
import { AppError } from '../shared/model/failure.ts';
import type { Warehouse } from './warehouse/adapter.ts';
import { unreachable } from './warehouse/unreachable.ts';

/** Pauses between attempts to reach a warehouse again, in milliseconds; the last one repeats. */
const RETRY_MS: readonly number[] = [500, 1_000, 2_000, 5_000, 15_000];
/** How long a link that still worked is left to what is under way over it when another takes its place. */
const PARTING_MS = 5_000;
/** A warehouse that takes longer to answer than this is taken to be waking up. */
const SLOW_MS = 2_500;

export interface LinkParts {
  /** Null: the warehouse could not be reached when the profile was opened. */
  readonly warehouse: Warehouse | null;
  /** Why it could not, or null while that is still being tried. */
  readonly failure: AppError | null;
  /** Reaches the warehouse anew, as the same person: in the role given, null for the login's own rights, else the proposed one. */
  readonly connect: (role?: string | null) => Promise<Warehouse>;
  /** An attempt that was under way when the profile was opened. */
  readonly pending: Promise<Warehouse> | null;
  /** Whose edits these are, as the warehouse named that person. */
  readonly user: string;
  readonly now: () => Date;
  readonly onState: (state: LinkState) => void;
  /** The warehouse answers again; it may be another object than before. */
  readonly onBack: () => void;
}

/** The way to one person's warehouse: there, lost and tried again with growing pauses, or refused until the person signs in. */
export class WarehouseLink {
  readonly #parts: LinkParts;
  #warehouse: Warehouse | null;
  #state: LinkState;
  #failure: AppError | null;
  #timer: NodeJS.Timeout | undefined;
  #trying: Promise<void> | null = null;
  /** The role the person chose; undefined: the one that is proposed. */
  #role: string | null | undefined;
  #following = false;
  /** Links that were replaced, until what is under way over them has had its time. */
  readonly #parting = new Map<Warehouse, NodeJS.Timeout>();
  /** Nobody is told before the profile is there to be told about. */
  #begun = false;
  #closed = false;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#warehouse = parts.warehouse;
    this.#failure = parts.failure;
    this.#state = this.#stateOf(parts.warehouse ? 'online' : 'starting', '');
    if (parts.warehouse) this.#watch(parts.warehouse);
    else if (parts.pending) this.#begin(parts.pending);
    else this.#refusedOr(parts.failure, 0);
    this.#begun = true;
  }

  /** The warehouse as last reached; one that answers nothing where it never was. */
  get warehouse(): Warehouse {
    return this.#warehouse ?? unreachable(this.#parts.user, () => this.why() ?? lostNow());
  }

  /** The warehouse was reached since the profile was opened. */
  get isReached(): boolean {
    return this.#warehouse !== null;
  }

  get state(): LinkState {
    return this.#state;
  }

  get isDown(): boolean {
    return this.#state.state !== 'online';
  }

  /** Why nothing can be asked of the warehouse now; null when it can. */
  why(): AppError | null {
    if (!this.isDown) return null;
    return this.#failure ?? lostNow();
  }

  /** Goes on over a link just made; the one before is closed. One of another person is closed itself: AppError `denied`. */
  relink(warehouse: Warehouse): void {
    const found = warehouse.identity.user;
    if (found !== this.#parts.user) {
      warehouse.close().catch(() => {});
      throw otherPerson(found, this.#parts.user);
    }
    this.#part();
    this.#warehouse = warehouse;
    // What is still being tried concerns the link before.
    this.#trying = null;
    this.#watch(warehouse);
    this.#found();
  }

  /** Goes on in another role of the same person. AppError `denied role-refused` where the database does not let it. */
  async act(role: string | null): Promise<void> {
    const warehouse = await this.#parts.connect(role);
    if (warehouse.identity.acting?.refused) {
      warehouse.close().catch(() => {});
      throw new AppError(
        'denied',
        'role-refused',
        `The database does not let "${this.#parts.user}" work as "${role}". Nothing has changed.`,
      );
    }
    this.#role = role;
    this.relink(warehouse);
  }

  /**
   * Goes on in the role that is proposed by now, unless the person chose one. Tells whether it does; one that the database refuses
   * leaves the login's own rights.
   */
  async followProposal(): Promise<boolean> {
    if (this.#role !== undefined || this.#following) return false;
    this.#following = true;
    try {
      const warehouse = await this.#parts.connect();
      const follows = !this.#closed && this.#role === undefined;
      if (follows) this.relink(warehouse);
      else warehouse.close().catch(() => {});
      return follows;
    } finally {
      this.#following = false;
    }
  }

  /** Something failed as if the link were lost: whether it is, is found out at once. */
  suspect(): void {
    if (!this.isDown && !this.#closed) this.#try(0);
  }

  /** Tries at once; resolves when it is known how that ended. */
  async tryNow(): Promise<void> {
    if (!this.isDown || this.#closed) return;
    this.#try(0);
    await this.#trying;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const parting = [...this.#parting];
    this.#parting.clear();
    for (const [, timer] of parting) clearTimeout(timer);
    await Promise.all([this.#warehouse, ...parting.map(([each]) => each)].map((each) => each?.close()));
  }

  #part(): void {
    const before = this.#warehouse;
    if (!before) return;
    const timer = setTimeout(
      () => {
        this.#parting.delete(before);
        before.close().catch(() => {});
      },
      this.isDown ? 0 : PARTING_MS,
    );
    this.#parting.set(before, timer);
  }

  #watch(warehouse: Warehouse): void {
    warehouse.onLost((message) => {
      if (this.isDown || this.#closed || warehouse !== this.#warehouse) return;
      this.#lost(new AppError('unavailable', 'connection-lost', message), 0);
    });
  }

  #try(attempt: number): void {
    clearTimeout(this.#timer);
    if (this.#trying || this.#closed) return;
    const { connect } = this.#parts;
    const tried = this.#warehouse;
    this.#begin(tried ? tried.capabilities().then(() => tried) : connect(this.#role), attempt);
  }

  #begin(attempt: Promise<Warehouse>, count = 0): void {
    const slow = setTimeout(() => {
      if (this.#trying !== trying) return;
      this.#set('starting', 'The warehouse takes long to answer. It may be asleep or starting.');
    }, SLOW_MS);
    slow.unref();
    if (this.isDown) this.#set(this.#state.state, this.#state.message);
    const trying: Promise<void> = attempt
      .then(
        (warehouse) => {
          if (this.#trying === trying && !this.#closed) this.#reached(warehouse);
          else if (warehouse !== this.#warehouse) warehouse.close().catch(() => {});
        },
        (error: unknown) => {
          if (this.#trying === trying) this.#refusedOr(AppError.wrap(error), count + 1);
        },
      )
      .finally(() => {
        clearTimeout(slow);
        if (this.#trying === trying) this.#trying = null;
      });
    this.#trying = trying;
  }

  #reached(warehouse: Warehouse): void {
    if (warehouse.identity.user !== this.#parts.user) {
      // Edits made as one person must never be sent as another.
      warehouse.close().catch(() => {});
      this.#refusedOr(otherPerson(warehouse.identity.user, this.#parts.user), 0);
      return;
    }
    if (warehouse !== this.#warehouse) {
      this.#warehouse = warehouse;
      this.#watch(warehouse);
    }
    this.#found();
  }

  /** Who is refused is refused again, and a password tried for ever locks the login: only the network is tried again. */
  #refusedOr(failure: AppError | null, attempt: number): void {
    if (this.#closed) return;
    if (failure?.kind === 'denied') {
      this.#failure = failure;
      this.#set('signed-out', failure.message);
      return;
    }
    this.#lost(failure ?? lostNow(), attempt);
  }

  #lost(failure: AppError, attempt: number): void {
    this.#failure = failure;
    const pause = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 0;
    this.#timer = setTimeout(() => this.#try(attempt), pause);
    this.#timer.unref();
    const state = failure.code === 'starting' ? 'starting' : 'offline';
    this.#set(state, failure.message, new Date(this.#parts.now().getTime() + pause));
  }

  #found(): void {
    clearTimeout(this.#timer);
    if (!this.isDown || this.#closed) return;
    this.#failure = null;
    this.#set('online', '');
    this.#parts.onBack();
  }

  #set(state: LinkState['state'], message: string, nextTry: Date | null = null): void {
    if (this.#closed) return;
    const { since } = this.#state;
    const next = this.#stateOf(state, message, nextTry);
    this.#state = state === this.#state.state ? { ...next, since } : next;
    if (this.#begun) this.#parts.onState(this.#state);
  }

  #stateOf(state: LinkState['state'], message: string, nextTry: Date | null = null): LinkState {
    const since = this.#parts.now().toISOString();
    return { state, message, since, nextTry: nextTry?.toISOString() ?? null };
  }
}

const lostNow = (): AppError =>
  new AppError(
    'unavailable',
    'offline',
    'The warehouse cannot be reached. Edits are kept on this machine; it is tried again by itself.',
  );

const otherPerson = (found: string, wanted: string): AppError =>
  new AppError(
    'denied',
    'other-person',
    `The database names this sign-in "${found}", but the edits here belong to "${wanted}". Sign in as "${wanted}" to send them.`,
  );
