import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../electron/journal/database.ts';
import { openJournal } from '../../electron/journal/open-journal.ts';
import { OpenSheet } from '../../electron/sheets/open-sheet.ts';
import { RowStore } from '../../electron/sheets/row-store.ts';
import { openSnapshots } from '../../electron/snapshots/file-snapshots.ts';
import { sheetOffline } from '../../electron/snapshots/sheet-offline.ts';
import type { SheetFacts } from '../../electron/snapshots/snapshots.ts';
import type { Warehouse } from '../../electron/warehouse/adapter.ts';
import { AppError } from '../../shared/model/failure.ts';
import { column, type SheetDefinition } from '../../shared/model/sheet.ts';
import { PLAIN_QUERY } from '../../shared/model/view.ts';
import { type BenchResult, interleave, timed, verdict } from './harness.ts';

const ROWS = 1_000_000;
const QUEUED = 100_000;
const CHUNK = 10_000;
const ROUNDS = 5;
const PAGE = 250;
const KEY = randomBytes(32);
/** From nothing open to the first page of a sheet, against reading both encrypted files. */
const TARGET = 12;

const NAMES = [
  'id',
  'cost_center',
  'account',
  'period',
  'amount',
  'currency',
  'quantity',
  'valid_from',
  'memo',
];

const definition: SheetDefinition = {
  version: 1,
  id: '["bench","line"]',
  name: 'Line',
  source: { schema: 'bench', table: 'line' },
  sourceKind: 'table',
  key: ['id'],
  columns: NAMES.map((name) =>
    column.parse({
      name,
      label: name,
      sqlType: name === 'amount' ? 'numeric(18,2)' : 'text',
      type: name === 'amount' ? { kind: 'decimal', precision: 18, scale: 2 } : { kind: 'text' },
    }),
  ),
  rules: [],
};

const facts: SheetFacts = {
  definition,
  rights: {
    ...{ select: true, insert: true, delete: true, rowPolicies: false },
    ...{ updateColumns: NAMES, insertColumns: NAMES },
  },
  capabilities: { transactions: true, rowPolicies: false, governance: 'absent', outcomeProof: 'none' },
  policy: null,
};

const rowOf = (i: number): readonly (string | null)[] => [
  String(i),
  `CC${String(i % 400).padStart(4, '0')}`,
  String(4_000 + (i % 120)),
  `2026-${String(1 + (i % 12)).padStart(2, '0')}`,
  (((i * 7_919) % 10_000_000) / 100).toFixed(2),
  'EUR',
  i % 5 > 0 ? String(i % 977) : null,
  '2026-01-01',
  `remark ${i}`,
];

const write = async (folder: string): Promise<void> => {
  const snapshots = openSnapshots({ file: join(folder, 'bench.snapshots'), key: KEY, now: () => new Date() });
  const writer = snapshots.begin(definition.id, facts, 1);
  for (let from = 0; from < ROWS; from += CHUNK) {
    const rows = Array.from({ length: CHUNK }, (_, i) => rowOf(from + i));
    const packed = new RowStore([]).append({ rows, flags: new Uint8Array(CHUNK).fill(3) });
    if (packed) writer.rows(packed);
  }
  await writer.finish(new Date().toISOString());
  snapshots.close();
  const journal = openJournal({ file: join(folder, 'bench.journal'), key: KEY, now: () => new Date() });
  const places = Array.from({ length: QUEUED }, (_, i) => i * 10);
  journal.append({
    ...{ id: randomUUID(), sheet: definition.id, at: new Date().toISOString(), label: 'Paste' },
    sets: {
      columns: ['amount'],
      rows: places.map((i) => JSON.stringify([String(i)])),
      columnOf: places.map(() => 0),
      before: places.map((i) => rowOf(i)[4] ?? null),
      after: places.map(() => '1.00'),
    },
  });
  journal.close();
};

const down = (): AppError => new AppError('unavailable', 'offline', 'The server is down.');

/** What a start does until the grid has its first rows; answers the edits and rows it found. */
const start = async (folder: string): Promise<void> => {
  const journal = openJournal({ file: join(folder, 'bench.journal'), key: KEY, now: () => new Date() });
  const snapshots = openSnapshots({ file: join(folder, 'bench.snapshots'), key: KEY, now: () => new Date() });
  const known = snapshots.facts(definition.id);
  if (!known) throw new Error('Nothing was kept.');
  const sheet = new OpenSheet({
    definition: known.definition,
    rights: known.rights,
    warehouse: (): Warehouse => {
      throw down();
    },
    journal,
    clock: () => performance.now(),
    onReplaced: () => {},
    offline: sheetOffline({
      ...{ snapshots, facts: known, link: { why: down, suspect: () => {} } },
      ...{ now: () => new Date(), lastEntry: () => journal.last(), onAge: () => {}, onKept: () => {} },
    }),
  });
  await sheet.whenRead();
  const view = await sheet.view(PLAIN_QUERY, new AbortController().signal);
  const page = await sheet.page(view, 0, PAGE);
  const pending = journal.pending(definition.id).size;
  if (page.count !== PAGE || sheet.store.rows !== ROWS || pending !== QUEUED)
    throw new Error(`Found ${page.count} rows of a page, ${sheet.store.rows} rows, ${pending} edits.`);
  sheet.close();
  snapshots.close();
  journal.close();
};

/** Every byte both files hold, through the cipher and no further. */
const readBoth = (folder: string): void => {
  for (const [file, table] of [
    ['bench.snapshots', 'chunk'],
    ['bench.journal', 'entry'],
  ] as const) {
    const db = openDatabase(join(folder, file), KEY);
    let bytes = 0;
    for (const { body } of db.prepare<[], { body: Buffer }>(`SELECT body FROM ${table}`).iterate())
      bytes += body.length;
    db.close();
    if (bytes === 0) throw new Error(`Nothing in ${file}.`);
  }
};

/** Start with 100,000 queued edits and a snapshot of 1,000,000 rows to the first page, against reading both files. */
export const benchOffline = async (): Promise<readonly BenchResult[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'writ-bench-offline-'));
  try {
    await write(folder);
    const timings = await interleave(
      [
        {
          name: 'reading the files',
          run: () => timed(async () => readBoth(folder)),
        },
        { name: 'start', run: () => timed(() => start(folder)) },
      ],
      ROUNDS,
    );
    return [
      verdict(
        'offline start',
        TARGET,
        timings,
        { ours: 'start', floor: 'reading the files' },
        '1,000,000 rows, 100,000 edits',
      ),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
