import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Session } from '../shared/model/connection.ts';
import { AppError } from '../shared/model/failure.ts';
import type { SheetRights } from '../shared/model/rights.ts';
import type { SheetDefinition } from '../shared/model/sheet.ts';
import type { ProfileKey } from './identity/keys.ts';
import { type OpenedJournal, openJournal } from './journal/open-journal.ts';
import { OpenSheet } from './sheets/open-sheet.ts';
import type { Warehouse } from './warehouse/adapter.ts';

/** One person on one connection, shared by that person's windows: one warehouse link, one journal, one copy of each sheet. */
export class Profile {
  readonly session: Session;
  readonly journal: OpenedJournal;
  readonly warehouse: Warehouse;
  readonly #clock: () => number;
  readonly #sheets = new Map<string, { sheet: OpenSheet; users: number }>();

  constructor(session: Session, journal: OpenedJournal, warehouse: Warehouse, clock: () => number) {
    this.session = session;
    this.journal = journal;
    this.warehouse = warehouse;
    this.#clock = clock;
  }

  /** Shares a sheet already open with the same definition; a changed definition replaces it for everyone. */
  acquire(definition: SheetDefinition, rights: SheetRights): OpenSheet {
    const known = this.#sheets.get(definition.id);
    if (
      known &&
      JSON.stringify(known.sheet.definition) === JSON.stringify(definition) &&
      JSON.stringify(known.sheet.rights) === JSON.stringify(rights)
    ) {
      known.users++;
      return known.sheet;
    }
    known?.sheet.close();
    const sheet = new OpenSheet({
      definition,
      rights,
      warehouse: () => Promise.resolve(this.warehouse),
      journal: this.journal,
      clock: this.#clock,
    });
    this.#sheets.set(definition.id, { sheet, users: (known?.users ?? 0) + 1 });
    return sheet;
  }

  /** The open sheet; AppError `invalid` when no window has it open. */
  sheet(id: string): OpenSheet {
    const known = this.#sheets.get(id);
    if (!known)
      throw new AppError('invalid', 'sheet-not-open', 'This sheet is not open. Open it again from the list.');
    return known.sheet;
  }

  release(id: string): void {
    const known = this.#sheets.get(id);
    if (!known) return;
    known.users--;
    if (known.users > 0) return;
    known.sheet.close();
    this.#sheets.delete(id);
  }

  async close(): Promise<void> {
    for (const { sheet } of this.#sheets.values()) sheet.close();
    this.#sheets.clear();
    await this.warehouse.close().catch(() => {});
    this.journal.close();
  }
}

export interface ProfileRequest {
  readonly connection: Session['connection'];
  readonly person: Session['person'];
  readonly key: ProfileKey;
  readonly connect: () => Promise<Warehouse>;
}

/** Open profiles by connection and user, counted by the clients that use them. */
export class Profiles {
  readonly #folder: string;
  readonly #now: () => Date;
  readonly #open = new Map<string, { profile: Promise<Profile>; users: number }>();

  constructor(folder: string, now: () => Date) {
    this.#folder = folder;
    this.#now = now;
  }

  /** Opens or shares a profile. A first opening that fails leaves nothing behind. */
  async acquire(request: ProfileRequest): Promise<Profile> {
    const name = profileName(request.connection.id, request.person.user);
    const known = this.#open.get(name);
    if (known) {
      known.users++;
      return known.profile;
    }
    const entry = { profile: this.#start(name, request), users: 1 };
    this.#open.set(name, entry);
    try {
      return await entry.profile;
    } catch (error) {
      if (this.#open.get(name) === entry) this.#open.delete(name);
      throw error;
    }
  }

  /** Whether some window of this process already is this person; the password was then checked before. */
  isOpen(connection: string, user: string): boolean {
    return this.#open.has(profileName(connection, user));
  }

  async release(profile: Profile): Promise<void> {
    const name = profileName(profile.session.connection.id, profile.session.person.user);
    const known = this.#open.get(name);
    if (!known) return;
    known.users--;
    if (known.users > 0) return;
    this.#open.delete(name);
    await profile.close();
  }

  async closeAll(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(all.map(async ({ profile }) => (await profile).close()));
  }

  async #start(name: string, { connection, person, key, connect }: ProfileRequest): Promise<Profile> {
    const warehouse = await connect();
    try {
      // Edits belong to the person the warehouse names, not to the name that was typed.
      const user = warehouse.identity.user;
      const folder = join(this.#folder, 'journals');
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const journal = openJournal({
        file: join(folder, `${fileName(name)}.journal`),
        key: key.key,
        now: this.#now,
      });
      const session: Session = {
        connection,
        person: { ...person, user },
        roles: [...warehouse.identity.roles],
        serverVersion: warehouse.identity.serverVersion,
        journalKey: key.kept,
      };
      return new Profile(session, journal, warehouse, () => performance.now());
    } catch (error) {
      await warehouse.close().catch(() => {});
      throw error;
    }
  }
}

export const profileName = (connection: string, user: string): string => JSON.stringify([connection, user]);

/** Names of connections and people may hold anything. */
const fileName = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32);
