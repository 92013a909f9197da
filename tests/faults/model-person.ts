import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backend, createBackend } from '../../electron/backend.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { attachClient, type TestClient } from '../support/backend-client.ts';
import { memoryKeychain } from '../unit/electron/identity/memory-keychain.ts';
import { PASSWORD, rowsOf } from '../warehouse/backend-world.ts';
import { ask, openLive, persist } from './link-world.ts';

export const SOURCE = { schema: 'plan', table: 'model' };
export const SHEET = JSON.stringify([SOURCE.schema, SOURCE.table]);

type Update = Extract<PendingRow, { kind: 'update' }>;

/** What a window knows: the value each row shows, and what is pending. */
export interface Seen {
  readonly shown: ReadonlyMap<string, string>;
  readonly pending: ReadonlyMap<string, { readonly before: string; readonly after: string }>;
  readonly undo: string | null;
  readonly redo: string | null;
}

const pendingOf = (rows: readonly PendingRow[]): Seen['pending'] =>
  new Map(
    rows
      .filter((row): row is Update => row.kind === 'update')
      .map(({ row, cells }) => [
        JSON.parse(row)[0],
        { before: cells.v?.before ?? '', after: cells.v?.after ?? '' },
      ]),
  );

/** One person's program over a folder of its own; it can be killed and started again over what is on disk. */
export class ModelPerson {
  client: TestClient;
  #backend: Backend;
  #folder: string;
  readonly #keychain;
  readonly #forgetful: boolean;
  #pending: Seen['pending'] = new Map();
  #undo: string | null = null;
  #redo: string | null = null;

  private constructor(parts: {
    backend: Backend;
    folder: string;
    keychain: ReturnType<typeof memoryKeychain>;
    forgetful: boolean;
  }) {
    this.#backend = parts.backend;
    this.#folder = parts.folder;
    this.#keychain = parts.keychain;
    this.#forgetful = parts.forgetful;
    this.client = attachClient(parts.backend);
  }

  /** `forgetful`: what is in the journal's log when the program is killed is gone (the mutant). */
  static async start(port: number, forgetful: boolean): Promise<ModelPerson> {
    const keychain = memoryKeychain();
    const folder = mkdtempSync(join(tmpdir(), 'writ-model-'));
    const person = new ModelPerson({
      backend: await backendOf(folder, keychain),
      folder,
      keychain,
      forgetful,
    });
    await person.client.call('connections.save', {
      connection: {
        ...{ id: 'test', name: 'Test', kind: 'postgres', host: '127.0.0.1' },
        ...{ port, database: 'postgres', tls: 'disable' },
      },
    });
    await person.#signIn();
    return person;
  }

  /** The program dies and starts again: what the folder holds at this moment is all there is. */
  async kill(): Promise<void> {
    const next = mkdtempSync(join(tmpdir(), 'writ-model-'));
    cpSync(this.#folder, next, {
      recursive: true,
      filter: (path) => !(this.#forgetful && path.endsWith('-wal')),
    });
    await this.stop();
    this.#folder = next;
    this.#backend = await backendOf(next, this.#keychain);
    this.client = attachClient(this.#backend);
    await this.#signIn();
  }

  async stop(): Promise<void> {
    await this.#backend.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Opens the sheet until no batch is open, and reads it. */
  async settle(): Promise<boolean> {
    for (let tries = 0; tries < 300; tries++) {
      const opened = await persist(() => openLive(this.client, SOURCE));
      this.#note(opened.pending.rows, opened.pending.counts);
      if (opened.unresolved.length === 0) return true;
    }
    return false;
  }

  /** Reads the rows again and waits for them. */
  async refresh(): Promise<void> {
    await persist(async () => {
      this.client.forget();
      await this.client.call('rows.refresh', { sheet: SHEET });
      const read = await ask(rowsOf(this.client, {}, SHEET));
      await this.client.heard('rows.progress', ({ loading }) => !loading);
      const failed = this.client.said('rows.progress').some(({ failure }) => failure !== null);
      if ('answer' in read && !failed) return;
      // A link that is known to be out is tried again by itself only after a while.
      await this.client.call('link.retry', {});
      throw new AppError('unavailable', 'not-read', 'The rows could not be read.');
    });
  }

  async look(): Promise<Seen> {
    const rows = await rowsOf(this.client, {}, SHEET);
    const stored = new Map(rows.map((row) => [row.id ?? '', row.v ?? '']));
    for (const [row, { after }] of this.#pending) stored.set(row, after);
    return { shown: stored, pending: this.#pending, undo: this.#undo, redo: this.#redo };
  }

  /** Takes note of what the journal answered. */
  #note(rows: readonly PendingRow[], { undo, redo }: { undo: string | null; redo: string | null }): void {
    this.#pending = pendingOf(rows);
    this.#undo = undo;
    this.#redo = redo;
  }

  /** An edit, undo, redo or discard; the answer is its refusal, or null. */
  async change(
    call: () => Promise<{ counts: { undo: string | null; redo: string | null } }>,
  ): Promise<string | null> {
    const asked = await ask(call());
    if ('failure' in asked) return `${asked.failure.kind} ${asked.failure.code}`;
    const delta = asked.answer as Awaited<ReturnType<typeof call>> & {
      rows: readonly PendingRow[];
      cleared: readonly string[];
    };
    const pending = new Map(this.#pending);
    for (const row of delta.cleared) pending.delete(JSON.parse(row)[0]);
    for (const [row, cell] of pendingOf(delta.rows)) pending.set(row, cell);
    this.#pending = pending;
    this.#undo = delta.counts.undo;
    this.#redo = delta.counts.redo;
    return null;
  }

  async #signIn(): Promise<void> {
    await persist(() =>
      this.client.call('session.open', { connection: 'test', user: 'ann', password: PASSWORD }),
    );
    await this.settle();
    await rowsOf(this.client, {}, SHEET);
  }
}

const backendOf = (folder: string, keychain: ReturnType<typeof memoryKeychain>): Promise<Backend> =>
  createBackend({
    ...{ dataFolder: folder, version: '0.0.0', host: 'web', platform: 'test', timeZone: 'UTC' },
    ...{ now: () => new Date(), uuid: randomUUID, checkOutputs: true, keychain },
  });
