import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ImportSettings } from '../../shared/contract/exchange.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import { PLAIN_QUERY } from '../../shared/model/view.ts';
import { deleting, setting, type TestClient } from '../support/backend-client.ts';
import { openWorld, rowsOf, SHEET, SOURCE, submit, type World } from './backend-world.ts';

let world: World;
let ann: TestClient;

beforeAll(async () => {
  world = await openWorld();
  await world.admin.query(`update plan.line set memo = case month when 1 then '=1+1' when 2 then '' end`);
}, 60_000);
afterAll(() => world?.close());

beforeEach(async () => {
  ann?.close();
  ann = await world.signedIn('ann');
  await ann.call('sheets.open', { source: SOURCE });
  await ann.call('edits.discard', { sheet: SHEET });
  await rowsOf(ann);
  ann.forget();
});

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const read = (bytes: Uint8Array<ArrayBuffer>, name = 'plan.csv'): Promise<OutputOf<'imports.read'>> =>
  ann.call('imports.read', { sheet: SHEET, task: randomUUID(), name, bytes });

const settingsOf = (
  file: Pick<OutputOf<'imports.read'>, 'mapping'>,
  given: Partial<ImportSettings> = {},
): ImportSettings => ({
  mapping: file.mapping,
  key: ['center', 'month'],
  mode: 'update',
  empty: 'clear',
  ...given,
});

const check = async (text: string | Uint8Array<ArrayBuffer>, given: Partial<ImportSettings> = {}) => {
  const file = await read(typeof text === 'string' ? bytesOf(text) : text);
  const settings = settingsOf(file, given);
  const held = { sheet: SHEET, import: file.import, settings };
  const answer = await ann.call('imports.check', { ...held, task: randomUUID() });
  return { ...answer, held, file };
};

const apply = async (text: string, given: Partial<ImportSettings> = {}) => {
  const { held, counts } = await check(text, given);
  return ann.call('imports.apply', { ...held, counts, task: randomUUID() });
};

const exported = async (
  format: 'csv' | 'xlsx',
  columns: readonly string[] = ['center', 'month', 'amount', 'memo', 'doubled', 'owner'],
  range?: { start: number; end: number },
) => {
  const { view } = await ann.call('rows.view', { sheet: SHEET, query: PLAIN_QUERY });
  const what = { kind: 'rows' as const, view, columns: [...columns], ...(range ? { range } : {}) };
  return ann.call('exports.sheet', { sheet: SHEET, task: randomUUID(), format, what });
};

test('a file updates rows by their key: one step for every window, one undo', async () => {
  const other = await world.signedIn('ann');
  await other.call('sheets.open', { source: SOURCE });
  const { counts } = await apply('Center;Month;Amount\nC1;1;1.234,50\nParis;2;7,25\nC1;3;300,00\n');
  expect(counts).toMatchObject({ lines: 3, update: 2, add: 0, unchanged: 1, refused: 0, cells: 2 });
  for (const window of [ann, other]) {
    const { delta } = await window.heard('pending.changed');
    expect(delta.rows.map(({ row }) => row)).toEqual(['["C1","1"]', '["C2","2"]']);
    expect(delta.counts).toMatchObject({ cells: 2, updated: 2, undo: 'Import plan.csv' });
  }
  const undone = await ann.call('edits.undo', { sheet: SHEET });
  expect(undone.counts).toMatchObject({ cells: 0, updated: 0, inserted: 0 });
  other.close();
});

