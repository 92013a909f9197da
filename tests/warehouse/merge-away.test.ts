import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PLAIN_QUERY } from '../../shared/model/view.ts';
import { setting, type TestClient } from '../support/backend-client.ts';
import { memoryKeychain } from '../unit/electron/identity/memory-keychain.ts';
import { openWorld, rowsOf, SHEET, SOURCE, submit, type World } from './backend-world.ts';
import { BUDGET_SHEET, keyOf, makeBudget, openBudget, sets, short, stateOf } from './merge-world.ts';

/** Ends the person's connections, as a network that breaks does. */
const cutOff = (world: World, user: string) =>
  world.admin.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [user]);

const undecided = (client: TestClient, rows: number, sheet = BUDGET_SHEET) =>
  client.heard('merge.changed', (event) => event.sheet === sheet && event.rows === rows);

describe('a link that comes back', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
    await makeBudget(world);
  }, 60_000);
  afterAll(() => world.close());

  test('rows are read again, and edits made before and meanwhile are merged with what others wrote', async () => {
    const ann = await world.signedIn('ann');
    await openBudget(ann);
    await ann.call('edits.append', { step: sets([[1, 'amount', '10.00', '11.00']]) });
    ann.forget();
    await world.admin.query('update plan.budget set amount = amount + 1000 where id in (1, 2)');
    await cutOff(world, 'ann');
    await ann.heard('session.state', ({ state }) => state === 'lost');
    await ann.call('edits.append', {
      step: sets([
        [2, 'amount', '20.00', '1020.00'],
        [3, 'amount', '30.00', '31.00'],
      ]),
    });
    await ann.heard('session.state', ({ state }) => state === 'connected');
    await undecided(ann, 1);
    const state = await stateOf(ann);
    expect(state).toMatchObject({ rows: 1, settled: 1 });
    expect(short(state)).toEqual([`${keyOf(1)} changed amount 10.00/11.00/1010.00`]);
    expect((await submit(ann, BUDGET_SHEET)).kind).toBe('committed');
  });

  test('a look at rows with pending edits finds what others wrote, and nothing more', async () => {
    const ann = await world.signedIn('ann');
    await openBudget(ann);
    await ann.call('edits.discard', { sheet: BUDGET_SHEET });
    const look = () => ann.call('rows.look', { sheet: BUDGET_SHEET });
    expect(await look()).toEqual({ changed: 0 });
    await ann.call('edits.append', {
      step: sets([
        [11, 'amount', '110.00', '111.00'],
        [12, 'amount', '120.00', '121.00'],
        [13, 'memo', 'm13', 'mine'],
        [14, 'amount', '140.00', '141.00'],
      ]),
    });
    expect(await look()).toEqual({ changed: 0 });
    ann.forget();
    await world.admin.query(`update plan.budget set amount = 5 where id in (11, 15); update plan.budget set amount = 6 where id = 13;
      delete from plan.budget where id = 14`);
    expect(await look()).toEqual({ changed: 3 });
    await Promise.all([ann.heard('sheet.changed'), undecided(ann, 2)]);
    expect(short(await stateOf(ann))).toEqual([
      `${keyOf(11)} changed amount 110.00/111.00/5.00`,
      `${keyOf(14)} missing amount 140.00/141.00/undefined`,
    ]);
    expect(await look()).toEqual({ changed: 0 });
    await ann.call('edits.discard', { sheet: BUDGET_SHEET });
  });

  test('who changed a row, and who deleted it, is told from the audit', async () => {
    const [ann, ben] = [await world.signedIn('ann'), await world.signedIn('ben')];
    await Promise.all([ann, ben].map((each) => each.call('sheets.open', { source: SOURCE })));
    await Promise.all([rowsOf(ann), rowsOf(ben)]);
    const rows = ['["C1","1"]', '["C1","2"]'];
    await ann.call('edits.append', {
      step: setting(SHEET, 'amount', [
        ['["C1","1"]', '100.00', '1.00'],
        ['["C1","2"]', '200.00', '2.00'],
      ]),
    });
    await ben.call('edits.append', { step: setting(SHEET, 'amount', [['["C1","1"]', '100.00', '7.00']]) });
    expect((await submit(ben)).kind).toBe('committed');
    await world.admin.query(
      `set role ben; delete from plan.line where center = 'C1' and month = 2; reset role`,
    );
    await ann.call('rows.refresh', { sheet: SHEET });
    await undecided(ann, 2, SHEET);
    const { authors } = await ann.call('merge.authors', { sheet: SHEET, rows });
    const of = (row: string, column: string | null) =>
      authors
        .filter((each) => each.row === row && each.column === column)
        .map(({ person, deleted }) => [person, deleted]);
    expect(of('["C1","1"]', 'amount')).toEqual([['ben', false]]);
    expect(of('["C1","2"]', null).map(([, deleted]) => deleted)).toEqual([true]);
  });

  test('under approval the rest is submitted for review; what needs a decision stays', async () => {
    const ann = await world.signedIn('ann');
    await ann.call('edits.discard', { sheet: BUDGET_SHEET }).catch(() => {});
    await world.admin.query(
      `create role judge; grant judge to ben; select writ.set_policy('plan.budget', 'approval', '{judge}', '{1}', null, null, '{}', '{}', '3 days')`,
    );
    await openBudget(ann);
    await ann.call('edits.discard', { sheet: BUDGET_SHEET });
    await ann.call('edits.append', {
      step: sets([
        [7, 'memo', 'm7', 'mine'],
        [8, 'memo', 'm8', 'mine'],
      ]),
    });
    await world.admin.query('alter table plan.budget disable trigger user');
    await world.admin.query(`update plan.budget set memo = 'theirs' where id = 7`);
    await world.admin.query('alter table plan.budget enable trigger user');
    ann.forget();
    await ann.call('rows.refresh', { sheet: BUDGET_SHEET });
    await undecided(ann, 1);
    const { sha256, undecided: left } = await ann.call('batches.preview', { sheet: BUDGET_SHEET });
    expect(left).toBe(1);
    const sent = await ann.call('reviews.submit', { sheet: BUDGET_SHEET, batch: randomUUID(), sha256 });
    expect(sent.kind).toBe('submitted');
    const opened = await openBudget(ann);
    expect(opened.pending.rows.map(({ row }) => row)).toEqual([keyOf(7)]);
    expect(opened.submitted?.flatMap(({ rows }) => rows.map(({ row }) => row))).toEqual([keyOf(8)]);
  });
});

