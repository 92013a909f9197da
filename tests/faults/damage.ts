import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '../../electron/journal/open-journal.ts';
import { setStep } from '../unit/shared/plan/steps.ts';
import { deadline, type FaultSuite, type Random, randomFrom, Tally } from './suite.ts';

const KEY = Buffer.alloc(32, 5);
const open = (file: string) => openJournal({ file, key: KEY, now: () => new Date() });

/** A folder with a journal of `rows` appends, and whether its log was still there when it was left. */
interface Sound {
  readonly folder: string;
  readonly rows: number;
}

const append = (journal: ReturnType<typeof open>, n: number, random: Random): void => {
  const cells = random.next() < 0.2 ? 200 : 1;
  journal.append(
    setStep(
      Array.from(
        { length: cells },
        (_, i) => [`["${n}"]`, `c${i}`, null, `text ${n} ${random.below(1e9)}`] as const,
      ),
    ),
  );
};

/** Writes a journal and leaves it as it is after closing (all in the file) or after a crash (much in the log). */
const writeSound = (home: string, random: Random, crash: boolean): Sound => {
  const folder = mkdtempSync(join(home, 'sound-'));
  const file = join(folder, 'journal.db');
  const rows = 20 + random.below(200);
  let journal = open(file);
  for (let n = 0; n < rows; n++) {
    append(journal, n, random);
    if (random.next() < 0.01) {
      journal.close();
      journal = open(file);
    }
  }
  if (!crash) {
    journal.close();
    return { folder, rows };
  }
  // What lies on the disk while the program runs is what a crash leaves.
  const left = mkdtempSync(join(home, 'crashed-'));
  copyAll(folder, left);
  journal.close();
  return { folder: left, rows };
};

const copyAll = (from: string, to: string): void => {
  for (const name of ['journal.db', 'journal.db-wal', 'journal.db-key-check'])
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
};

interface Damage {
  readonly name: string;
  /** A log that only ends earlier looks like one that was never longer. */
  readonly silent?: boolean;
  readonly of: 'journal.db' | 'journal.db-wal';
  do(file: string, random: Random): void;
}

const flip = (file: string, at: number, bytes: number, random: Random): void => {
  const held = readFileSync(file);
  for (let i = at; i < Math.min(held.length, at + bytes); i++)
    held[i] = (held[i] ?? 0) ^ (1 + random.below(255));
  writeFileSync(file, held);
};
const anywhere = (file: string, random: Random): number => random.below(statSync(file).size);

const DAMAGES: readonly Damage[] = [
  { name: 'cut', of: 'journal.db', do: (file, random) => truncateSync(file, anywhere(file, random)) },
  {
    name: 'a byte flipped',
    of: 'journal.db',
    do: (file, random) => flip(file, anywhere(file, random), 1, random),
  },
  {
    name: 'a sector overwritten',
    of: 'journal.db',
    do: (file, random) => flip(file, anywhere(file, random), 512, random),
  },
  {
    name: 'first page flipped',
    of: 'journal.db',
    do: (file, random) => flip(file, random.below(4096), 8, random),
  },
  {
    name: 'log cut',
    of: 'journal.db-wal',
    silent: true,
    do: (file, random) => truncateSync(file, anywhere(file, random)),
  },
  {
    name: 'log flipped',
    of: 'journal.db-wal',
    do: (file, random) => flip(file, anywhere(file, random), 1, random),
  },
  {
    name: 'log head flipped',
    of: 'journal.db-wal',
    do: (file, random) => flip(file, random.below(32), 4, random),
  },
  {
    name: 'log sector overwritten',
    of: 'journal.db-wal',
    do: (file, random) => flip(file, anywhere(file, random), 512, random),
  },
];

/** Journals are cut and flipped at random places; what opens must be a run of entries from the first, and the rest must be told. */
export const damageSuite: FaultSuite = {
  name: 'damage',
  about:
    'a damaged journal opens with the run of entries that can be read, puts the file aside and tells what is missing',
  mutant: 'that does not tell of a recovery',
  run: async ({ seed, seconds, mutant = false }) => {
    const tally = new Tally();
    const random = randomFrom(seed);
    const home = mkdtempSync(join(tmpdir(), 'writ-damage-'));
    const left = deadline(seconds);

    const check = ({ folder, rows }: Sound, { name, of, silent = false, do: harm }: Damage): void => {
      const file = join(folder, 'journal.db');
      const target = join(folder, of);
      if (!existsSync(target) || statSync(target).size === 0) return;
      tally.runs++;
      harm(target, random);
      const damaged = readFileSync(target);
      const place = `${name}, ${rows} rows`;
      let journal: ReturnType<typeof open>;
      try {
        journal = open(file);
      } catch (error) {
        tally.breach('lost', `${place}: cannot be opened: ${error}`);
        return;
      }
      const recovery = mutant ? null : journal.recovery;
      const kept = journal.pending('plan').size;
      for (let n = 0; n < kept; n++)
        if (!journal.pending('plan').has(`["${n}"]`)) {
          tally.breach('lost', `${place}: row ${n} is missing before the last of ${kept}`);
          break;
        }
      const missing = rows - kept;
      // The last change of a log may be one that never ended, and is then nothing that was acknowledged. A sector can lie in
      // the end of one frame and the head of the next: nothing valid follows, as if both had never ended.
      const unended = of === 'journal.db' ? 0 : name.includes('sector') ? 2 : 1;
      if (missing > unended && !silent && recovery === null)
        tally.breach('untrue', `${place}: ${missing} rows are gone and nothing is said`);
      if (recovery !== null) {
        if (recovery.entries !== kept)
          tally.breach('untrue', `${place}: ${recovery.entries} said to be kept, ${kept} are`);
        // The head of a frame may be what was damaged, and with it the mark that a transaction ended there.
        const off = Math.abs((recovery.lost ?? missing) - missing);
        if (off > unended)
          tally.breach('untrue', `${place}: ${recovery.lost} said to be lost, ${missing} are`);
        const aside =
          recovery.movedTo === null ? '' : `${recovery.movedTo}${of === 'journal.db' ? '' : '-wal'}`;
        if (!existsSync(aside) || !readFileSync(aside).equals(damaged))
          tally.breach('lost', `${place}: the damaged file was not kept as it was`);
      }
      append(journal, 9_999, random);
      journal.close();
      const again = open(file);
      if (again.recovery !== null || again.pending('plan').size !== kept + 1)
        tally.breach('lost', `${place}: what was kept is not there the next time`);
      again.close();
    };

    try {
      do {
        for (const crash of [false, true]) {
          const sound = writeSound(home, random, crash);
          for (const damage of DAMAGES) {
            if (crash && damage.of === 'journal.db') continue;
            const folder = mkdtempSync(join(home, 'damaged-'));
            copyAll(sound.folder, folder);
            check({ folder, rows: sound.rows }, damage);
            rmSync(folder, { recursive: true });
          }
        }
      } while (left() && (!mutant || tally.clean));
      return tally.result('damage', seed, DAMAGES.length);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
};
