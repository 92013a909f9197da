import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../../../electron/journal/database.ts';
import { RowStore } from '../../../../electron/sheets/row-store.ts';
import { openSnapshots } from '../../../../electron/snapshots/file-snapshots.ts';
import type { SheetFacts, Snapshots } from '../../../../electron/snapshots/snapshots.ts';
import type { AppError } from '../../../../shared/model/failure.ts';
import { definition } from '../sheets/sheet-fixture.ts';

const KEY = Buffer.alloc(32, 5);
const NOW = (): Date => new Date('2026-03-04T05:06:07Z');
const READ_AT = '2026-03-04T05:00:00.000Z';

const facts: SheetFacts = {
  definition,
  rights: {
    select: true,
    insert: true,
    delete: true,
    updateColumns: [],
    insertColumns: [],
    rowPolicies: false,
  },
  capabilities: { transactions: true, rowPolicies: true, governance: 'absent', outcomeProof: 'none' },
  policy: null,
};

let folder: string;
let file: string;
let open: Snapshots[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'writ-snapshots-'));
  file = join(folder, 'a.snapshots');
});

afterEach(() => {
  for (const each of open) each.close();
  open = [];
  rmSync(folder, { recursive: true, force: true });
});

const opened = (key = KEY, onTrouble: (failure: AppError) => void = () => {}): Snapshots => {
  const snapshots = openSnapshots({ file, key, now: NOW, onTrouble });
  open.push(snapshots);
  return snapshots;
};

type Row = readonly (string | null)[];

const chunk = (rows: readonly Row[]) => ({ rows, flags: new Uint8Array(rows.length).fill(3) });

const write = async (
  snapshots: Snapshots,
  chunks: readonly (readonly Row[])[],
  at = READ_AT,
): Promise<void> => {
  const writer = snapshots.begin('sheet', facts, 0);
  const store = new RowStore([0]);
  for (const rows of chunks) {
    const packed = store.append(chunk(rows));
    if (packed) writer.rows(packed);
  }
  await writer.finish(at);
};

const rowsIn = (snapshots: Snapshots): readonly Row[] | null => {
  const kept = snapshots.load('sheet');
  if (!kept) return null;
  const store = new RowStore([0]);
  for (const part of kept.parts) {
    if (part.kind === 'rows') store.appendPacked(part.chunk);
    else store.patch(part.keys, part.chunk);
  }
  const rows: Row[] = [];
  for (let i = 0; i < store.rows; i++)
    if (!store.isGone(i)) rows.push(definition.columns.map((_, c) => store.value(i, c)));
  return rows;
};

const FIRST: readonly (readonly Row[])[] = [
  [
    ['1', 'Zoë', '1.50', null],
    ['2', '\ud83d\ude00 \ud800', null, '2026-01-01'],
  ],
  [['3', '', '9'.repeat(300), null]],
];

test('rows come back as they were read, whatever their text, after the file was closed', async () => {
  const snapshots = opened();
  await write(snapshots, FIRST);
  snapshots.close();
  const again = opened();
  expect(rowsIn(again)).toEqual(FIRST.flat());
  expect(again.list()).toMatchObject([{ sheet: 'sheet', rows: 3, readAt: READ_AT, kept: false, slice: [] }]);
  expect(again.facts('sheet')).toEqual(facts);
  expect(readFileSync(file).includes('Zoë')).toBe(false);
});

test('a reading that was cut off leaves the one before, also when the program ended in between', async () => {
  const snapshots = opened();
  await write(snapshots, FIRST);
  const packed = new RowStore([0]).append(chunk([['7', null, null, null]]));
  if (!packed) throw new Error('Nothing was packed.');
  const cut = snapshots.begin('sheet', facts, 0);
  cut.rows(packed);
  cut.cancel();
  expect(rowsIn(snapshots)).toEqual(FIRST.flat());
  snapshots.begin('sheet', facts, 0).rows(packed);
  snapshots.close();
  const again = opened();
  expect(rowsIn(again)).toEqual(FIRST.flat());
  await write(again, [[['8', 'x', null, null]]]);
  expect(rowsIn(again)).toEqual([['8', 'x', null, null]]);
});

test('rows read again after a commit are part of what is kept', async () => {
  const snapshots = opened();
  await write(snapshots, FIRST);
  snapshots.patch('sheet', ['["1"]', '["3"]'], chunk([['1', 'changed', '2', null]]), 7);
  snapshots.close();
  expect(rowsIn(opened())).toEqual([['1', 'changed', '2', null], FIRST[0]?.[1]]);
});

