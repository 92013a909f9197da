import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3-multiple-ciphers';
import { attachClient, setting } from '../support/backend-client.ts';
import { testBackend } from '../support/test-backend.ts';
import { memoryKeychain } from '../unit/electron/identity/memory-keychain.ts';
import { openWorld, PASSWORD, rowsOf } from '../warehouse/backend-world.ts';
import { openLive, persist } from './link-world.ts';
import { MemoryWatch } from './soak-memory.ts';
import { deadline, type FaultSuite, randomFrom, Tally } from './suite.ts';

const SOURCE = { schema: 'plan', table: 'line' };
const SHEET = JSON.stringify([SOURCE.schema, SOURCE.table]);
/** What a day of work is: eight hours with a change every five seconds, each sixteenth of them submitted. */
const ROUND_SECONDS = 80;
const HOURS = 8;
/** Rounds however short the time. */
const FEWEST = 35;
/** How often the memory is looked at before the end: collecting takes a while. */
const WEIGHED = 4;
/** Bytes of each database the mutant leaves open. */
const LEFT = 2_000_000;

/** Hours of editing, undo, refresh and submit, compressed by a clock that runs ahead; memory must not grow with them. */
export const soakSuite: FaultSuite = {
  name: 'soak',
  about:
    'hours of edits, undo, submits and refreshes leave the memory flat and every value as it was written last',
  mutant: 'that keeps every answer and leaves databases open',
  run: async ({ seed, seconds, whole = false, mutant = false }) => {
    const tally = new Tally();
    const random = randomFrom(seed);
    const memory = new MemoryWatch();
    const world = await openWorld();
    const folder = mkdtempSync(join(tmpdir(), 'writ-soak-'));
    const start = Date.now();
    let round = 0;
    const backend = await testBackend(folder, {
      now: () => new Date(start + round * ROUND_SECONDS * 1000),
      keychain: memoryKeychain(),
    });
    let client = attachClient(backend);
    const kept: unknown[] = [];
    const left: Database[] = [];
    /** As an owner that forgets to close: little of it lies in the heap. */
    const leaveOpen = (): void => {
      const db = new Database(join(folder, `left-${left.length}.db`));
      db.pragma('synchronous = off');
      db.exec(`create table page (body blob); insert into page values (zeroblob(${LEFT}))`);
      left.push(db);
    };
    try {
      await client.call('connections.save', {
        connection: {
          ...{ id: 'test', name: 'Test', kind: 'postgres', host: '127.0.0.1' },
          ...{ port: world.proxy.port, database: 'postgres', tls: 'disable' },
        },
      });
      const enter = async (): Promise<void> => {
        await client.call('session.open', { connection: 'test', user: 'ann', password: PASSWORD });
        await persist(() => openLive(client, SOURCE));
      };
      await enter();
      const truth = new Map<string, string | null>();
      const work = async (): Promise<void> => {
        round++;
        const rows = await rowsOf(client, {}, SHEET);
        for (let n = 0; n < 16; n++) {
          const row = rows[random.below(rows.length)];
          if (!row?.key) continue;
          const before = truth.has(row.key) ? (truth.get(row.key) ?? null) : (row.memo ?? null);
          const after = `r${round}.${n}`;
          await client.call('edits.append', { step: setting(SHEET, 'memo', [[row.key, before, after]]) });
          if (random.next() < 0.2) await client.call('edits.undo', { sheet: SHEET });
          else truth.set(row.key, after);
          if (mutant) kept.push(Array.from({ length: 2_000 }, () => ({ after })));
        }
        const { sha256, counts } = await client.call('batches.preview', { sheet: SHEET });
        if (counts.rows > 0) {
          const told = await client.call('batches.commit', { sheet: SHEET, batch: randomUUID(), sha256 });
          if (told.kind !== 'committed')
            tally.breach('falseConflicts', `round ${round}: ${JSON.stringify(told)}`);
        }
        if (round % 5 === 0) await client.call('rows.refresh', { sheet: SHEET });
        if (round % 7 === 0) {
          // The link breaks, and is there again.
          world.proxy.reset();
          await persist(() => openLive(client, SOURCE));
        }
        if (round % 4 === 0) {
          // The window is closed and another opened.
          client.close();
          client = attachClient(backend);
          await enter();
        }
        if (mutant && memory.weighed > 0) leaveOpen();
        client.forget();
        tally.runs++;
      };
      // The first rounds fill what is filled once: prepared statements, compiled code.
      for (let n = 0; n < 15; n++) await work();
      const whenWhole = (HOURS * 3_600) / ROUND_SECONDS;
      const quarter = (seconds * 1000) / 4;
      const began = performance.now();
      const more = deadline(seconds);
      memory.weigh();
      while (more() || round < FEWEST || (whole && round < whenWhole)) {
        await work();
        memory.count();
        const due = whole
          ? memory.weighed * (whenWhole / 4) <= round
          : performance.now() - began > memory.weighed * quarter;
        if (due && memory.weighed < WEIGHED) memory.weigh();
      }
      memory.weigh();
      const hours = ((round * ROUND_SECONDS) / 3_600).toFixed(1);
      tally.note(`${hours} hours in ${round} rounds: ${memory.told()}`);
      for (const what of memory.grown()) tally.breach('untrue', what);
      const { rows } = await world.admin.query<{ key: string; memo: string | null }>(
        `select json_build_array(center, month::text)::text as key, memo from plan.line`,
      );
      for (const { key, memo } of rows) {
        const row = JSON.stringify(JSON.parse(key));
        if (truth.has(row) && truth.get(row) !== memo)
          tally.breach('lost', `${row} holds ${memo}, last written ${truth.get(row)}`);
      }
      return tally.result('soak', seed, 16);
    } finally {
      for (const db of left) db.close();
      client.close();
      await backend.close();
      await world.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
