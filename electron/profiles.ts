import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EventName, EventOf } from '../shared/contract/operations.ts';
import type { Session } from '../shared/model/connection.ts';
import { AppError } from '../shared/model/failure.ts';
import { openAuditHeads } from './governance/audit-head.ts';
import type { ProfileKey } from './identity/keys.ts';
import type { RandomBytes } from './identity/sealed.ts';
import { openUnlessInUse, refuseInUse } from './journal/in-use.ts';
import { openJournal } from './journal/open-journal.ts';
import type { LinkParts } from './link.ts';
import { Profile } from './profile.ts';
import { openSnapshots } from './snapshots/file-snapshots.ts';
import { identity, type Snapshots } from './snapshots/snapshots.ts';
import { openViews } from './views/views-file.ts';
import type { Identity, Warehouse } from './warehouse/adapter.ts';

export interface ProfileRequest {
  readonly connection: Session['connection'];
  readonly person: Session['person'];
  readonly key: ProfileKey;
  /** Reaches the warehouse as this person (see `LinkParts`); called again whenever the link was lost before it was ever there. */
  readonly connect: LinkParts['connect'];
}

export interface ProfilesOptions {
  /** Holds the journals and views. */
  readonly folder: string;
  readonly random: RandomBytes;
  readonly now: () => Date;
  readonly clock: () => number;
  readonly rowLimit?: number | undefined;
  /** How long a person known before waits for the warehouse, in milliseconds, until work begins without it. */
  readonly patience?: number | undefined;
  /** Tells the windows of a profile; with `sheet` those that have it open. */
  readonly tell: <N extends EventName>(profile: Profile, name: N, event: EventOf<N>, sheet?: string) => void;
  /** The warehouse of a profile answers again after a loss. */
  readonly onReachable: (profile: Profile) => void;
  /** A batch under review moved; null: any may have. */
  readonly onReview: (profile: Profile, batch: string | null) => void;
}

interface Entry {
  readonly profile: Promise<Profile>;
  started: boolean;
  users: number;
}

/** Open profiles by connection and user, counted by the clients that use them. */
export class Profiles {
  readonly #options: ProfilesOptions;
  readonly #open = new Map<string, Entry>();
  readonly #names = new WeakMap<Profile, string>();
  /** Profiles that still hold their journal's lock while they close. */
  readonly #closing = new Map<string, Promise<void>>();

  constructor(options: ProfilesOptions) {
    this.#options = options;
  }