describe('a table read page by page', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(memoryKeychain(), 20);
    await makeBudget(world);
    await world.admin.query('analyze plan.budget');
  }, 60_000);
  afterAll(() => world.close());

  test('is merged by reading just the edited rows by their keys', async () => {
    const ann = await world.signedIn('ann');
    await openBudget(ann);
    const grouped = { ...PLAIN_QUERY, groups: ['memo'] };
    expect(await ann.refusal('rows.view', { sheet: BUDGET_SHEET, query: grouped })).toBe(
      'invalid too-many-rows',
    );
    await ann.call('edits.append', {
      step: sets([
        [41, 'amount', '410.00', '411.00'],
        [42, 'amount', '420.00', '421.00'],
        [43, 'amount', '430.00', '431.00'],
        [44, 'amount', '440.00', '441.00'],
      ]),
    });
    await world.admin.query('update plan.budget set amount = amount + 1 where id = 41');
    await world.admin.query('update plan.budget set amount = 9 where id = 42');
    await world.admin.query('delete from plan.budget where id = 43');
    ann.forget();
    await ann.call('rows.refresh', { sheet: BUDGET_SHEET });
    await undecided(ann, 2);
    const state = await stateOf(ann);
    expect(state).toMatchObject({ rows: 2, settled: 1 });
    expect(short(state)).toEqual([
      `${keyOf(42)} changed amount 420.00/421.00/9.00`,
      `${keyOf(43)} missing amount 430.00/431.00/undefined`,
    ]);
    expect((await submit(ann, BUDGET_SHEET)).kind).toBe('committed');
  });
});
