import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeDurable, openDatabase } from '../../electron/journal/database.ts';
import { encodeEntry } from '../../electron/journal/entries.ts';
import { openJournal } from '../../electron/journal/open-journal.ts';
import type { EditStep } from '../../shared/model/edit.ts';

export interface Figure {
  readonly name: string;
  readonly ratio: number;
  readonly target: number;
  readonly ok: boolean;
  readonly detail: string;
}

const KEY = Buffer.alloc(32, 7);
const QUEUED = 100_000;
const BLOCKS = 7;
const ROUNDS = 900;
/** Space the floor overwrites again and again, as SQLite does with its log (1,000 pages). */
const FLOOR_BYTES = 4 * 1024 * 1024;

const rowKey = (i: number): string =>
  JSON.stringify([
    '2026',
    String((i % 12) + 1),
    `CC${1000 + (Math.floor(i / 12) % 40)}`,
    `A${4000 + Math.floor(i / 480)}`,
    'BUDGET',
  ]);
const amount = (i: number): string => `${(i * 7919) % 1_000_000}.${String(i % 100).padStart(2, '0')}`;
const uuid = (i: number): string => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;

const stepOf = (id: number, cells: readonly number[]): EditStep => ({
  id: uuid(id),
  sheet: 'finance.plan_line',
  at: '2026-01-02T03:04:05.678Z',
  label: cells.length === 1 ? 'Edit' : 'Paste',
  sets: {
    columns: ['amount'],
    rows: cells.map(rowKey),
    columnOf: cells.map(() => 0),
    before: cells.map(amount),
    after: cells.map((i) => amount(i + id + 1)),
  },
});

const timed = (work: () => void): number => {
  const started = performance.now();
  work();
  return performance.now() - started;
};

const quantile = (times: readonly number[], q: number): number => {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
};

const ok = (name: string, ratio: number, target: number, detail: string): Figure => ({
  name,
  ratio: Math.round(ratio * 1000) / 1000,
  target,
  ok: ratio <= target,
  detail,
});

/** Overwrites allocated space with the bytes of an entry and flushes them: the least a durable edit can cost. */
const openFloor = (file: string) => {
  const fd = openSync(file, 'w');
  writeSync(fd, Buffer.alloc(FLOOR_BYTES));
  fdatasyncSync(fd);
  let at = 0;
  return {
    write: (bytes: Buffer): void => {
      if (at + bytes.length > FLOOR_BYTES) at = 0;
      writeSync(fd, bytes, 0, bytes.length, at);
      fdatasyncSync(fd);
      at += bytes.length;
    },
    close: () => closeSync(fd),
  };
};

/** Fills a journal with one-cell edits through its own file format, without waiting for 100,000 flushes. */
const fillQueue = (file: string): void => {
  openJournal({ file, key: KEY, now: () => new Date(0) }).close();
  const db = openDatabase(file, KEY);
  makeDurable(db);
  db.transaction(() => {
    const insert = db.prepare<[Buffer]>('INSERT INTO entry (body) VALUES (?)');
    for (let i = 0; i < QUEUED; i++) insert.run(encodeEntry({ kind: 'step', step: stepOf(i, [i]) }));
  })();
  db.close();
};

interface Block {
  readonly floor: number[];
  readonly empty: number[];
  readonly queued: number[];
}

/** The median over blocks of the ratio within each: a neighbour's burst spoils one block, not the figure. */
const compare = (
  name: string,
  blocks: readonly Block[],
  ours: 'empty' | 'queued',
  q: number,
  target: number,
  note: string,
): Figure => {
  const ratios = blocks.map((block) => quantile(block[ours], q) / quantile(block.floor, q));
  const [mine, least] = [ours, 'floor' as const].map((who) =>
    quantile(
      blocks.flatMap((block) => block[who]),
      q,
    ),
  );
  const spread = `${quantile(ratios, 0).toFixed(2)} to ${quantile(ratios, 1).toFixed(2)} over ${blocks.length} blocks`;
  return ok(
    name,
    quantile(ratios, 0.5),
    target,
    `${mine?.toFixed(3)} ms against ${least?.toFixed(3)} ms, ${spread}; ${note}`,
  );
};

