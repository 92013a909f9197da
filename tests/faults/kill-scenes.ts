import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '../../electron/journal/open-journal.ts';
import { mixOf, PASTE, stateOf } from './journal-mix.ts';

export const NOW = '2026-01-02T03:04:05Z';
const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'journals');
const KEY = Buffer.alloc(32, 9);
const PAGE = 4096;

/** What a writer finds and does before it is killed. */
export interface Scene {
  readonly name: string;
  readonly key: Buffer;
  /** Makes what lies there when the writer starts. */
  prepare(file: string): void;
  /** The mix it replays. */
  readonly seed: number;
  readonly length: number;
  readonly first: number;
  /** Whether what lies there is damaged, so that a recovery has to be told. */
  readonly damaged: boolean;
}

const SIDES = ['', '-wal', '-key-check'];

/** Every file a journal may have beside it, as the operating system sees them. */
export const filesOf = (file: string): string[] => {
  const aside = `${file}.damaged-${new Date(NOW).toISOString().replace(/[:.]/g, '-')}`;
  const databases = [file, `${file}.rebuilt`, aside];
  const notes = [`${file}-key-check`, `${file}-wal-damaged`, `${file}.recovered`];
  return [
    ...databases.flatMap((each) => [each, `${each}-wal`, `${each}-journal`, `${each}-shm`]),
    ...notes.flatMap((each) => [each, `${each}-new`]),
  ];
};

export const openScene = (scene: Scene, file: string) =>
  openJournal({ file, key: scene.key, now: () => new Date(NOW) });

/** What an unharmed journal holds after each operation of the writer; the first entry is what it holds when it is opened. */
export const statesOf = (scene: Scene, file: string): readonly string[] => {
  scene.prepare(file);
  const journal = openScene(scene, file);
  const states = [stateOf(journal)];
  for (const operation of mixOf(scene.seed, scene.length, PASTE, scene.first)) {
    operation(journal);
    states.push(stateOf(journal));
  }
  journal.close();
  return states;
};

/** A new profile: the file is made, and work goes on in it. */
export const freshScene = (seed: number, length: number): Scene => ({
  ...{ name: `mix ${seed}`, key: KEY, seed, length, first: 0, damaged: false },
  prepare: () => {},
});

const copyTo = (from: string, file: string): void => {
  for (const side of SIDES) if (existsSync(from + side)) copyFileSync(from + side, file + side);
};

/** Leaves a journal in `folder` as a crash does (much of it in its log), or as it is after it was closed; answers the file. */
const leave = (folder: string, seed: number, length: number, closed: boolean): string => {
  const work = join(folder, `work-${seed}-${closed}.db`);
  const left = join(folder, `left-${seed}-${closed}.db`);
  const journal = openJournal({ file: work, key: KEY, now: () => new Date(NOW) });
  for (const operation of mixOf(seed, length)) operation(journal);
  if (closed) journal.close();
  copyTo(work, left);
  if (!closed) journal.close();
  return left;
};

const flip = (file: string, at: number): void => {
  const held = readFileSync(file);
  held[at] = (held[at] ?? 0) ^ 0xff;
  writeFileSync(file, held);
};

/**
 * Journals as they may lie there: of an earlier run that crashed, of an earlier format, damaged in the file, in its log, in
 * both, or gone. `folder` keeps what they are copied from.
 */
export const foundScenes = (folder: string, seed: number, length: number): readonly Scene[] => {
  const crashed = leave(folder, seed, length, false);
  const closed = leave(folder, seed, 2 * length, true);
  const found = { key: KEY, seed: seed + 1, first: 1_000, length: 2 };
  const middle = Math.floor(readFileSync(closed).length / PAGE / 2) * PAGE + 100;
  const half = Math.floor(readFileSync(`${crashed}-wal`).length / 2);
  return [
    { ...found, name: 'after a crash', damaged: false, prepare: (file) => copyTo(crashed, file) },
    {
      ...{ ...found, key: Buffer.alloc(32, 1) },
      ...{ name: 'of format 1', damaged: false },
      prepare: (file) => copyFileSync(join(FIXTURES, 'format-1.db'), file),
    },
    {
      ...{ ...found, name: 'damaged', damaged: true },
      prepare: (file) => {
        copyTo(closed, file);
        flip(file, middle);
      },
    },
    {
      ...{ ...found, name: 'with a damaged log', damaged: true },
      prepare: (file) => {
        copyTo(crashed, file);
        flip(`${file}-wal`, half);
      },
    },
    {
      ...{ ...found, name: 'emptied, with a log', damaged: true },
      prepare: (file) => {
        copyTo(crashed, file);
        truncateSync(file, 0);
      },
    },
  ];
};
