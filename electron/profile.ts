import { z } from 'zod';
import type { LinkState } from '../shared/contract/offline.ts';
import type { EventName, EventOf } from '../shared/contract/operations.ts';
import type { Session } from '../shared/model/connection.ts';
import { AppError } from '../shared/model/failure.ts';
import type { SheetRights } from '../shared/model/rights.ts';
import type { SheetDefinition, Source } from '../shared/model/sheet.ts';
import type { AuditHeads } from './governance/audit-head.ts';
import { BatchRuns } from './governance/batch-runs.ts';
import { Merges } from './governance/merge/merges.ts';
import { ReviewPayloads } from './governance/review-payloads.ts';
import type { ReviewSubmitted } from './governance/review-submit.ts';
import type { OpenedJournal } from './journal/open-journal.ts';
import { type LinkParts, WarehouseLink } from './link.ts';
import { OpenSheet } from './sheets/open-sheet.ts';
import { sheetOffline } from './snapshots/sheet-offline.ts';
import type { SheetFacts, Snapshots } from './snapshots/snapshots.ts';
import type { ViewsStore } from './views/views-file.ts';
import type { Warehouse } from './warehouse/adapter.ts';
import { warehouseAt } from './warehouse/past.ts';

/** Tells all windows of a profile something; with `sheet` only those that have it open. */
export type TellProfile = <N extends EventName>(name: N, event: EventOf<N>, sheet?: string) => void;

export interface ProfileParts {
  readonly session: Session;
  readonly journal: OpenedJournal;
  readonly views: ViewsStore;
  readonly audit: AuditHeads;
  /** Rows kept for working without the warehouse. */
  readonly snapshots: Snapshots;
  readonly link: Pick<LinkParts, 'warehouse' | 'failure' | 'connect' | 'pending'>;
  readonly tell: TellProfile;
  /** The warehouse answers again after a loss. */
  readonly onReachable: (profile: Profile) => void;
  /** A batch under review moved; null: any may have. */
  readonly onReview: (profile: Profile, batch: string | null) => void;
  readonly now: () => Date;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
  /** Tables of more rows are read page by page. */
  readonly rowLimit?: number | undefined;
}

/** What a closing profile waits for at most: batches under way, then the warehouse's connections. */
const CLOSE_MS = 3_000;
/** Rows looked at in one go: more in one statement make a server read the whole table. */
const LOOKED_AT_ONCE = 5_000;

/** One person on one connection, shared by that person's windows: one warehouse link, one journal, one copy of each sheet. */
export class Profile {
  readonly journal: OpenedJournal;
  readonly views: ViewsStore;
  /** The head of the warehouse's audit, as this profile remembers it. */
  readonly audit: AuditHeads;
  readonly snapshots: Snapshots;
  readonly link: WarehouseLink;
  readonly batches = new BatchRuns();
  readonly merges: Merges;
  /** Submissions for review under way, by batch id. */
  readonly submissions = new Map<string, Promise<ReviewSubmitted>>();
  readonly payloads = new ReviewPayloads();
  /** Batches that waited are being sent; one after the other. */
  sendsQueue = false;
  /** Why the journal could not keep what became of one, as last told. */
  sendingTrouble: string | null = null;
  /** Which database this is: as the warehouse says now, else as it said last; null where it never did. */
  database: Promise<string | null> = Promise.resolve(null);
  /** Sheets being read for this machine, and how the last such reading failed. */
  readonly keeping = new Map<string, { readonly reading: boolean; readonly failure: string | null }>();
  keepsFresh = false;
  readonly tell: TellProfile;
  readonly now: () => Date;
  readonly #session: Session;
  readonly #clock: () => number;
  readonly #rowLimit: number | undefined;
  readonly #onReachable: (profile: Profile) => void;
  readonly #onReview: (profile: Profile, batch: string | null) => void;
  /** The link whose reviews are heard. */
  #heard: Warehouse | null = null;
  /** Open sheets with how many windows hold each; the newest of one id is handed to new windows. */
  readonly #sheets = new Map<OpenSheet, number>();
  /** As last told to the windows. */
  #told: 'connected' | 'lost' | 'signed-out';
  /** Where the next look at the pending rows of a sheet begins. */
  readonly #lookedAt = new Map<string, number>();
  #closed = false;
  /** Work put off, by its name. */
  readonly #later = new Map<string, NodeJS.Timeout>();

