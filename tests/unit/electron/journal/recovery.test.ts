import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3-multiple-ciphers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeDurable, openDatabase } from '../../../../electron/journal/database.ts';
import { took } from '../../../support/growth.ts';
import { setStep } from '../../shared/plan/steps.ts';
import { AT, asObject, codeOf, KEY, scratchJournal } from './scratch.ts';

let scratch: ReturnType<typeof scratchJournal>;
beforeEach(() => {
  scratch = scratchJournal();
});
afterEach(() => scratch.remove());

const ROWS = 400;
const fill = (): void => {
  const journal = scratch.open();
  for (let i = 0; i < ROWS; i++)
    journal.append(setStep([[`["${i}"]`, 'note', null, `text ${i} `.repeat(20)]]));
  journal.close();
};
const overwrite = (at: number): void => {
  const file = openSync(scratch.file, 'r+');
  writeSync(file, Buffer.from('damage'), 0, 6, at);
  closeSync(file);
};
const aside = `journal.db.damaged-${AT.replace(/[:.]/g, '-')}`;

describe('a damaged journal', () => {
  test.each([
    ['cut in half', () => truncateSync(scratch.file, statSync(scratch.file).size >> 1), 20],
    [
      'cut within its last page',
      () => truncateSync(scratch.file, statSync(scratch.file).size - 100),
      ROWS - 10,
    ],
    ['overwritten in the middle', () => overwrite((statSync(scratch.file).size >> 1) + 100), 20],
    ['overwritten in its first page', () => overwrite(500), 0],
    ['without its salt', () => overwrite(3), 0],
    ['shorter than a page', () => truncateSync(scratch.file, 100), 0],
    ['empty', () => truncateSync(scratch.file, 0), 0],
    ['gone', () => rmSync(scratch.file), 0],
    ['replaced by something else', () => writeFileSync(scratch.file, 'x'.repeat(20_000)), 0],
  ])('that is %s opens with the run of entries that can be read', (_name, damage, atLeast) => {
    fill();
    damage();
    const damaged = existsSync(scratch.file) ? readFileSync(scratch.file) : null;
    const journal = scratch.open();
    const { recovery } = journal;
    const rows = Object.keys(asObject(journal.pending('plan')));
    expect(recovery).not.toBeNull();
    expect(rows.length).toBe(recovery?.entries);
    expect(rows.length).toBeGreaterThanOrEqual(atLeast);
    expect(rows.length).toBeLessThan(ROWS);
    expect(new Set(rows)).toEqual(new Set(Array.from({ length: rows.length }, (_, i) => `["${i}"]`)));
    if (damaged) expect(readFileSync(join(scratch.folder, aside))).toEqual(damaged);
    journal.append(setStep([['["new"]', 'note', null, 'works']]));
    journal.close();
    const again = scratch.open();
    expect(again.recovery).toBeNull();
    expect(again.pending('plan').size).toBe(rows.length + 1);
    again.close();
  });

  test('keeps what is in the log when the machine stopped and the log is cut', () => {
    const journal = scratch.open();
    for (let i = 0; i < 50; i++) journal.append(setStep([[`["${i}"]`, 'a', '1', '2']]));
    const copy = `${scratch.file}-copy`;
    copyFileSync(scratch.file, copy);
    copyFileSync(`${scratch.file}-wal`, `${copy}-wal`);
    journal.close();
    renameSync(copy, scratch.file);
    renameSync(`${copy}-wal`, `${scratch.file}-wal`);
    truncateSync(`${scratch.file}-wal`, (statSync(`${scratch.file}-wal`).size >> 1) + 7);
    const cut = scratch.open();
    const kept = cut.pending('plan').size;
    expect(kept).toBeGreaterThan(15);
    expect(new Set(cut.pending('plan').keys())).toEqual(
      new Set(Array.from({ length: kept }, (_, i) => `["${i}"]`)),
    );
    cut.close();
  });

  test('is recovered to the end when that was cut off between the two renames', () => {
    fill();
    renameSync(scratch.file, `${scratch.file}.rebuilt`);
    const journal = scratch.open();
    expect(journal.recovery).toBeNull();
    expect(journal.pending('plan').size).toBe(ROWS);
    journal.close();
    expect(readdirSync(scratch.folder).sort()).toEqual(['journal.db', 'journal.db-key-check']);
  });

  test('is told at every opening until somebody has heard of it', () => {
    fill();
    overwrite((statSync(scratch.file).size >> 1) + 100);
    const untold = scratch.open();
    const { recovery } = untold;
    untold.close(false);
    const told = scratch.open();
    expect([recovery === null, told.recovery]).toEqual([false, recovery]);
    told.close();
    const again = scratch.open();
    expect(again.recovery).toBeNull();
    again.close();
  });

  test('with one entry that makes no sense keeps the others and says so', () => {
    fill();
    const db = openDatabase(scratch.file, KEY);
    const body = Buffer.concat([
      Buffer.of(0),
      Buffer.from('{"kind":"settle","batch":"?","outcome":"committed"}'),
    ]);
    db.prepare<[Buffer]>('INSERT INTO entry (body) VALUES (?)').run(body);
    db.close();
    const journal = scratch.open();
    expect(journal.recovery).toEqual({ movedTo: null, entries: ROWS, lost: 1 });
    expect(journal.pending('plan').size).toBe(ROWS);
    journal.close();
  });

  test('with an entry of an unknown form keeps those before it', () => {
    fill();
    const db = openDatabase(scratch.file, KEY);
    db.prepare<[Buffer]>('UPDATE entry SET body = ? WHERE seq = 300').run(Buffer.from([9, 1, 2]));
    db.close();
    const journal = scratch.open();
    expect(journal.recovery).toMatchObject({ entries: 299, lost: ROWS - 299 });
    journal.close();
  });
});