test('adding takes new keys only, both modes together take every line, and what was taken can be submitted', async () => {
  const text = 'center,month,amount\nC1,7,1.00\nC2,1,2.00\n';
  const added = await check(text, { mode: 'add' });
  expect(added.counts).toMatchObject({ add: 1, update: 0, refused: 1 });
  expect(added.refusals).toEqual([
    { line: 3, column: null, message: 'A row with this key is in the sheet already.' },
  ]);
  const updated = await check(text, { mode: 'update' });
  expect(updated.counts).toMatchObject({ add: 0, update: 1, refused: 1 });
  await apply(text, { mode: 'both' });
  // The same file once more finds the rows it added, though they are not written yet.
  expect((await check(text, { mode: 'both' })).counts).toMatchObject({ unchanged: 2, add: 0, update: 0 });
  expect(await submit(ann)).toMatchObject({ kind: 'committed', rows: 2 });
  const { rows } = await world.admin.query(
    `select amount::text, memo from plan.line where (center, month) in (('C1', 7), ('C2', 1)) order by 1`,
  );
  expect(rows.map(({ amount }) => amount)).toEqual(['1.00', '2.00']);
  await world.admin.query(`delete from plan.line where month = 7`);
});

test('every refused line names its line, column and reason; the others are taken', async () => {
  const text = [
    'Center,Month,Amount,Memo,Doubled',
    'C1,1,x,,', // no number
    'C1,2,12.345,,', // a decimal place too many
    'C1,3,,,', // a value is needed
    'C9,4,1,,', // no such centre
    'C1,5,5.00,this memo is too long to be kept,', // over 20 characters
    'C1,6,6.00,,99', // a computed column
    'C2,1,1.00,,',
    'C2,1,2.00,,', // the same row twice
    'C2,2,8.00,ok,400.00',
    '',
  ].join('\n');
  const { counts, refusals, held } = await check(text);
  expect(counts).toMatchObject({ lines: 9, update: 1, refused: 8, cells: 2 });
  expect(refusals.map(({ line, column }) => [line, column])).toEqual([
    [2, 'Amount'],
    [3, 'Amount'],
    [4, 'Amount'],
    [5, 'Center'],
    [6, 'Memo'],
    [7, 'Doubled'],
    [8, null],
    [9, null],
  ]);
  expect(refusals[3]?.message).toBe('There is no entry "C9" in Center.');
  expect(refusals[6]?.message).toBe('Line 9 means the same row.');
  const file = await ann.call('imports.refused', { ...held, task: randomUUID() });
  const lines = textOf(file.bytes).split('\r\n');
  expect(lines[0]).toBe('Center,Month,Amount,Memo,Doubled,Line,Not taken because');
  expect(lines[1]).toMatch(/^C1,1,x,,,2,"Amount: ""x"" is not a number/);
  expect(file).toMatchObject({ fileName: 'plan-refused.csv', rows: 8 });
  const taken = await ann.call('imports.apply', { ...held, counts, task: randomUUID() });
  expect(taken.counts.update).toBe(1);
});

test('a dry run that no longer holds is not applied', async () => {
  const { held, counts } = await check('Center,Month,Amount\nC1,1,5.00\n');
  await ann.call('edits.append', { step: setting(SHEET, 'amount', [['["C1","1"]', '100.00', '5.00']]) });
  const applying = { ...held, counts, task: randomUUID() };
  expect(await ann.refusal('imports.apply', applying)).toBe('conflict import-changed');
});

test('a row without rights and one marked for deletion are refused with the reason', async () => {
  await ann.call('edits.append', {
    step: deleting(SHEET, '["C1","1"]', { center: 'C1', month: '1', amount: '100.00' }),
  });
  const { refusals } = await check('Center,Month,Amount\nC1,1,5.00\n');
  expect(refusals[0]?.message).toMatch(/marked for deletion/);
  await world.admin.query('revoke update (amount), update on plan.line from ben');
  const ben = await world.signedIn('ben');
  await ben.call('sheets.open', { source: SOURCE });
  const task = randomUUID();
  const file = await ben.call('imports.read', {
    ...{ sheet: SHEET, task, name: 'a.csv' },
    bytes: bytesOf('Center,Month,Amount\nC1,2,5.00\nC2,9,5.00\n'),
  });
  const settings = settingsOf(file, { mode: 'both' });
  const answer = await ben.call('imports.check', { sheet: SHEET, import: file.import, task, settings });
  expect(answer.counts).toMatchObject({ update: 0, add: 1, refused: 1 });
  expect(answer.refusals[0]).toMatchObject({ line: 2, column: 'Amount' });
  await world.admin.query('grant update on plan.line to ben');
  ben.close();
});

test('an ambiguous number is asked about, never guessed', async () => {
  const file = await read(bytesOf('Center;Month;Amount\nC1;1;1.234\n'));
  const held = { sheet: SHEET, import: file.import, task: randomUUID() };
  const asking = { ...held, settings: settingsOf(file) };
  expect(await ann.refusal('imports.check', asking)).toBe('invalid import-ambiguous');
  const comma = await ann.call('imports.check', { ...held, settings: settingsOf(file, { decimal: ',' }) });
  expect(comma.counts.update).toBe(1);
  const point = await ann.call('imports.check', { ...held, settings: settingsOf(file, { decimal: '.' }) });
  expect(point.refusals[0]?.message).toMatch(/3 decimal places/);
});

for (const format of ['csv', 'xlsx'] as const) {
  test(`what is exported as ${format}, pending edits included, changes nothing when it is taken in`, async () => {
    await ann.call('edits.append', { step: setting(SHEET, 'amount', [['["C1","4"]', '400.00', '-0.10']]) });
    await ann.call('edits.append', { step: setting(SHEET, 'memo', [['["C1","5"]', null, '@SUM(A1)']]) });
    const file = await exported(format);
    expect(file).toMatchObject({ fileName: `plan.line-view.${format}`, rows: 12 });
    if (format === 'csv') {
      const lines = textOf(file.bytes).split('\r\n');
      expect(lines[1]).toBe("C1,1,100.00,'=1+1,200.00,ann");
      expect(lines[4]).toBe('C1,4,-0.10,,800.00,ann');
    }
    const back = await check(file.bytes as Uint8Array<ArrayBuffer>, { mode: 'both' });
    expect(back.counts).toEqual({
      ...{ lines: 12, update: 0, add: 0, unchanged: 12, refused: 0 },
      ...{ cells: 0, cleared: 0, warnings: 0, needReason: 0 },
    });
  });
}

test('a selection keeps its rows and columns; pending changes come one a line', async () => {
  const selection = await exported('csv', ['month', 'amount'], { start: 1, end: 3 });
  expect(textOf(selection.bytes)).toBe('Month,Amount\r\n2,200.00\r\n3,300.00\r\n');
  await ann.call('edits.append', { step: setting(SHEET, 'memo', [['["C1","4"]', null, '=x']]) });
  await ann.call('edits.append', { step: deleting(SHEET, '["C1","6"]', { amount: '600.00' }) });
  const what = { kind: 'pending' as const };
  const task = randomUUID();
  const pending = await ann.call('exports.sheet', { sheet: SHEET, task, format: 'csv', what });
  expect(textOf(pending.bytes)).toBe(
    "Center,Month,Change,Column,Before,After,Reason\r\nC1,4,Update,Memo,,'=x,\r\nC1,6,Delete,,,,\r\n",
  );
  expect((await exported('csv')).rows).toBe(11);
});

test('a broken file names its line, and reading it can be cancelled; nothing is changed', async () => {
  const task = randomUUID();
  const broken = bytesOf('Center,Month\nC1,1\nC1,"2\n');
  const call = ann.call('imports.read', { sheet: SHEET, task, name: 'a.csv', bytes: broken });
  await expect(call).rejects.toThrow(/^Line 3 /);
  const lines = Array.from({ length: 60_000 }, (_, i) => `C1,${i},1.00`).join('\n');
  const reading = ann.refusal('imports.read', {
    ...{ sheet: SHEET, task, name: 'a.csv' },
    bytes: bytesOf(`Center,Month,Amount\n${lines}\n`),
  });
  await ann.call('exchange.cancel', { task });
  expect(await reading).toBe('cancelled cancelled');
});