  /**
   * Opens or shares a profile. Being open already is no proof of who asks: every sign-in is checked by the warehouse.
   * An opening that fails leaves nothing behind.
   */
  async acquire(request: ProfileRequest): Promise<Profile> {
    const name = profileName(request.connection.id, request.person.user);
    const known = this.#open.get(name);
    if (known) return this.#join(name, known, request);
    const entry: Entry = { profile: this.#start(name, request), started: false, users: 1 };
    this.#open.set(name, entry);
    try {
      const profile = await entry.profile;
      entry.started = true;
      return profile;
    } catch (error) {
      if (this.#open.get(name) === entry) this.#open.delete(name);
      throw error;
    }
  }

  /** Lets go of a profile; it closes with its last client. */
  async release(profile: Profile): Promise<void> {
    const name = this.#names.get(profile) ?? '';
    const known = this.#open.get(name);
    if (!known) return;
    known.users--;
    if (known.users > 0) return;
    this.#open.delete(name);
    await this.#close(name, profile);
  }

  /** Profiles of other people (or the same under another login) on the same connection. */
  async neighbours(of: Profile): Promise<readonly Profile[]> {
    const all = await Promise.allSettled([...this.#open.values()].map(({ profile }) => profile));
    return all.flatMap((each) =>
      each.status === 'fulfilled' &&
      each.value !== of &&
      each.value.session.connection.id === of.session.connection.id
        ? [each.value]
        : [],
    );
  }

  /** The open profile of a person on a connection; null where there is none. */
  async find(connection: string, user: string): Promise<Profile | null> {
    const known = this.#open.get(profileName(connection, user));
    return known ? await known.profile.catch(() => null) : null;
  }

  async closeAll(): Promise<void> {
    const all = [...this.#open];
    this.#open.clear();
    const closing = all.map(async ([name, entry]) => {
      // What is still connecting closes when it is there; nobody waits for a server that may never answer.
      if (!entry.started) void entry.profile.then((profile) => this.#close(name, profile)).catch(() => {});
      else await this.#close(name, await entry.profile);
    });
    await Promise.allSettled([...closing, ...this.#closing.values()]);
  }

  /** Whether this person was signed in on this machine before, so that work can begin without the warehouse. */
  isKnown(connection: string, user: string): boolean {
    return existsSync(snapshotFile(this.#options.folder, profileName(connection, user)));
  }

  async #join(name: string, known: Entry, request: ProfileRequest): Promise<Profile> {
    known.users++;
    try {
      const profile = await known.profile;
      const reached = await this.#reach(request, profile.isLost);
      if (!reached.warehouse) return profile;
      if (profile.isLost) profile.relink(reached.warehouse);
      else await reached.warehouse.close();
      return profile;
    } catch (error) {
      const profile = await known.profile.catch(() => null);
      if (profile) await this.release(profile);
      else if (this.#open.get(name) === known) this.#open.delete(name);
      throw error;
    }
  }

  async #close(name: string, profile: Profile): Promise<void> {
    const closing = profile.close().finally(() => {
      if (this.#closing.get(name) === closing) this.#closing.delete(name);
    });
    this.#closing.set(name, closing);
    await closing;
  }

  /** The warehouse, or why it cannot be reached by a person who can work without it. Rejects for everybody else. */
  async #reach({ connect }: ProfileRequest, known: boolean): Promise<Reached> {
    const connecting = connect();
    const none = { warehouse: null, failure: null, pending: null };
    try {
      if (!known) return { ...none, warehouse: await connecting };
      const { patience = PATIENCE_MS } = this.#options;
      const warehouse = await atMost(patience, connecting);
      return warehouse ? { ...none, warehouse } : { ...none, pending: connecting };
    } catch (error) {
      const failure = AppError.wrap(error);
      if (!known || failure.kind !== 'unavailable') throw failure;
      return { ...none, failure };
    }
  }

  async #start(name: string, request: ProfileRequest): Promise<Profile> {
    const { connection, person, key, connect } = request;
    const { folder, random, now, clock, tell, onReachable, onReview } = this.#options;
    const reached = await this.#reach(request, this.isKnown(connection.id, person.user));
    try {
      await this.#closing.get(name)?.catch(() => {});
      const file = journalFile(folder, name);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const journal = await openUnlessInUse(() => openJournal({ file, key: key.key, now }), random);
      // Behind the journal, whose lock keeps other running copies out of both.
      const snapshots = openSnapshots({ file: snapshotFile(folder, name), key: key.key, now });
      const known = identityOf(reached, snapshots);
      if (!known) {
        snapshots.close();
        journal.close(false);
        throw reached.failure ?? notKnownHere();
      }
      const session: Session = {
        connection,
        // Edits belong to the person the warehouse names, not to the name that was typed.
        person: { ...person, user: known.user },
        roles: [...known.roles],
        ...(known.acting ? { acting: known.acting } : {}),
        serverVersion: known.serverVersion,
        journalKey: key.kept,
        ...(journal.recovery ? { journalRecovery: journal.recovery } : {}),
      };
      const profile: Profile = new Profile({
        session,
        journal,
        audit: openAuditHeads({
          file: join(folder, 'audit', `${fileName(name)}.head`),
          key: key.key,
          random,
        }),
        views: openViews({ file: join(folder, 'views', `${fileName(name)}.views`), key: key.key, random }),
        snapshots,
        link: { ...reached, connect },
        now,
        clock,
        rowLimit: this.#options.rowLimit,
        onReachable,
        onReview,
        tell: (event, data, sheet) => tell(profile, event, data, sheet),
      });
      this.#names.set(profile, name);
      return profile;
    } catch (error) {
      reached.pending?.then((late) => late.close()).catch(() => {});
      await reached.warehouse?.close().catch(() => {});
      throw error;
    }
  }
}

/** How reaching a warehouse ended: there, not to be reached (with the reason), or still being tried. */
interface Reached {
  readonly warehouse: Warehouse | null;
  readonly failure: AppError | null;
  readonly pending: Promise<Warehouse> | null;
}

/** Without a network the system says so at once; a server that does not answer is given this long. */
const PATIENCE_MS = 2_500;

/** What `work` resolves with; null when it takes longer. */
const atMost = async <T>(milliseconds: number, work: Promise<T>): Promise<T | null> => {
  const { promise, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), milliseconds);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
};

/** Who the warehouse says this is, or said when it was last asked on this machine. */
const identityOf = ({ warehouse }: Reached, snapshots: Snapshots): Identity | null => {
  if (!warehouse) return snapshots.fact('identity', identity);
  const { user, roles, serverVersion, acting } = warehouse.identity;
  snapshots.keepFact('identity', { user, roles, serverVersion, ...(acting ? { acting } : {}) });
  return warehouse.identity;
};

const notKnownHere = (): AppError =>
  new AppError(
    'unavailable',
    'offline',
    'The warehouse cannot be reached, and nothing of it is kept on this machine for this person.',
  );

/** What a profile is known by, for its key and its journal. */
export const profileName = (connection: string, user: string): string => JSON.stringify([connection, user]);

/** Inverse of `profileName`. */
export const namedBy = (profile: string): { readonly connection: string; readonly user: string } => {
  const [connection = '', user = ''] = JSON.parse(profile) as string[];
  return { connection, user };
};

/** The journal of a profile, by its name, in a data folder. */
export const journalFile = (folder: string, profile: string): string =>
  join(folder, 'journals', `${fileName(profile)}.journal`);

/**
 * Deletes every file of a profile that is not open: journal, what is kept of its sheets, views, the audit's head. AppError
 * `journal-in-use` where another running copy holds it; nothing is deleted then.
 */
export const removeProfileFiles = async (folder: string, profile: string): Promise<void> => {
  refuseInUse(journalFile(folder, profile));
  for (const place of ['journals', 'views', 'audit']) {
    const names = await readdir(join(folder, place)).catch(() => []);
    for (const name of names)
      if (name.startsWith(`${fileName(profile)}.`)) await rm(join(folder, place, name), { force: true });
  }
};

/** The file of what is kept of a profile's sheets for working without the warehouse. */
const snapshotFile = (folder: string, profile: string): string =>
  join(folder, 'journals', `${fileName(profile)}.snapshots`);

/** Users and connections may be called anything; the file is named by a hash. */
const fileName = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32);