const benchOneCell = (folder: string): Figure[] => {
  const file = join(folder, 'queued.db');
  fillQueue(file);
  const floor = openFloor(join(folder, 'floor'));
  const empty = openJournal({ file: join(folder, 'empty.db'), key: KEY, now: () => new Date(0) });
  const started = performance.now();
  const queued = openJournal({ file, key: KEY, now: () => new Date(0) });
  const opening = performance.now() - started;
  if (queued.counts('finance.plan_line').cells !== QUEUED) throw new Error('the queue did not come back');
  const blocks: Block[] = [];
  for (let block = 0; block < BLOCKS; block++) {
    const times: Block = { floor: [], empty: [], queued: [] };
    for (let i = 0; i < ROUNDS; i++) {
      const n = block * ROUNDS + i;
      const step = stepOf(QUEUED + n, [(n * 37) % QUEUED]);
      const bytes = encodeEntry({ kind: 'step', step });
      // Who goes first changes, so that no one always follows a flush of the same file.
      const turns = [
        () => times.floor.push(timed(() => floor.write(bytes))),
        () => times.empty.push(timed(() => empty.append(step))),
        () => times.queued.push(timed(() => queued.append(step))),
      ];
      for (let t = 0; t < turns.length; t++) turns[(t + i) % turns.length]?.();
    }
    blocks.push(times);
  }
  const appended = empty.counts('finance.plan_line').cells;
  floor.close();
  empty.close();
  queued.close();
  if (appended !== BLOCKS * ROUNDS) throw new Error(`${appended} appended edits are there`);
  const measured = blocks.slice(1);
  return [
    compare(
      'append.p50',
      measured,
      'empty',
      0.5,
      1.3,
      `floor: overwrite of allocated space + fdatasync of the same bytes, same folder (${folder})`,
    ),
    compare(
      'append.p50-queued',
      measured,
      'queued',
      0.5,
      1.3,
      `${QUEUED} edits queued, opened in ${opening.toFixed(0)} ms`,
    ),
    compare('append.p99-queued', measured, 'queued', 0.99, 1.5, `${QUEUED} edits queued`),
  ];
};

/** The peer's shape: one row an edit with columns of their own, one transaction, in the same kind of file. */
const openPeer = (file: string) => {
  const db = openDatabase(file, KEY);
  makeDurable(db);
  db.exec(
    'CREATE TABLE edit (seq INTEGER PRIMARY KEY, step TEXT, sheet TEXT, row TEXT, col TEXT, before TEXT, after TEXT)',
  );
  const insert = db.prepare<(string | null)[]>(
    'INSERT INTO edit (step, sheet, row, col, before, after) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const append = ({ id, sheet, sets }: EditStep): void => {
    db.transaction(() => {
      for (const [i, row] of (sets?.rows ?? []).entries()) {
        const column = sets?.columns[sets.columnOf[i] ?? 0] ?? '';
        insert.run(id, sheet, row, column, sets?.before[i] ?? null, sets?.after[i] ?? null);
      }
    })();
  };
  return { append, close: () => db.close() };
};

const benchPaste = (folder: string): Figure => {
  const cells = Array.from({ length: QUEUED }, (_, i) => i);
  const blob = openDatabase(join(folder, 'blob.db'), KEY);
  makeDurable(blob);
  blob.exec('CREATE TABLE entry (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)');
  const insert = blob.prepare<[Buffer]>('INSERT INTO entry (body) VALUES (?)');
  const peer = openPeer(join(folder, 'rows.db'));
  const journal = openJournal({ file: join(folder, 'paste.db'), key: KEY, now: () => new Date(0) });
  const times = { blob: [] as number[], rows: [] as number[], whole: [] as number[] };
  for (let round = 0; round < 7; round++) {
    const step = stepOf(round, cells);
    times.blob.push(timed(() => insert.run(encodeEntry({ kind: 'step', step }))));
    times.rows.push(timed(() => peer.append(step)));
    times.whole.push(timed(() => journal.append(step)));
  }
  const kept = journal.counts('finance.plan_line').cells;
  blob.close();
  peer.close();
  journal.close();
  if (kept !== QUEUED) throw new Error(`the paste holds ${kept} cells`);
  const [ours, rows, whole] = [times.blob, times.rows, times.whole].map((all) => quantile(all.slice(1), 0.5));
  if (ours === undefined || rows === undefined || whole === undefined) throw new Error('nothing measured');
  return ok(
    'append.paste-100k',
    ours / rows,
    0.5,
    `durable write ${ours.toFixed(0)} ms (with fold and answer ${whole.toFixed(0)} ms) against ${rows.toFixed(0)} ms for one row an edit in one transaction`,
  );
};

/**
 * Durable appends against the least they can cost, interleaved in one run; both on the disk of `parent`.
 * Ratios are the figures, milliseconds only help to read them.
 */
export async function benchAppend(parent: string = process.cwd()): Promise<Figure[]> {
  const folder = mkdtempSync(join(parent, '.bench-append-'));
  try {
    return [...benchOneCell(folder), benchPaste(folder)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