describe('the file', () => {
  test('is refused with another key and stays as it is', () => {
    fill();
    const before = readFileSync(scratch.file);
    expect(codeOf(() => scratch.open(Buffer.alloc(32, 8)))).toBe('denied journal-key-wrong');
    expect(readFileSync(scratch.file)).toEqual(before);
    const journal = scratch.open();
    expect(journal.pending('plan').size).toBe(ROWS);
    journal.close();
  });

  test('counts as locked with another key when nothing tells otherwise', () => {
    fill();
    rmSync(`${scratch.file}-key-check`);
    overwrite(500);
    expect(codeOf(() => scratch.open())).toBe('denied journal-key-wrong');
    expect(readdirSync(scratch.folder)).toEqual(['journal.db']);
  });

  test('holds no value in the clear, nor does its log', () => {
    const journal = scratch.open();
    journal.append(setStep([['["Kostenstelle"]', 'note', null, 'Gehaltsliste']]));
    for (const file of readdirSync(scratch.folder)) {
      const bytes = readFileSync(join(scratch.folder, file)).toString('latin1');
      for (const text of ['Gehalt', 'Kosten', 'SQLite format', 'CREATE TABLE'])
        expect(bytes).not.toContain(text);
      expect(statSync(join(scratch.folder, file)).mode & 0o077).toBe(0);
    }
    journal.close();
  });

  test('of a newer version is refused and stays as it is', () => {
    fill();
    const db = openDatabase(scratch.file, KEY);
    db.pragma('user_version=99');
    db.close();
    expect(codeOf(() => scratch.open())).toBe('unavailable journal-newer');
    expect(readdirSync(scratch.folder).sort()).toEqual(['journal.db', 'journal.db-key-check']);
  });

  test('is refused where it cannot have a log that is flushed', () => {
    const db = new Database(':memory:');
    expect(codeOf(() => makeDurable(db))).toBe('unavailable journal-not-durable');
    db.close();
  });

  test('flushes every commit, as read back', () => {
    const db = openDatabase(scratch.file, KEY);
    makeDurable(db);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    expect(db.pragma('locking_mode', { simple: true })).toBe('exclusive');
    db.close();
  });

  test('opens with its raw key, without deriving one anew', () => {
    scratch.open().close();
    const least = (work: () => void): number => Math.min(...Array.from({ length: 5 }, () => took(work)));
    const raw = least(() => openDatabase(scratch.file, KEY).close());
    const derived = least(() => {
      const db = new Database(`${scratch.file}.derived`);
      db.pragma(`cipher='sqlcipher'`);
      db.pragma('legacy=4');
      db.key(Buffer.from('a passphrase'));
      db.pragma('user_version=1');
      db.close();
    });
    expect(raw).toBeLessThan(derived / 2);
  });

  test('is refused to a second opening, in this process and in another, before anything is written', () => {
    scratch.open().close();
    const journal = scratch.open();
    expect(codeOf(() => scratch.open())).toBe('unavailable journal-in-use');
    const program = join(import.meta.dirname, 'open-program.ts');
    const second = spawnSync(process.execPath, [program, scratch.file], { encoding: 'utf8' });
    expect(second.stdout.trim()).toBe('unavailable journal-in-use');
    journal.append(setStep([['["1"]', 'a', '1', '2']]));
    journal.close();
    expect(spawnSync(process.execPath, [program, scratch.file], { encoding: 'utf8' }).stdout.trim()).toBe(
      '1 rows',
    );
  });
});
