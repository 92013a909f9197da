import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { straceMissing, type TracedCall, traceProgram } from '../support/strace.ts';
import { stateOf } from './journal-mix.ts';
import { filesOf, foundScenes, freshScene, openScene, type Scene, statesOf } from './kill-scenes.ts';
import { deadline, type FaultSuite, randomFrom, skippedResult, Tally } from './suite.ts';

const WRITER = join(import.meta.dirname, 'journal-mix-writer.ts');
const LENGTH = 14;
const ENOUGH = 5;
/** Mixes of a pass over all points. */
const MIXES = 3;
const LANES = 2;
/** Everything that takes a file's name or descriptor. */
const EVERY_CALL = ['%file', '%desc'];

const acknowledgedIn = (file: string): number =>
  existsSync(`${file}-acknowledged`) ? readFileSync(`${file}-acknowledged`).length : 0;

interface Writing {
  readonly calls: readonly string[];
  readonly files: readonly string[];
  readonly mutant?: string;
  readonly inject?: string;
}

const runWriter = ({ key, seed, length, first }: Scene, file: string, writing: Writing) => {
  const { calls, files, mutant = '', inject } = writing;
  const args = [file, key.toString('hex'), String(seed), String(length), String(first), mutant];
  return traceProgram(WRITER, args, { files, calls, ...(inject === undefined ? {} : { inject }) });
};

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

/** One call of the operating system at which the writer of a scene is killed. */
interface Point {
  readonly scene: Scene;
  readonly states: readonly string[];
  readonly name: string;
  readonly when: number;
}

/** The journal's writer is killed at its n-th call of the operating system, for every n. */
export const killSuite: FaultSuite = {
  name: 'kill',
  about:
    'a journal whose writer is killed at any call to the disk keeps every acknowledged edit and stays readable',
  mutant: 'that acknowledges before it has written',
  run: async ({ seed, seconds, whole = false, mutant = false, part = { index: 1, of: 1 }, onProgress }) => {
    const missing = straceMissing();
    if (missing !== null) return skippedResult('kill', seed, missing);
    const tally = new Tally();
    const random = randomFrom(seed);
    const folder = mkdtempSync(join(tmpdir(), 'writ-kill-'));
    let files = 0;
    const nextFile = (): string => join(folder, `journal-${files++}.db`);

    const check = (scene: Scene, file: string, states: readonly string[], place: string): void => {
      const acknowledged = acknowledgedIn(file);
      let held: string;
      try {
        const journal = openScene(scene, file);
        const { recovery } = journal;
        if (!scene.damaged && recovery !== null)
          tally.breach('lost', `${place}: ${JSON.stringify(recovery)}`);
        if (scene.damaged && recovery === null && !existsSync(`${file}-told`))
          tally.breach('untrue', `${place}: nobody is told what was lost`);
        if (recovery !== null && recovery.movedTo !== null && !existsSync(recovery.movedTo))
          tally.breach('untrue', `${place}: ${recovery.movedTo} is not there`);
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

    /** Every call a writer makes that nobody kills. */
    const pointsOf = async (scene: Scene): Promise<readonly Point[]> => {
      const states = statesOf(scene, nextFile());
      const file = nextFile();
      scene.prepare(file);
      const { calls } = await runWriter(scene, file, { files: filesOf(file), calls: EVERY_CALL });
      check(scene, file, states, `${scene.name}, not killed`);
      const counts = new Map<string, number>();
      for (const { name } of calls) counts.set(name, (counts.get(name) ?? 0) + 1);
      return [...counts].flatMap(([name, count]) =>
        Array.from({ length: count }, (_, n) => ({ scene, states, name, when: n + 1 })),
      );
    };

    const checkFlushed = async (scene: Scene, as: string): Promise<boolean> => {
      const file = nextFile();
      scene.prepare(file);
      const { calls } = await runWriter(scene, file, {
        files: [...filesOf(file), `${file}-acknowledged`],
        calls: ['openat', 'pwrite64', 'fsync', 'fdatasync', 'write'],
        mutant: as,
      });
      return hastyAcknowledgements(calls, file) === 0;
    };

    /** Answers whether the writer was killed there. */
    const killAt = async ({ scene, states, name, when }: Point): Promise<boolean> => {
      const file = nextFile();
      scene.prepare(file);
      const place = `${scene.name}, killed at ${name} ${when}`;
      const { signal } = await runWriter(scene, file, {
        files: filesOf(file),
        calls: [name],
        inject: `${name}:signal=KILL:when=${when}`,
        ...(mutant ? { mutant: 'hasty' } : {}),
      });
      if (signal !== 'SIGKILL') return false;
      // Killed once more while it recovers.
      if (random.next() < 0.2) {
        const call = random.pick(['pwrite64', 'pread64', 'rename', 'unlink']);
        const again = `${call}:signal=KILL:when=${1 + random.below(6)}`;
        await runWriter({ ...scene, length: 0 }, file, {
          files: filesOf(file),
          calls: [call],
          inject: again,
        });
      }
      check(scene, file, states, place);
      for (const each of [...filesOf(file), `${file}-acknowledged`, `${file}-told`])
        rmSync(each, { force: true });
      return true;
    };

    try {
      const fresh = freshScene(seed, LENGTH);
      if (mutant && (await checkFlushed(fresh, 'unflushed'))) return tally.result('kill', seed, 0);
      const mixes = Array.from({ length: whole ? MIXES : 1 }, (_, n) => freshScene(seed + n, LENGTH));
      const scenes = [...mixes, ...(mutant ? [] : foundScenes(folder, seed, LENGTH))];
      for (const scene of whole ? mixes : [fresh])
        if (!(await checkFlushed(scene, '')))
          tally.breach('lost', `${scene.name}: acknowledged before the log was flushed`);
      const all: Point[] = [];
      const picked = whole || mutant ? scenes : random.shuffled(scenes).slice(0, 2);
      for (const scene of picked) all.push(...(await pointsOf(scene)));
      const own = all.filter((_, n) => n % part.of === part.index - 1);
      const queue = random.shuffled(own);
      const left = deadline(seconds);
      const goesOn = (): boolean => (mutant ? tally.clean && left() : whole || left() || tally.runs < ENOUGH);
      const lane = async (): Promise<void> => {
        for (let point = queue.pop(); point && goesOn(); point = queue.pop()) {
          // A call that a run happened not to make killed nobody and proves nothing.
          if (await killAt(point)) tally.runs++;
          onProgress?.({ tried: tally.runs, of: own.length });
        }
      };
      await Promise.all(Array.from({ length: whole ? LANES : 1 }, lane));
      tally.points = { tried: tally.runs, of: own.length };
      for (const { name } of whole ? scenes : [])
        tally.note(`${name}: ${own.filter(({ scene }) => scene.name === name).length} calls`);
      return tally.result('kill', seed, mutant ? 1 : ENOUGH);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
