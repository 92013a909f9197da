import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { deleting, inserting, type TestClient } from '../support/backend-client.ts';
import { openWorld, PASSWORD, rowsOf, submit, type World } from './backend-world.ts';
import {
  BUDGET,
  BUDGET_SHEET,
  keyOf,
  makeBudget,
  openBudget,
  readAgain,
  sets,
  short,
  stateOf,
} from './merge-world.ts';

let world: World;
let ann: TestClient;

beforeAll(async () => {
  world = await openWorld();
  await makeBudget(world);
}, 60_000);
afterAll(() => world.close());
beforeEach(async () => {
  ann = await world.signedIn('ann');
  await openBudget(ann);
});
afterEach(async () => {
  await ann.call('edits.discard', { sheet: BUDGET_SHEET });
  ann.close();
});

const edit = (...edits: Parameters<typeof sets>[0]) => ann.call('edits.append', { step: sets(edits) });
const pending = async () => (await ann.call('sheets.open', { source: BUDGET })).pending.rows;
const decide = (decision: Parameters<typeof ann.call<'merge.decide'>>[1]['decision'], where = {}) =>
  ann.call('merge.decide', { sheet: BUDGET_SHEET, where, decision });

test('others’ changes elsewhere in the row, and the same change, ask nothing; both changed asks with base, mine and theirs', async () => {
  await edit(
    [1, 'amount', '10.00', '11.00'],
    [2, 'amount', '20.00', '21.00'],
    [3, 'amount', '30.00', '31.00'],
  );
  await world.admin.query(`update plan.budget set memo = 'other' where id = 1`);
  await world.admin.query('update plan.budget set amount = 21 where id = 2');
  await world.admin.query('update plan.budget set amount = 99 where id = 3');
  const state = await readAgain(ann);
  expect(state).toMatchObject({ rows: 1, settled: 1 });
  expect(short(state)).toEqual([`${keyOf(3)} changed amount 30.00/31.00/99.00`]);
  // The same change is dropped and told to the window.
  const { delta } = await ann.heard('pending.changed', (event) => event.delta.cleared.includes(keyOf(2)));
  expect(delta.counts).toMatchObject({ cells: 2, updated: 2 });

  // The row that needs a decision blocks only itself.
  const preview = await ann.call('batches.preview', { sheet: BUDGET_SHEET });
  expect([preview.counts.rows, preview.undecided]).toEqual([1, 1]);
  expect((await submit(ann, BUDGET_SHEET)).kind).toBe('committed');
  expect(
    (await world.admin.query('select amount::text a from plan.budget where id in (1, 2, 3) order by id'))
      .rows,
  ).toEqual([{ a: '11.00' }, { a: '21.00' }, { a: '99.00' }]);
  expect((await pending()).map(({ row }) => row)).toEqual([keyOf(3)]);

  // Kept, it is based on theirs and written; undo of the decision asks again.
  expect(await decide({ kind: 'mine' })).toMatchObject({ decided: 1, left: 0 });
  await ann.call('edits.undo', { sheet: BUDGET_SHEET });
  expect((await stateOf(ann)).rows).toBe(1);
  await ann.call('edits.redo', { sheet: BUDGET_SHEET });
  expect((await stateOf(ann)).rows).toBe(0);
  expect((await submit(ann, BUDGET_SHEET)).kind).toBe('committed');
  expect((await world.admin.query('select amount::text a from plan.budget where id = 3')).rows).toEqual([
    { a: '31.00' },
  ]);
});

test('a row deleted there is told from one that moved out of reach, and can be entered anew', async () => {
  await edit([4, 'amount', '40.00', '41.00'], [5, 'amount', '50.00', '51.00']);
  await world.admin.query('delete from plan.budget where id = 4');
  await world.admin.query(`update plan.budget set team = 'board' where id = 5`);
  const state = await readAgain(ann);
  expect(short(state)).toEqual([
    `${keyOf(4)} missing amount 40.00/41.00/undefined`,
    `${keyOf(5)} missing amount 50.00/51.00/undefined`,
  ]);
  const { authors } = await ann.call('merge.authors', { sheet: BUDGET_SHEET, rows: [keyOf(4), keyOf(5)] });
  // What left the person's reach is not shown in the audit either, so nothing more is claimed about it.
  expect(authors.filter(({ row }) => row === keyOf(5))).toEqual([]);

  expect(await decide({ kind: 'anew' }, { rows: [keyOf(4)] })).toMatchObject({ decided: 1, left: 1 });
  const fresh = (await pending()).find(({ kind }) => kind === 'insert');
  expect(fresh).toMatchObject({ values: { id: '4', amount: '41.00' } });
  expect(await decide({ kind: 'mine' }, { rows: [keyOf(5)] })).toMatchObject({ decided: 0, left: 1 });
  expect(await decide({ kind: 'theirs' }, { rows: [keyOf(5)] })).toMatchObject({ decided: 1, left: 0 });
});

