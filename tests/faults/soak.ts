import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { attachClient, setting } from '../support/backend-client.ts';
import { testBackend } from '../support/test-backend.ts';
import { memoryKeychain } from '../unit/electron/identity/memory-keychain.ts';
import { openWorld, PASSWORD, rowsOf } from '../warehouse/backend-world.ts';
import { openLive, persist } from './link-world.ts';
import { deadline, type FaultSuite, randomFrom, Tally } from './suite.ts';

const SOURCE = { schema: 'plan', table: 'line' };
const SHEET = JSON.stringify([SOURCE.schema, SOURCE.table]);
/** What a day of work is: eight hours with a change every five seconds, each sixteenth of them submitted. */
const ROUND_SECONDS = 80;
const HOURS = 8;
/** Rounds however short the time. */
const FEWEST = 35;
/** What is held at the end over what was held at the start, both after collecting. */
const FLAT = 1.15;

/** After collecting: what the program holds, and what the whole process takes of the machine, in bytes. */
interface Memory {
  readonly held: number;
  readonly process: number;
}

const collect = (): (() => Memory) => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  return () => {
    gc();
    gc();
    // Bytes of buffers lie outside the heap, but are held by what lies in it.
    const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
    return { held: heapUsed + arrayBuffers, process: rss };
  };
};

const inMegabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** Hours of editing, undo, refresh and submit, compressed by a clock that runs ahead; memory must not grow with them. */
export const soakSuite: FaultSuite = {
  name: 'soak',
  about:
    'hours of edits, undo, submits and refreshes leave the memory flat and every value as it was written last',
  mutant: 'that keeps every answer',
  run: async ({ seed, seconds, whole = false, mutant = false }) => {
    const tally = new Tally();
    const random = randomFrom(seed);
    const heap = collect();
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
      const heaps: Memory[] = [];
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
        client.forget();
        tally.runs++;
      };
      // The first rounds fill what is filled once: prepared statements, compiled code.
      for (let n = 0; n < 15; n++) await work();
      const whenWhole = (HOURS * 3_600) / ROUND_SECONDS;
      const quarter = (seconds * 1000) / 4;
      const began = performance.now();
      const left = deadline(seconds);
      heaps.push(heap());
      while (left() || round < FEWEST || (whole && round < whenWhole)) {
        await work();
        const due = whole
          ? heaps.length * (whenWhole / 4) <= round
          : performance.now() - began > heaps.length * quarter;
        if (due) heaps.push(heap());
      }
      heaps.push(heap());
      tally.note(
        `${((round * ROUND_SECONDS) / 3_600).toFixed(1)} hours in ${round} rounds: holds ${heaps.map(({ held }) => inMegabytes(held)).join(', ')} MB; process ${heaps.map((each) => inMegabytes(each.process)).join(', ')} MB`,
      );
      const ratio = (heaps.at(-1)?.held ?? 0) / (heaps[0]?.held ?? 1);
      if (ratio > FLAT) tally.breach('untrue', `memory grew to ${ratio.toFixed(2)} of the start`);
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
      client.close();
      await backend.close();
      await world.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
