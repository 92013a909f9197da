import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '../../electron/journal/open-journal.ts';
import { OpenSheet } from '../../electron/sheets/open-sheet.ts';
import { openSnapshots } from '../../electron/snapshots/file-snapshots.ts';
import { sheetOffline } from '../../electron/snapshots/sheet-offline.ts';
import type { Snapshots } from '../../electron/snapshots/snapshots.ts';
import type { Description, Warehouse } from '../../electron/warehouse/adapter.ts';
import { openPostgres } from '../../electron/warehouse/postgres/postgres.ts';
import { startPostgres } from '../support/postgres.ts';
import { type BenchResult, interleave, timed, verdict } from './harness.ts';
import { ROWS, tableSql } from './rows-source.ts';

const ROUNDS = 9;
/** Reading a sheet while it is kept for working offline, against reading it alone. */
const TARGET = 1.25;
const SOURCE = { schema: 'bench', table: 'line' };

interface Bench {
  readonly warehouse: Warehouse;
  readonly description: Description;
  readonly journal: ReturnType<typeof openJournal>;
  readonly snapshots: Snapshots;
}

const now = (): Date => new Date();

/** Opens the sheet and reads all of it; answers the milliseconds that took, and what has to end before the next reading. */
const read = async (bench: Bench, keep: boolean): Promise<number> => {
  const { warehouse, journal, snapshots } = bench;
  const { definition, rights } = bench.description;
  const { promise: kept, resolve: onKept } = Promise.withResolvers<void>();
  const facts = { definition, rights, capabilities: await warehouse.capabilities(), policy: null };
  const link = { why: () => null, suspect: () => {} };
  let rows = 0;
  const ms = await timed(async () => {
    const sheet = new OpenSheet({
      ...{ definition, rights, journal, warehouse: () => warehouse, onReplaced: () => {} },
      clock: () => performance.now(),
      ...(keep
        ? {
            offline: sheetOffline({
              snapshots,
              link,
              facts,
              now,
              lastEntry: () => journal.last(),
              onAge: () => {},
              onKept,
            }),
          }
        : {}),
    });
    await sheet.whenRead();
    rows = sheet.store.rows;
    sheet.close();
  });
  if (rows !== ROWS) throw new Error(`${rows} rows were read`);
  if (keep) {
    await kept;
    const stored = snapshots.list().find(({ sheet }) => sheet === definition.id);
    if (stored?.rows !== ROWS) throw new Error(`${stored?.rows} rows were kept`);
  }
  return ms;
};

/** What keeping a sheet on this machine costs the reading that brings it. */
export const benchKeeping = async (): Promise<BenchResult> => {
  const postgres = await startPostgres(['shared_buffers=512MB']);
  const folder = await mkdtemp(join(tmpdir(), 'writ-bench-keeping-'));
  try {
    const admin = await postgres.client();
    await admin.query(tableSql);
    await admin.query('vacuum (analyze, freeze) bench.line');
    const warehouse = await openPostgres({
      ...{ host: postgres.host, port: postgres.port, database: 'postgres', tls: 'disable' },
      ...{ ...postgres.superuser, timeZone: 'UTC', version: '0.0.0' },
    });
    const key = randomBytes(32);
    const journal = openJournal({ file: join(folder, 'bench.journal'), key, now });
    const snapshots = openSnapshots({ file: join(folder, 'bench.snapshots'), key, now });
    try {
      const bench = { warehouse, journal, snapshots, description: await warehouse.describe(SOURCE) };
      const timings = await interleave(
        [
          { name: 'reading', run: () => read(bench, false) },
          { name: 'reading and keeping', run: () => read(bench, true) },
        ],
        ROUNDS,
      );
      return verdict(
        'keeping while reading',
        TARGET,
        timings,
        { ours: 'reading and keeping', floor: 'reading' },
        `${ROWS.toLocaleString('en')} rows`,
      );
    } finally {
      snapshots.close();
      journal.close();
      await warehouse.close();
    }
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
};
