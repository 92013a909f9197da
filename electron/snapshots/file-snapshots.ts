import { z } from 'zod';
import type { AppError } from '../../shared/model/failure.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { Sqlite } from '../journal/database.ts';
import type { LookupValue } from '../sheets/lookups.ts';
import type { RowChunk } from '../warehouse/adapter.ts';
import { decodeChunk, UnreadableChunk, unreadable } from './chunk-codec.ts';
import {
  asideNotice,
  isSnapshotDamage,
  moveSnapshotAside,
  openSnapshotFile,
  snapshotFailure,
} from './snapshot-file.ts';
import { insertChunk, json, PATCH, patchBytes, ROWS, SheetWriter } from './snapshot-writer.ts';
import {
  type OnTrouble,
  type SheetFacts,
  type Slice,
  type Snapshots,
  type SnapshotWriter,
  type StoredReading,
  type StoredRows,
  type StoredSheet,
  sheetFacts,
  slice as sliceSchema,
} from './snapshots.ts';

export interface SnapshotOptions {
  readonly file: string;
  /** The profile's key, 32 bytes. */
  readonly key: Buffer;
  readonly now: () => Date;
  readonly onTrouble?: OnTrouble;
}

interface SheetRow {
  readonly id: string;
  readonly facts: Buffer | null;
  readonly generation: number | null;
  readonly read_at: string | null;
  readonly read_entry: number | null;
  readonly rows: number;
  readonly bytes: number;
  readonly kept: number;
  readonly slice: string;
}

interface StoredPart {
  readonly seq: number;
  readonly kind: number;
  readonly body: Buffer;
}

