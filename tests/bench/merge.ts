import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergePass } from '../../electron/governance/merge/merge-pass.ts';
import { Merges } from '../../electron/governance/merge/merges.ts';
import { type OpenedJournal, openJournal } from '../../electron/journal/open-journal.ts';
import { breathing } from '../../electron/sheets/breathe.ts';
import { OpenSheet } from '../../electron/sheets/open-sheet.ts';
import type { Warehouse } from '../../electron/warehouse/adapter.ts';
import type { EditStep } from '../../shared/model/edit.ts';
import { aColumn, aSheet } from '../support/columns.ts';
import { type BenchResult, interleave, median, timed, verdict } from './harness.ts';

const ROWS = 1_000_000;
const EDITS = 100_000;
const CHUNK = 2_000;
const ROUNDS = 7;
const BLOCKS = 5;
const TARGET = 1.5;
/** The longest the backend may be busy at a stretch, by what a person notices. */
const BLOCK_MS = 50;

const definition = aSheet(
  [
    aColumn({ name: 'id', label: 'Id', type: { kind: 'integer', bits: 32 } }),
    aColumn({ name: 'amount', label: 'Amount', type: { kind: 'decimal', precision: 18, scale: 2 } }),
    aColumn({ name: 'memo', label: 'Memo', type: { kind: 'text' } }),
  ],
  { id: 'bench', key: ['id'] },
);

const keyOf = (i: number): string => JSON.stringify([String(i)]);
/** What was there when the edits were made; of the edited rows 1 % hold by now what was entered, 1 % something else. */
const base = (i: number): string => `${(i * 7919) % 1_000_000}.${String(i % 100).padStart(2, '0')}`;
const mine = (i: number): string => `${(i * 31) % 1_000_000}.55`;
const edited = Array.from({ length: EDITS }, (_, n) => (n * 9_973) % ROWS);
const place = new Map(edited.map((i, n) => [i, n]));
const now = (i: number): string => {
  const n = place.get(i);
  if (n === undefined || n % 100 > 1) return base(i);
  return n % 100 === 0 ? mine(i) : `${base(i)}1`.slice(1);
};

const step = (): EditStep => ({
  id: '00000000-0000-4000-8000-000000000001',
  sheet: 'bench',
  at: '2026-01-02T03:04:05.678Z',
  label: 'Paste',
  sets: {
    columns: ['amount'],
    rows: edited.map(keyOf),
    columnOf: edited.map(() => 0),
    before: edited.map(base),
    after: edited.map(mine),
  },
});

const openBench = async (journal: OpenedJournal): Promise<OpenSheet> => {
  const warehouse: Pick<Warehouse, 'read'> = {
    read: async (_request, onChunk) => {
      for (let from = 0; from < ROWS; from += CHUNK) {
        const rows = Array.from({ length: CHUNK }, (_, k) => {
          const i = from + k;
          return [String(i), now(i), `remark ${i}`];
        });
        onChunk({ rows, flags: new Uint8Array(CHUNK).fill(3) });
      }
      return { truncated: false };
    },
  };
  const { promise, resolve } = Promise.withResolvers<void>();
  const names = definition.columns.map(({ name }) => name);
  const rights = { select: true, insert: true, delete: true, rowPolicies: false };
  const sheet = new OpenSheet({
    definition,
    rights: { ...rights, updateColumns: names, insertColumns: names },
    warehouse: () => warehouse as Warehouse,
    journal,
    clock: () => performance.now(),
    onReplaced: () => {},
    onRead: resolve,
  });
  await promise;
  return sheet;
};

/** The floor, outside the product: edits in a hash table, the rows as plain arrays probed against it, values compared. */
const hashJoin = (keys: readonly string[], values: readonly string[], edits: EditStep['sets']): number => {
  const wanted = new Map(edits?.rows.map((row, n) => [row, n]));
  let differing = 0;
  for (let i = 0; i < keys.length; i++) {
    const n = wanted.get(keys[i] ?? '');
    if (n !== undefined && edits && values[i] !== edits.before[n]) differing++;
  }
  return differing;
};

/** The longest stretch in which nothing else could run while `work` did. */
const longestBlock = async (work: () => Promise<unknown>): Promise<number> => {
  let running = true;
  let longest = 0;
  const watch = async (): Promise<void> => {
    for (let last = performance.now(); running; ) {
      await new Promise<void>((next) => setImmediate(next));
      const at = performance.now();
      longest = Math.max(longest, at - last);
      last = at;
    }
  };
  const watching = watch();
  await work();
  running = false;
  await watching;
  return longest;
};

interface Counts {
  floor: number;
  quiet: number;
  conflicts: number;
}

const WANTED: Counts = { floor: EDITS / 50, quiet: EDITS / 100, conflicts: EDITS / 100 };

const clock = (): number => performance.now();

/** One whole merge with a journal of its own, quiet changes written; answers its longest stretch. */
const blockOf = async (sheet: OpenSheet, journal: OpenedJournal): Promise<number> => {
  const now = (): Date => new Date();
  const merges = new Merges({ journal, sheetOf: () => sheet, tell: () => {}, now, clock });
  const block = await longestBlock(() => merges.look('bench', 'all'));
  const left = journal.pending('bench').size;
  if (merges.conflicts('bench').size !== WANTED.conflicts || left !== EDITS - WANTED.quiet)
    throw new Error('The journal does not hold what the merge left.');
  return block;
};

/** 100,000 pending edits merged with 1,000,000 rows, against one hash join of the same; and how long it blocks. */
export const benchMerge = async (): Promise<BenchResult[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'writ-bench-merge-'));
  const journals = Array.from({ length: BLOCKS + 1 }, (_, n) => {
    const file = join(folder, `${n}.db`);
    const journal = openJournal({ file, key: Buffer.alloc(32, 7), now: () => new Date() });
    journal.append(step());
    return journal;
  });
  const [journal, ...others] = journals;
  try {
    if (!journal) throw new Error('There is no journal.');
    const sheet = await openBench(journal);
    const blocks: number[] = [];
    for (const other of others) blocks.push(await blockOf(sheet, other));
    const counts: Counts = { floor: 0, quiet: 0, conflicts: 0 };
    const timings = await interleave(
      [
        {
          name: 'hash join',
          run: () => {
            // As after a reading: texts that nobody has hashed yet.
            const keys = Array.from({ length: ROWS }, (_, i) => keyOf(i));
            const values = Array.from({ length: ROWS }, (_, i) => now(i));
            const { sets } = step();
            return timed(async () => {
              counts.floor = hashJoin(keys, values, sets);
            });
          },
        },
        {
          name: 'merge',
          run: () =>
            timed(async () => {
              const pass = await mergePass(sheet, journal, 'all', new Date(), breathing(clock));
              counts.quiet = pass.quiet.length;
              counts.conflicts = pass.judged.size;
            }),
        },
      ],
      ROUNDS,
    );
    if (JSON.stringify(counts) !== JSON.stringify(WANTED))
      throw new Error(`The merge found ${JSON.stringify(counts)}, expected ${JSON.stringify(WANTED)}.`);
    sheet.close();
    const block = median(blocks);
    const shown = blocks.map((ms) => ms.toFixed(0)).join(', ');
    const detail = `longest stretches ${shown} ms, at most ${BLOCK_MS} ms; quiet changes written to the journal`;
    return [
      verdict('merge 100k edits, 1M rows', TARGET, timings, { ours: 'merge', floor: 'hash join' }),
      { name: 'merge without blocking', ratio: block / BLOCK_MS, target: 1, ok: block <= BLOCK_MS, detail },
    ];
  } finally {
    for (const each of journals) each.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
