import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openJournal } from '../../electron/journal/open-journal.ts';

const KEY = Buffer.alloc(32, 9);
const WRITER = join(import.meta.dirname, 'journal-writer.ts');
const seed = Number(process.env.WRIT_SEED ?? randomInt(2 ** 31));
const seconds = Number(process.env.WRIT_FAULT_SECONDS ?? 3);

/** mulberry32: the same numbers for the same seed. */
const numbers = (from: number) => {
  let state = from;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Lets the writer append until `milliseconds` after its first answer, kills it and tells the last acknowledged number. */
const writeAndKill = async (
  file: string,
  from: number,
  paste: number,
  milliseconds: number,
): Promise<number> => {
  const writer = spawn(process.execPath, [WRITER, file, KEY.toString('hex'), String(from), String(paste)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  writer.stdout.setEncoding('latin1').on('data', (chunk: string) => {
    if (text === '') setTimeout(() => writer.kill('SIGKILL'), milliseconds);
    text += chunk;
  });
  writer.on('close', () => resolve());
  await ended;
  expect(writer.signalCode).toBe('SIGKILL');
  // A line without its end was not acknowledged.
  const lines = text.split('\n').slice(0, -1);
  return Number(lines.at(-1) === 'ready' ? from - 1 : lines.at(-1));
};

/** Rows pending after the writer's steps `from` to `last`, by its own rules, on top of `before`. */
const expectedRows = (
  before: ReadonlySet<string>,
  from: number,
  last: number,
  paste: number,
): Set<string> => {
  const rows = new Set(before);
  for (let n = from; n <= last; n++) {
    if (n % 10 === 7) rows.delete(`["${n - 1}","0"]`);
    else if (n % 10 === 8) rows.add(`["${n - 2}","0"]`);
    else for (let i = 0; i < (n % 10 === 3 ? paste : 1); i++) rows.add(`["${n}","${i}"]`);
  }
  return rows;
};

const same = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((row) => b.has(row));

describe(`kill -9 while the journal is written (seed ${seed})`, () => {
  test('loses no acknowledged edit and leaves no journal unreadable', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'writ-kill-'));
    const random = numbers(seed);
    const until = performance.now() + seconds * 1000;
    let kills = 0;
    let edits = 0;
    try {
      while (performance.now() < until || kills < 6) {
        const file = join(folder, `journal-${kills}.db`);
        const paste = Math.floor(random() * 3_000) + 1;
        let from = 0;
        let before: ReadonlySet<string> = new Set();
        // The same journal is killed several times: recovering the log is part of what can be cut off.
        for (let round = 0; round < 3; round++) {
          const last = await writeAndKill(file, from, paste, Math.floor(random() * 300));
          kills++;
          const journal = openJournal({ file, key: KEY, now: () => new Date() });
          const rows = new Set(journal.pending('plan').keys());
          const { recovery } = journal;
          journal.close();
          expect(recovery).toBeNull();
          // The step under way when the process died may be there or not, but only whole.
          const whole = [last, last + 1].some((end) => same(expectedRows(before, from, end, paste), rows));
          expect(whole, `kill ${kills}, last acknowledged ${last}`).toBe(true);
          edits += last + 1 - from;
          before = rows;
          from = (Math.floor((last + 1) / 10) + 1) * 10;
        }
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    console.info(`${kills} kills, ${edits} acknowledged appends, none lost (seed ${seed})`);
    expect(kills).toBeGreaterThan(3);
  });
});