test('a deletion of a row that changed asks; of a row that is gone it is done', async () => {
  const rows = new Map((await rowsOf(ann, {}, BUDGET_SHEET)).map((row) => [row.id, row]));
  for (const id of ['6', '7']) {
    const { key, ...before } = rows.get(id) ?? {};
    await ann.call('edits.append', { step: deleting(BUDGET_SHEET, key ?? '', before) });
  }
  await world.admin.query(`update plan.budget set memo = 'kept' where id = 6`);
  await world.admin.query('delete from plan.budget where id = 7');
  const state = await readAgain(ann);
  expect(state).toMatchObject({ rows: 1, settled: 1 });
  expect(short(state)).toEqual([`${keyOf(6)} changed memo m6/undefined/kept`]);
  await decide({ kind: 'mine' });
  expect((await submit(ann, BUDGET_SHEET)).kind).toBe('committed');
  expect((await world.admin.query('select from plan.budget where id in (6, 7)')).rowCount).toBe(0);
});

test('a key taken meanwhile: the new row becomes a change of that row, unless it is there just as entered', async () => {
  const values = { amount: '5.00', memo: 'mine', period: '2026-02', team: 'all' };
  await ann.call('edits.append', { step: inserting(BUDGET_SHEET, 'new:a', { id: '100', ...values }) });
  await ann.call('edits.append', { step: inserting(BUDGET_SHEET, 'new:b', { id: '101', ...values }) });
  await world.admin.query(
    `insert into plan.budget values (100, 7, 'theirs', '2026-02'), (101, 5, 'mine', '2026-02')`,
  );
  const state = await readAgain(ann);
  expect(state).toMatchObject({ rows: 1, settled: 1 });
  expect(short(state)).toEqual([
    'new:a exists amount undefined/5.00/7.00',
    'new:a exists memo undefined/mine/theirs',
  ]);
  await decide({ kind: 'mine' });
  expect(await pending()).toEqual([
    {
      kind: 'update',
      row: keyOf(100),
      cells: { amount: { before: '7.00', after: '5.00' }, memo: { before: 'theirs', after: 'mine' } },
    },
  ]);
});

test('a key taken between reading and writing is found by the commit and shown the same way', async () => {
  const values = { amount: '5.00', memo: 'mine', period: '2026-02', team: 'all' };
  await ann.call('edits.append', { step: inserting(BUDGET_SHEET, 'new:c', { id: '110', ...values }) });
  await edit([8, 'amount', '80.00', '81.00'], [9, 'amount', '90.00', '91.00']);
  await world.admin.query(`insert into plan.budget values (110, 7, 'theirs', '2026-02')`);
  await world.admin.query('update plan.budget set amount = 88 where id = 8');
  const first = await submit(ann, BUDGET_SHEET);
  expect(first.kind).toBe('not-committed');
  // The database names what it met first; with it out of the way the rest is named at the next try.
  for (let tries = 0; tries < 3 && (await stateOf(ann)).rows < 2; tries++) await submit(ann, BUDGET_SHEET);
  const state = await stateOf(ann);
  expect(new Set(state.conflicts.map(({ row }) => row))).toEqual(new Set(['new:c', keyOf(8)]));
  expect((await submit(ann, BUDGET_SHEET).catch((error) => error)).kind).toBe('committed');
  expect(
    (await world.admin.query('select amount::text a from plan.budget where id in (8, 9) order by id')).rows,
  ).toEqual([{ a: '88.00' }, { a: '91.00' }]);
});

