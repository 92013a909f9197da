import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '../../electron/backend.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { attachClient, type TestClient } from '../support/backend-client.ts';
import { testBackend } from '../support/test-backend.ts';
import { memoryKeychain } from '../unit/electron/identity/memory-keychain.ts';
import { PASSWORD, rowsOf } from '../warehouse/backend-world.ts';
import { ask, nextTurn, openLive, persist } from './link-world.ts';
import { deadline } from './suite.ts';

/** Seconds after which a person gives up waiting for what was queued. */
const PATIENCE = 20;

export const SOURCE = { schema: 'plan', table: 'model' };
export const SHEET = JSON.stringify([SOURCE.schema, SOURCE.table]);

/** A row's pending edit by what a person sees: null where there is no row. */
export interface Change {
  readonly kind: PendingRow['kind'];
  readonly before: string | null;
  readonly after: string | null;
}
export type Changes = ReadonlyMap<string, Change>;

/** What a window knows: the value each row shows, what is pending, and what waits to be sent, by the rows' ids. */
export interface Seen {
  readonly shown: ReadonlyMap<string, string>;
  readonly pending: Changes;
  /** By batch, in the order they were submitted. */
  readonly waiting: ReadonlyMap<string, Changes>;
  readonly undo: string | null;
  readonly redo: string | null;
}

/** Stored rows are known by their key, new ones by the key they will have. */
export const idOf = (row: PendingRow): string =>
  row.kind === 'insert' ? (row.values.id ?? '') : JSON.parse(row.row)[0];

const changeOf = (row: PendingRow): Change => {
  switch (row.kind) {
    case 'update':
      return { kind: row.kind, before: row.cells.v?.before ?? null, after: row.cells.v?.after ?? null };
    case 'insert':
      return { kind: row.kind, before: null, after: row.values.v ?? null };
    case 'delete':
      return { kind: row.kind, before: row.before.v ?? null, after: null };
  }
};

const changesOf = (rows: Iterable<PendingRow>): Changes =>
  new Map([...rows].map((row) => [idOf(row), changeOf(row)]));

/** One person's program over a folder of its own; it can be killed and started again over what is on disk. */
export class ModelPerson {
  client: TestClient;
  #backend: Backend;
  #folder: string;
  readonly #keychain;
  readonly #forgetful: boolean;
  #pending: ReadonlyMap<string, PendingRow> = new Map();
  #waiting: Seen['waiting'] = new Map();
  #waitingRows: readonly PendingRow[] = [];
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
    await person.#signIn(false);
    return person;
  }

  /** The program dies and starts again: what the folder holds at this moment is all there is. `down`: without the server. */
  async kill(down: boolean): Promise<void> {
    const next = mkdtempSync(join(tmpdir(), 'writ-model-'));
    cpSync(this.#folder, next, {
      recursive: true,
      filter: (path) => !(this.#forgetful && path.endsWith('-wal')),
    });
    await this.stop();
    this.#folder = next;
    this.#backend = await backendOf(next, this.#keychain);
    this.client = attachClient(this.#backend);
    await this.#signIn(down);
  }

  async stop(): Promise<void> {
    await this.#backend.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Opens the sheet until no batch is open, and reads it. */
  async settle(): Promise<boolean> {
    for (let tries = 0; tries < 300; tries++) {
      const opened = await persist(() => openLive(this.client, SOURCE));
      this.#note(opened);
      if (opened.unresolved.length === 0) return true;
    }
    return false;
  }

  /** Opens the sheet from what is kept on this machine, if need be, and takes note of what is pending. */
  async open(): Promise<void> {
    this.#note(await this.client.call('sheets.open', { source: SOURCE }));
  }

  /** Waits until everything that was queued is written or refused, and takes note of it. */
  async drain(): Promise<void> {
    const left = deadline(PATIENCE);
    for (;;) {
      const { batches } = await this.client.call('outbox.list', {});
      if (batches.every(({ state }) => state === 'refused') || !left()) {
        for (const { batch } of batches) await this.client.call('outbox.dismiss', { batch });
        return;
      }
      await this.client.call('link.retry', {});
      await nextTurn();
    }
  }

  /** The key of the row a person sees under this id. */
  keyOf(id: string): string {
    const inserted = [...this.#pending.values(), ...this.#waitingRows].find(
      (row) => row.kind === 'insert' && idOf(row) === id,
    );
    return inserted?.row ?? JSON.stringify([id]);
  }

  /** Inverse of `keyOf`. */
  idOfKey(key: string): string {
    const row = this.#pending.get(key);
    return row ? idOf(row) : JSON.parse(key)[0];
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
    const shown = new Map(rows.flatMap(({ id, v }) => (id ? [[id, v ?? ''] as const] : [])));
    const pending = changesOf(this.#pending.values());
    for (const changes of [...this.#waiting.values(), pending])
      for (const [id, { after }] of changes)
        if (after === null) shown.delete(id);
        else shown.set(id, after);
    return { shown, pending, waiting: this.#waiting, undo: this.#undo, redo: this.#redo };
  }

  /** Takes note of what the journal answered. */
  #note({ pending, submitted = [] }: OutputOf<'sheets.open'>): void {
    this.#pending = new Map(pending.rows.map((row) => [row.row, row]));
    this.#waiting = new Map(submitted.map(({ batch, rows }) => [batch, changesOf(rows)]));
    this.#waitingRows = submitted.flatMap(({ rows }) => rows);
    this.#undo = pending.counts.undo;
    this.#redo = pending.counts.redo;
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
    for (const row of delta.cleared) pending.delete(row);
    for (const row of delta.rows) pending.set(row.row, row);
    this.#pending = pending;
    this.#undo = delta.counts.undo;
    this.#redo = delta.counts.redo;
    return null;
  }

  async #signIn(down: boolean): Promise<void> {
    await persist(() =>
      this.client.call('session.open', { connection: 'test', user: 'ann', password: PASSWORD }),
    );
    if (down) await this.open();
    else await this.settle();
    await rowsOf(this.client, {}, SHEET);
  }
}

const backendOf = (folder: string, keychain: ReturnType<typeof memoryKeychain>): Promise<Backend> =>
  testBackend(folder, {
    keychain,
  });
