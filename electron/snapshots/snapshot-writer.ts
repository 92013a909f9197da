import type { RowKey } from '../../shared/model/rows.ts';
import type { Sqlite } from '../journal/database.ts';
import type { PackedChunk } from '../sheets/row-store.ts';
import type { RowChunk } from '../warehouse/adapter.ts';
import { encodeChunk } from './chunk-codec.ts';
import type { SheetFacts, SnapshotWriter } from './snapshots.ts';

/** Kinds of stored chunks. */
export const ROWS = 0;
export const PATCH = 1;

export const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value), 'utf8');

/** Puts one chunk behind the others of a reading. */
export const insertChunk = (db: Sqlite, generation: number, kind: number, body: Buffer): void => {
  db.prepare<[number, number, Buffer]>('INSERT INTO chunk (generation, kind, body) VALUES (?, ?, ?)').run(
    generation,
    kind,
    body,
  );
};

/** Rows read again, as one body. */
export const patchBytes = (keys: readonly RowKey[], { rows, flags }: RowChunk, read: number): Buffer =>
  json({ keys, rows, flags: [...flags], read });

export interface WriterParts {
  readonly sheet: string;
  readonly facts: SheetFacts;
  readonly generation: number;
  /** The last entry of the journal when the reading began. */
  readonly read: number;
  /** False when it was not written. */
  readonly write: (work: (db: Sqlite) => unknown) => boolean;
  /** Nothing more is taken down. */
  readonly onOver: () => void;
}

interface Aside {
  readonly keys: readonly RowKey[];
  readonly chunk: RowChunk;
  readonly read: number;
}

/** Chunks are compressed beside each other and written in order; the reading waits for none of it. */
export class SheetWriter implements SnapshotWriter {
  readonly #parts: WriterParts;
  #turn: Promise<void> = Promise.resolve();
  #rows = 0;
  #bytes = 0;
  #over = false;
  /** Rows read again by others while this goes on: what it reads of them may be older. */
  #aside: readonly Aside[] = [];

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  rows(chunk: PackedChunk): void {
    this.#add(ROWS, chunk.count, () => encodeChunk(chunk));
  }

  patch(keys: readonly RowKey[], chunk: RowChunk, read: number): void {
    const own = new Set(keys);
    // Read again by this reading itself, later.
    this.#aside = this.#aside.filter((each) => !each.keys.every((key) => own.has(key)));
    this.#add(PATCH, 0, async () => patchBytes(keys, chunk, read));
  }

  /** Rows that somebody else read again meanwhile; they are laid over the reading at its end. */
  patchedAside(keys: readonly RowKey[], chunk: RowChunk, read: number): void {
    this.#aside = [...this.#aside, { keys, chunk, read }];
  }

  async finish(readAt: string): Promise<void> {
    await this.#turn;
    if (this.#over) return;
    this.#end();
    const { sheet, facts, generation, read, write } = this.#parts;
    const done = write((db) =>
      db.transaction(() => {
        const before = db
          .prepare<[string], { generation: number | null }>('SELECT generation FROM sheet WHERE id = ?')
          .get(sheet);
        db.prepare<[string, Buffer, number, string, number, number, number]>(
          `INSERT INTO sheet (id, facts, generation, read_at, read_entry, rows, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET facts = excluded.facts, generation = excluded.generation,
             read_at = excluded.read_at, read_entry = excluded.read_entry, rows = excluded.rows, bytes = excluded.bytes`,
        ).run(sheet, json(facts), generation, readAt, read, this.#rows, this.#bytes);
        for (const { keys, chunk, read: since } of this.#aside)
          insertChunk(db, generation, PATCH, patchBytes(keys, chunk, since));
        db.prepare<[number]>('DELETE FROM chunk WHERE generation = ?').run(before?.generation ?? -1);
      })(),
    );
    if (!done) this.#drop();
  }

  cancel(): void {
    if (this.#over) return;
    this.#end();
    void this.#turn.then(() => this.#drop());
  }

  #add(kind: number, rows: number, encode: () => Promise<Buffer>): void {
    if (this.#over) return;
    const encoding = encode();
    // Told where it is awaited.
    encoding.catch(() => {});
    this.#turn = this.#turn.then(async () => {
      const body = await encoding.catch(() => null);
      if (this.#over) return;
      const { generation, write } = this.#parts;
      if (body && write((db) => insertChunk(db, generation, kind, body))) {
        this.#rows += rows;
        this.#bytes += body.length;
      } else {
        this.#end();
        this.#drop();
      }
    });
  }

  #end(): void {
    this.#over = true;
    this.#parts.onOver();
  }

  #drop(): void {
    this.#parts.write((db) =>
      db.prepare<[number]>('DELETE FROM chunk WHERE generation = ?').run(this.#parts.generation),
    );
  }
}