test('a row policy, a closed period, a column taken away and a tightened rule are each told by their name', async () => {
  await edit(
    [10, 'amount', '100.00', '101.00'],
    [12, 'amount', '120.00', '121.00'],
    [13, 'memo', 'm13', 'longer'],
    [16, 'amount', '160.00', '-5.00'],
  );
  await world.admin.query(`update plan.budget set team = 'locked' where id = 10`);
  await world.admin.query(`alter table plan.budget add constraint positive check (amount >= 0)`);
  await world.admin.query(
    `revoke update on plan.budget from ann; grant update (amount, period, team) on plan.budget to ann`,
  );
  const cal = await world.signedIn('cal');
  await cal.call('periods.close', { calendar: 'Months', period: '2026-01', reason: 'Year end' });
  cal.close();
  // Rights, rules and periods are read when the sheet is opened again.
  await openBudget(ann);
  const state = await stateOf(ann);
  expect(short(state)).toEqual([
    `${keyOf(10)} row-locked amount 100.00/101.00/100.00`,
    `${keyOf(12)} closed amount 120.00/121.00/120.00`,
    `${keyOf(13)} column-locked memo m13/longer/m13`,
    `${keyOf(16)} rule amount 160.00/-5.00/160.00`,
  ]);
  expect(state.conflicts.find(({ kind }) => kind === 'closed')?.message).toContain('Year end');
  expect(
    await ann.refusal('merge.decide', {
      sheet: BUDGET_SHEET,
      where: { rows: [keyOf(16)] },
      decision: { kind: 'value', value: '-6.00' },
    }),
  ).toBe('invalid value-refused');
  expect(await decide({ kind: 'value', value: '6.00' }, { rows: [keyOf(16)] })).toMatchObject({
    decided: 1,
    left: 3,
  });
  const { bytes, rows } = await ann.call('merge.export', { sheet: BUDGET_SHEET });
  expect(rows).toBe(3);
  expect(new TextDecoder().decode(bytes)).toContain('Period closed');

  await world.admin.query('alter table plan.budget drop column memo');
  await openBudget(ann);
  expect(short(await stateOf(ann))).toContain(`${keyOf(13)} column-gone memo m13/longer/undefined`);
  await decide({ kind: 'theirs' }, { kinds: ['row-locked', 'closed', 'column-gone'] });
  expect((await pending()).map(({ row }) => row)).toEqual([keyOf(16)]);
  await world.admin.query('alter table plan.budget add column memo text');
});

test('what needs a decision survives a restart, and edits of one person are never another’s', async () => {
  await openBudget(ann);
  await edit([20, 'amount', '200.00', '201.00']);
  await world.admin.query('update plan.budget set amount = 222 where id = 20');
  await world.restart();
  const ben = await world.signedIn('ben');
  await openBudget(ben);
  expect(await ben.call('merge.state', { sheet: BUDGET_SHEET })).toMatchObject({ rows: 0, conflicts: [] });
  expect(
    await ben.refusal('batches.commit', {
      sheet: BUDGET_SHEET,
      batch: '3f2b8c60-3f2b-4c60-8f2b-3f2b8c603f2b',
      sha256: '',
    }),
  ).toBe('invalid nothing-pending');
  // The same window goes on as the other person: nothing of the first comes along.
  ann = await world.signedIn('ben');
  await ann.call('session.open', { connection: 'test', user: 'ann', password: PASSWORD });
  await openBudget(ann);
  expect(short(await stateOf(ann))).toEqual([`${keyOf(20)} changed amount 200.00/201.00/222.00`]);
  expect((await ben.call('sheets.open', { source: BUDGET })).pending.rows).toEqual([]);
  ben.close();
});

test('typing the old value again, after somebody else changed the cell, keeps it as an edit of what is there now', async () => {
  await edit([55, 'amount', '550.00', '551.00']);
  await world.admin.query('update plan.budget set amount = 98 where id = 55');
  expect(short(await readAgain(ann))).toEqual([`${keyOf(55)} changed amount 550.00/551.00/98.00`]);
  expect(await edit([55, 'amount', '551.00', '550.00'])).toMatchObject({
    rows: [{ row: keyOf(55), cells: { amount: { before: '98.00', after: '550.00' } } }],
    cleared: [],
  });
  expect(await pending()).toMatchObject([
    { row: keyOf(55), cells: { amount: { before: '98.00', after: '550.00' } } },
  ]);
  expect((await stateOf(ann)).rows).toBe(0);
  await ann.call('edits.undo', { sheet: BUDGET_SHEET });
  expect(await pending()).toMatchObject([
    { row: keyOf(55), cells: { amount: { before: '550.00', after: '551.00' } } },
  ]);
});