const parsed = <T>(body: Buffer | null | undefined, schema: z.ZodType<T>): T | null => {
  if (!body) return null;
  try {
    const result = schema.safeParse(JSON.parse(body.toString('utf8')));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
};

const patchBody = z.object({
  keys: z.array(z.string()),
  rows: z.array(z.array(z.string().nullable())),
  flags: z.array(z.int()),
  read: z.int().optional(),
});
const lookupBody = z.array(z.object({ value: z.string(), label: z.string().nullable() }));

/** Snapshots in one file; when the file turns out damaged it is put aside and begun anew, once a run. */
class FileSnapshots implements Snapshots {
  readonly #options: SnapshotOptions;
  readonly #notices: string[] = [];
  #db: Sqlite | null = null;
  #generation = 0;
  /** Readings that are being taken down, of which sheet. */
  readonly #under = new Map<SheetWriter, string>();
  #troubled = false;

  constructor(options: SnapshotOptions) {
    this.#options = options;
    this.#open();
  }

  notices(): readonly string[] {
    return this.#notices;
  }

  list(): readonly StoredSheet[] {
    const rows = this.#attempt((db) => db.prepare<[], SheetRow>('SELECT * FROM sheet ORDER BY id').all());
    return (rows ?? []).map(({ id, read_at, rows: count, bytes, kept, slice }) => ({
      sheet: id,
      readAt: read_at,
      rows: count,
      bytes,
      kept: kept === 1,
      slice: parsed(Buffer.from(slice, 'utf8'), sliceSchema) ?? [],
    }));
  }

  facts(sheet: string): SheetFacts | null {
    return parsed(this.#sheet(sheet)?.facts, sheetFacts);
  }

  refreshFacts(sheet: string, facts: SheetFacts): void {
    const stored = this.#sheet(sheet);
    const known = this.facts(sheet);
    const same = (a: SheetFacts, b: SheetFacts): boolean =>
      JSON.stringify([a.definition, a.rights]) === JSON.stringify([b.definition, b.rights]);
    // Rows of another definition keep the facts they were read with.
    if (!stored || (known && stored.generation !== null && !same(known, facts))) return;
    if (JSON.stringify(known) === JSON.stringify(facts)) return;
    this.#write((db) =>
      db.prepare<[Buffer, string]>('UPDATE sheet SET facts = ? WHERE id = ?').run(json(facts), sheet),
    );
  }

  load(sheet: string): StoredReading | null {
    const known = this.#sheet(sheet);
    if (!known || known.generation === null || known.read_at === null) return null;
    return { readAt: known.read_at, read: known.read_entry, parts: this.#parts(known) };
  }

  *#parts({ generation, rows }: SheetRow): Generator<StoredRows> {
    // Asked for one at a time: other statements may run between two parts.
    const next = (after: number) =>
      this.#attempt(
        (db) =>
          db
            .prepare<[number, number], StoredPart>(
              'SELECT seq, kind, body FROM chunk WHERE generation = ? AND seq > ? ORDER BY seq LIMIT 1',
            )
            .get(generation ?? -1, after) ?? null,
      );
    let left = rows;
    let part = next(-1);
    while (part) {
      const { seq, kind, body } = part;
      const stored = this.#attempt(() => (kind === ROWS ? rowsPart(body) : patchPart(body)));
      if (!stored) break;
      if (stored.kind === 'rows') left -= stored.chunk.count;
      yield stored;
      part = next(seq);
    }
    if (part !== null || left !== 0) throw unreadable();
  }

  begin(sheet: string, facts: SheetFacts, read: number): SnapshotWriter {
    const writer: SheetWriter = new SheetWriter({
      generation: ++this.#generation,
      write: (work) => this.#write(work),
      sheet,
      facts,
      read,
      onOver: () => void this.#under.delete(writer),
    });
    this.#under.set(writer, sheet);
    return writer;
  }

  patch(sheet: string, keys: readonly RowKey[], chunk: RowChunk, read: number): void {
    for (const [writer, of] of this.#under) if (of === sheet) writer.patchedAside(keys, chunk, read);
    const generation = this.#sheet(sheet)?.generation;
    if (generation === null || generation === undefined) return;
    this.#write((db) => insertChunk(db, generation, PATCH, patchBytes(keys, chunk, read)));
  }

  lookup(sheet: string, column: string): readonly LookupValue[] | null {
    const row = this.#attempt((db) =>
      db
        .prepare<[string, string], { body: Buffer }>('SELECT body FROM lookup WHERE sheet = ? AND name = ?')
        .get(sheet, column),
    );
    return parsed(row?.body, lookupBody);
  }

  keepLookup(sheet: string, column: string, values: readonly LookupValue[]): void {
    this.#write((db) =>
      db
        .prepare<[string, string, Buffer]>(
          'INSERT OR REPLACE INTO lookup (sheet, name, body) VALUES (?, ?, ?)',
        )
        .run(sheet, column, json(values)),
    );
  }

  fact<T>(name: string, schema: z.ZodType<T>): T | null {
    const row = this.#attempt((db) =>
      db.prepare<[string], { body: Buffer }>('SELECT body FROM fact WHERE name = ?').get(name),
    );
    return parsed(row?.body, schema);
  }

  keepFact(name: string, value: unknown): void {
    this.#write((db) =>
      db
        .prepare<[string, Buffer]>('INSERT OR REPLACE INTO fact (name, body) VALUES (?, ?)')
        .run(name, json(value)),
    );
  }

  keep(sheet: string, kept: boolean, slice: Slice): void {
    this.#write((db) =>
      db
        .prepare<[string, number, string]>(
          `INSERT INTO sheet (id, kept, slice) VALUES (?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET kept = excluded.kept, slice = excluded.slice`,
        )
        .run(sheet, kept ? 1 : 0, JSON.stringify(slice)),
    );
  }

  remove(sheet: string): void {
    const generation = this.#sheet(sheet)?.generation ?? -1;
    this.#write((db) => {
      db.transaction(() => {
        db.prepare<[number]>('DELETE FROM chunk WHERE generation = ?').run(generation);
        db.prepare<[string]>('DELETE FROM lookup WHERE sheet = ?').run(sheet);
        db.prepare<[string]>('DELETE FROM sheet WHERE id = ?').run(sheet);
      })();
    });
  }

  close(): void {
    this.#db?.close();
    this.#db = null;
  }

  #sheet(id: string): SheetRow | undefined {
    return this.#attempt((db) => db.prepare<[string], SheetRow>('SELECT * FROM sheet WHERE id = ?').get(id));
  }

  #open(): void {
    const { file, key, now } = this.#options;
    try {
      const { db, notice } = openSnapshotFile(file, key, now());
      this.#db = db;
      if (notice !== null) this.#notices.push(notice);
      const last = db.prepare<[], { last: number | null }>('SELECT max(generation) AS last FROM sheet').get();
      this.#generation = last?.last ?? 0;
    } catch (error) {
      this.#tell(snapshotFailure(error));
    }
  }

  #write(work: (db: Sqlite) => unknown): boolean {
    const done = this.#attempt((db) => {
      work(db);
      return true;
    });
    if (done) this.#troubled = false;
    return done ?? false;
  }

  #attempt<T>(work: (db: Sqlite) => T): T | undefined {
    if (!this.#db) return undefined;
    try {
      return work(this.#db);
    } catch (error) {
      if (isSnapshotDamage(error)) this.#beginAnew();
      else this.#tell(snapshotFailure(error));
      return undefined;
    }
  }

  #beginAnew(): void {
    const { file, now } = this.#options;
    this.close();
    try {
      this.#notices.push(asideNotice(moveSnapshotAside(file, now())));
      this.#open();
    } catch (error) {
      this.#tell(snapshotFailure(error));
    }
  }

  #tell(failure: AppError): void {
    if (this.#troubled) return;
    this.#troubled = true;
    this.#notices.push(failure.message);
    this.#options.onTrouble?.(failure);
  }
}

const rowsPart = (body: Buffer): StoredRows => ({ kind: 'rows', chunk: decodeChunk(body) });

const patchPart = (body: Buffer): StoredRows => {
  const patch = parsed(body, patchBody);
  if (!patch) throw new UnreadableChunk('The patch is not one.');
  const { keys, rows, flags, read = null } = patch;
  return { kind: 'patch', keys, read, chunk: { rows, flags: Uint8Array.from(flags) } };
};

/** Opens the snapshots of a profile. Never throws: without a usable file nothing is kept, which is told. */
export const openSnapshots = (options: SnapshotOptions): Snapshots => new FileSnapshots(options);