test('a damaged file and a file of another key are put aside and told, and begin anew', async () => {
  await write(opened(), FIRST);
  open.at(-1)?.close();
  const other = opened(Buffer.alloc(32, 6));
  expect(other.notices()).toEqual([expect.stringContaining('moved to')]);
  expect(rowsIn(other)).toBeNull();
  await write(other, FIRST);
  other.close();
  writeFileSync(file, Buffer.alloc(8_192, 1));
  const third = opened(Buffer.alloc(32, 6));
  expect(third.notices()).toHaveLength(1);
  await write(third, FIRST);
  expect(rowsIn(third)).toEqual(FIRST.flat());
  expect(readdirSync(folder).filter((name) => name.includes('.damaged-')).length).toBeGreaterThan(0);
});

test('without a place to write nothing is kept, which is told once and stops nothing', async () => {
  const told: string[] = [];
  file = join(folder, 'missing', 'a.snapshots');
  const snapshots = opened(KEY, ({ code }) => told.push(code));
  await write(snapshots, FIRST);
  expect(rowsIn(snapshots)).toBeNull();
  expect(told).toEqual(['snapshot-unavailable']);
  expect(snapshots.notices()).toHaveLength(1);
});

test('what is kept of a sheet can be chosen, listed and removed', async () => {
  const snapshots = opened();
  snapshots.keep('sheet', true, [{ kind: 'equals', column: 'name', value: 'x' }]);
  await write(snapshots, FIRST);
  snapshots.keepLookup('sheet', 'name', [{ value: 'a', label: null }]);
  expect(snapshots.list()).toMatchObject([{ kept: true, rows: 3, slice: [{ value: 'x' }] }]);
  expect(snapshots.lookup('sheet', 'name')).toEqual([{ value: 'a', label: null }]);
  snapshots.remove('sheet');
  expect(snapshots.list()).toEqual([]);
  expect(rowsIn(snapshots)).toBeNull();
  expect(snapshots.lookup('sheet', 'name')).toBeNull();
});

test('where in the journal a reading began is kept with it; a file from before that was kept says that it is not known', async () => {
  const snapshots = opened();
  const writer = snapshots.begin('sheet', facts, 41);
  await writer.finish(READ_AT);
  snapshots.patch('sheet', ['["1"]'], chunk([['1', 'changed', '2', null]]), 43);
  const kept = snapshots.load('sheet');
  expect([kept?.read, [...(kept?.parts ?? [])]]).toMatchObject([41, [{ kind: 'patch', read: 43 }]]);
  snapshots.close();
  const db = openDatabase(file, KEY);
  db.exec('ALTER TABLE sheet DROP COLUMN read_entry; PRAGMA user_version = 1');
  db.close();
  expect(opened().load('sheet')).toMatchObject({ readAt: READ_AT, read: null });
});

test('rows read again after a commit, while another reading of the sheet is taken down, are part of that as well', async () => {
  const snapshots = opened();
  await write(snapshots, FIRST);
  const reading = snapshots.begin('sheet', facts, 2);
  // Read before the commit; another part of the table is still on its way.
  const packed = new RowStore([0]).append(chunk(FIRST.flat()));
  if (!packed) throw new Error('Nothing was packed.');
  reading.rows(packed);
  snapshots.patch('sheet', ['["1"]'], chunk([['1', 'written', '2', null]]), 5);
  await reading.finish(READ_AT);
  expect(rowsIn(snapshots)?.find(([id]) => id === '1')).toEqual(['1', 'written', '2', null]);

  // What the reading itself reads again later is newer.
  const again = snapshots.begin('sheet', facts, 6);
  again.rows(packed);
  snapshots.patch('sheet', ['["1"]'], chunk([['1', 'early', '2', null]]), 7);
  again.patch(['["1"]'], chunk([['1', 'late', '2', null]]), 8);
  await again.finish(READ_AT);
  expect(rowsIn(snapshots)?.find(([id]) => id === '1')).toEqual(['1', 'late', '2', null]);
  const cut = snapshots.begin('sheet', facts, 9);
  cut.cancel();
  snapshots.patch('sheet', ['["1"]'], chunk([['1', 'after', '2', null]]), 10);
  expect(rowsIn(snapshots)?.find(([id]) => id === '1')).toEqual(['1', 'after', '2', null]);
});
