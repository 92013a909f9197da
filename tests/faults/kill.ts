import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '../../electron/journal/open-journal.ts';
import { straceMissing, type TracedCall, traceProgram } from '../support/strace.ts';
import { mixOf, stateOf } from './journal-mix.ts';
import { deadline, type FaultSuite, randomFrom, skippedResult, Tally } from './suite.ts';

const KEY = Buffer.alloc(32, 9);
const WRITER = join(import.meta.dirname, 'journal-mix-writer.ts');
const LENGTH = 14;
const ENOUGH = 5;
const CALLS = [
  'openat',
  'pwrite64',
  'pread64',
  'fsync',
  'fdatasync',
  'ftruncate',
  'unlink',
  'rename',
  'fcntl',
];
const now = () => new Date('2026-01-02T03:04:05Z');
const at = (file: string) => openJournal({ file, key: KEY, now });

const filesOf = (file: string): string[] => [file, `${file}-wal`, `${file}-key-check`, `${file}-journal`];

/** What an unharmed journal holds after each operation of a mix; the first entry is the empty one. */
const statesOf = (folder: string, seed: number): readonly string[] => {
  const file = join(folder, `sound-${seed}.db`);
  const journal = at(file);
  const states = [stateOf(journal)];
  for (const operation of mixOf(seed, LENGTH)) {
    operation(journal);
    states.push(stateOf(journal));
  }
  journal.close();
  return states;
};

const acknowledgedIn = (file: string): number =>
  existsSync(`${file}-acknowledged`) ? readFileSync(`${file}-acknowledged`).length : 0;

const runWriter = (file: string, seed: number, length: number, mutant: string, inject?: string) =>
  traceProgram(WRITER, [file, KEY.toString('hex'), String(seed), String(length), mutant], {
    files: [...filesOf(file), `${file}-acknowledged`],
    calls: [...CALLS, 'write'],
    ...(inject === undefined ? {} : { inject }),
  });

/** Acknowledgements given while something written to the log was not flushed yet. */
const hastyAcknowledgements = (calls: readonly TracedCall[], file: string): number => {
  const log = calls.find(({ name, text }) => name === 'openat' && text.includes(`${file}-wal"`));
  const acks = calls.find(({ name, text }) => name === 'openat' && text.includes(`${file}-acknowledged"`));
  const fdOf = (call: TracedCall | undefined): string => / = (\d+)$/.exec(call?.text ?? '')?.[1] ?? '-';
  const [logFd, ackFd] = [fdOf(log), fdOf(acks)];
  let dirty = false;
  let hasty = 0;
  for (const { name, text } of calls) {
    if (name === 'pwrite64' && text.includes(`(${logFd},`)) dirty = true;
    if ((name === 'fsync' || name === 'fdatasync') && text.includes(`(${logFd})`)) dirty = false;
    if (name === 'write' && text.includes(`(${ackFd},`) && dirty) hasty++;
  }
  return hasty;
};

/** The journal's writer is killed at its n-th call of the operating system, for every n. */
export const killSuite: FaultSuite = {
  name: 'kill',
  about:
    'a journal whose writer is killed at any call to the disk keeps every acknowledged edit and stays readable',
  mutant: 'that acknowledges before it has written',
  run: async ({ seed, seconds, whole = false, mutant = false }) => {
    const missing = straceMissing();
    if (missing !== null) return skippedResult('kill', seed, missing);
    const tally = new Tally();
    const random = randomFrom(seed);
    const folder = mkdtempSync(join(tmpdir(), 'writ-kill-'));
    const left = deadline(seconds);
    let files = 0;

    const check = (file: string, states: readonly string[], place: string): void => {
      const acknowledged = acknowledgedIn(file);
      let held: string;
      try {
        const journal = at(file);
        if (journal.recovery !== null) tally.breach('lost', `${place}: ${JSON.stringify(journal.recovery)}`);
        held = stateOf(journal);
        journal.close();
      } catch (error) {
        tally.breach('lost', `${place}: unreadable: ${error}`);
        return;
      }
      // What was under way when the process died may be there or not, but only whole.
      if (held === states[acknowledged] || held === states[acknowledged + 1]) return;
      const found = states.indexOf(held);
      tally.breach(
        'lost',
        `${place}: ${acknowledged} acknowledged, holds ${found < 0 ? 'no state there was' : found}`,
      );
    };

    const runMix = async (mix: number): Promise<void> => {
      const states = statesOf(folder, mix);
      const sound = join(folder, `traced-${files++}.db`);
      const { calls } = await runWriter(sound, mix, LENGTH, '');
      check(sound, states, `mix ${mix}, not killed`);
      const hasty = hastyAcknowledgements(calls, sound);
      if (hasty > 0) tally.breach('lost', `mix ${mix}: ${hasty} acknowledged before the log was flushed`);
      const points = CALLS.flatMap((name) =>
        Array.from({ length: calls.filter((call) => call.name === name).length }, (_, n) => ({
          name,
          when: n + 1,
        })),
      );
      for (const { name, when } of random.shuffled(points)) {
        if (!left() && tally.runs >= ENOUGH && !whole) return;
        const file = join(folder, `killed-${files++}.db`);
        const place = `mix ${mix}, killed at ${name} ${when}`;
        const { signal } = await runWriter(
          file,
          mix,
          LENGTH,
          mutant ? 'hasty' : '',
          `${name}:signal=KILL:when=${when}`,
        );
        // A call that a run happened not to make killed nobody and proves nothing.
        if (signal !== 'SIGKILL') continue;
        // Killed once more while it recovers.
        if (random.next() < 0.2)
          await runWriter(
            file,
            mix,
            0,
            '',
            `${random.pick(['pwrite64', 'pread64'])}:signal=KILL:when=${1 + random.below(6)}`,
          );
        check(file, states, place);
        tally.runs++;
        if (mutant && !tally.clean) return;
      }
    };
    try {
      if (mutant) {
        const file = join(folder, 'unflushed.db');
        const { calls } = await runWriter(file, seed, LENGTH, 'unflushed');
        if (hastyAcknowledgements(calls, file) === 0) return tally.result('kill', seed, 0);
      }
      do await runMix(seed + tally.runs);
      while (left() && !(mutant && !tally.clean));
      return tally.result('kill', seed, mutant ? 1 : ENOUGH);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