  constructor(parts: ProfileParts) {
    const { session, journal, views, snapshots, tell, onReachable, onReview, now, clock, rowLimit } = parts;
    this.#session = session;
    this.journal = journal;
    this.views = views;
    this.snapshots = snapshots;
    this.audit = parts.audit;
    this.tell = tell;
    this.now = now;
    this.#clock = clock;
    this.#rowLimit = rowLimit;
    this.#onReachable = onReachable;
    this.#onReview = onReview;
    this.#told = parts.link.warehouse ? 'connected' : 'lost';
    this.link = new WarehouseLink({
      ...parts.link,
      user: session.person.user,
      now,
      onState: (state) => this.#tellState(state),
      onBack: () => this.#found(),
    });
    this.merges = new Merges({ journal, sheetOf: (id) => this.sheetsOf(id).at(-1), tell, now, clock });
    this.#askDatabase();
    journal.watch((sheet, rows) => void this.merges.look(sheet, rows));
  }

  /** Who works here on what, in the role of now. */
  get session(): Session {
    const { acting: before, ...session } = this.#session;
    const acting = this.link.isReached ? this.warehouse.identity.acting : before;
    return acting ? { ...session, acting } : session;
  }

  get warehouse(): Warehouse {
    return this.link.warehouse;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Nothing can be asked of the warehouse now, or any more. */
  get isLost(): boolean {
    return this.#closed || this.link.isDown;
  }

  /** Goes on over a link just made; the one before is closed. */
  relink(warehouse: Warehouse): void {
    this.link.relink(warehouse);
  }

  /** Works on in another role, or with the login's own rights; every sheet is opened and read again under those. */
  async act(role: string | null): Promise<void> {
    const wasDown = this.isLost;
    await this.link.act(role);
    this.#changedRole(wasDown);
  }

  /** Works on in the role that is proposed by now, where the person chose none; rejects where the warehouse cannot be reached. */
  async followProposal(): Promise<void> {
    const wasDown = this.isLost;
    if (await this.link.followProposal()) this.#changedRole(wasDown);
  }

  /** Hears from now on what happens to batches under review; more than one call is one. */
  hearReviews(): void {
    const { warehouse } = this;
    if (this.#heard === warehouse) return;
    this.#heard = warehouse;
    warehouse.reviews.onChanged((batch) => {
      if (warehouse === this.warehouse && !this.#closed) this.#onReview(this, batch);
    });
  }

  /** Opens a sheet, or shares it where it is open with the same definition and rights. */
  acquire(sheetFacts: SheetFacts): OpenSheet {
    const { definition, rights } = sheetFacts;
    const { snapshots, link, now } = this;
    const facts = JSON.stringify([definition, rights]);
    const known = this.sheetsOf(definition.id).find(
      (sheet) => JSON.stringify([sheet.definition, sheet.rights]) === facts,
    );
    const sheet =
      known ??
      new OpenSheet({
        definition,
        rights,
        warehouse: () => this.warehouse,
        journal: this.journal,
        clock: this.#clock,
        rowLimit: this.#rowLimit,
        onRead: () => void this.merges.look(definition.id, 'all'),
        onReplaced: () => this.tell('sheet.changed', { sheet: definition.id, batch: null }, definition.id),
        offline: sheetOffline({
          ...{ snapshots, link, now, facts: sheetFacts, lastEntry: () => this.journal.last() },
          onAge: (age) => this.tell('sheet.age', { sheet: definition.id, age }, definition.id),
          onKept: () => this.tell('offline.changed', {}),
        }),
      });
    this.#sheets.set(sheet, (this.#sheets.get(sheet) ?? 0) + 1);
    return sheet;
  }

  /** Opens a sheet as it was at a moment; it is not kept on this machine. */
  acquirePast(definition: SheetDefinition, rights: SheetRights, at: string): OpenSheet {
    const sheet = new OpenSheet({
      definition,
      rights,
      warehouse: () => warehouseAt(this.warehouse, at),
      journal: this.journal,
      clock: this.#clock,
      rowLimit: this.#rowLimit,
      onReplaced: () => this.tell('sheet.changed', { sheet: definition.id, batch: null }, definition.id),
    });
    this.#sheets.set(sheet, 1);
    return sheet;
  }

  /** Lets go of a sheet; it closes with its last window. */
  release(sheet: OpenSheet): void {
    const users = (this.#sheets.get(sheet) ?? 0) - 1;
    if (users > 0) this.#sheets.set(sheet, users);
    else {
      this.#sheets.delete(sheet);
      sheet.close();
    }
  }

  /** Every open copy of one sheet; more than one while windows hold different definitions of it. */
  sheetsOf(id: string): readonly OpenSheet[] {
    return [...this.#sheets.keys()].filter((sheet) => sheet.definition.id === id);
  }

  /** Rereads rows in every open copy of a sheet; rejects when one could not be read. */
  async reread(id: string, rows: readonly string[]): Promise<void> {
    await Promise.all(this.sheetsOf(id).map((sheet) => sheet.reread(rows)));
    await this.merges.look(id, rows);
  }

  /**
   * Reads rows with pending edits anew where others changed them, and merges; at most so many in one look, which goes on where the
   * last one ended. Answers the rows that were changed.
   */
  async lookAgain(id: string): Promise<readonly string[]> {
    const sheet = this.sheetsOf(id).at(-1);
    if (this.isLost || !sheet?.current) return [];
    const { journal } = this;
    const stored = [...journal.pending(id).values()].filter(
      ({ kind, row }) => kind !== 'insert' && !journal.isFrozen(id, row),
    );
    const from = (this.#lookedAt.get(id) ?? 0) % Math.max(1, stored.length);
    this.#lookedAt.set(id, from + LOOKED_AT_ONCE);
    const changed = await sheet.differing(stored.slice(from, from + LOOKED_AT_ONCE).map(({ row }) => row));
    if (changed.length > 0) await this.reread(id, changed);
    return changed;
  }

  refresh(id: string): void {
    for (const sheet of this.sheetsOf(id)) sheet.refresh();
  }

  /** Does something after so many milliseconds, unless the profile is closed by then; it takes the place of what has that name. */
  later(name: string, milliseconds: number, work: () => void): void {
    clearTimeout(this.#later.get(name));
    this.#later.delete(name);
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#later.delete(name);
      work();
    }, milliseconds);
    timer.unref();
    this.#later.set(name, timer);
  }

  /** Ends everything within a few seconds; a batch still under way then is settled by its id at the next start. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // A timer would keep the rows of a profile nobody has open any more.
    for (const timer of this.#later.values()) clearTimeout(timer);
    this.#later.clear();
    for (const sheet of this.#sheets.keys()) sheet.close();
    this.#sheets.clear();
    await within(CLOSE_MS, this.batches.idle());
    await within(CLOSE_MS, this.link.close());
    this.snapshots.close();
    this.journal.close();
  }

  #askDatabase(): void {
    const { snapshots } = this;
    this.database = this.warehouse.database().then(
      (id) => {
        if (id !== null) snapshots.keepFact('database', id);
        return id;
      },
      () => snapshots.fact('database', z.string()),
    );
  }

  #changedRole(wasDown: boolean): void {
    if (!wasDown) this.#found();
    for (const sheet of this.#sheets.keys()) {
      const { id } = sheet.definition;
      if (!sheet.age) this.tell('sheet.reopen', { sheet: id }, id);
    }
    this.tell('session.acting', { session: this.session });
  }

  /** Windows hear every turn of the link, and once that it is lost, refused or there again. */
  #tellState(state: LinkState): void {
    if (this.#closed) return;
    this.tell('link.changed', state);
    const told = toldAs(state);
    if (told === this.#told) return;
    this.#told = told;
    const { connection, person } = this.#session;
    const back = `Connected to ${connection.name} as ${person.name} again.`;
    this.tell('session.state', { state: told, message: told === 'connected' ? back : state.message });
    if (told === 'connected') this.tell('session.acting', { session: this.session });
  }

  #found(): void {
    if (this.#closed) return;
    this.#askDatabase();
    if (this.#heard) this.hearReviews();
    for (const sheet of this.#sheets.keys()) {
      const { id } = sheet.definition;
      // Rights, periods and the definition may be other ones by now, so windows open their sheets again.
      if (sheet.age) this.tell('sheet.reopen', { sheet: id }, id);
      // Rows may have changed while nobody listened.
      sheet.refresh();
    }
    this.#onReachable(this);
  }
}

const toldAs = ({ state }: LinkState): 'connected' | 'lost' | 'signed-out' => {
  if (state === 'online') return 'connected';
  return state === 'signed-out' ? 'signed-out' : 'lost';
};

/** Waits for work that may hang or fail, at most so many milliseconds. */
export const within = async (milliseconds: number, work: Promise<unknown>): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([
    work.then(
      () => resolve(),
      () => resolve(),
    ),
    promise,
  ]);
  clearTimeout(timer);
};

/** A sheet's id: its place in the catalog. */
export const sheetIdOf = (source: Source): string => JSON.stringify([source.schema, source.table]);

/** Inverse of `sheetIdOf`. */
export const placeOf = (sheet: string): Source => {
  const [schema = '', table = ''] = JSON.parse(sheet) as string[];
  return { schema, table };
};

/** The failure of work on a sheet that the window has not open. */
export const notOpen = (): AppError =>
  new AppError('invalid', 'sheet-not-open', 'This sheet is not open. Open it again from the list.');
