import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { unpackColumn } from '../../shared/model/rows.ts';
import { PLAIN_QUERY } from '../../shared/model/view.ts';
import { attachClient, deleting, inserting, setting, type TestClient } from '../support/backend-client.ts';
import { openWorld, PASSWORD, rowsOf, SHEET, SOURCE, submit, type World } from './backend-world.ts';

const C1M1 = '["C1","1"]';
let world: World;
const clients: TestClient[] = [];

const signIn = async (user: string): Promise<TestClient> => {
  const client = await world.signedIn(user);
  clients.push(client);
  await client.call('sheets.open', { source: SOURCE });
  return client;
};

const amountOf = async (center: string, month: number): Promise<string> =>
  (
    await world.admin.query('select amount::text from plan.line where center = $1 and month = $2', [
      center,
      month,
    ])
  ).rows[0]?.amount;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  world.proxy.arm(null);
  await world.admin.query(
    `delete from plan.line where month > 6; insert into plan.line (center, month, amount)
     select c, m, m * 100 from unnest(array['C1', 'C2']) c, generate_series(1, 6) m
     on conflict (center, month) do update set amount = excluded.amount, memo = null, owner = 'ann'`,
  );
});
afterEach(async () => {
  for (const client of clients.splice(0)) {
    await client.call('edits.discard', { sheet: SHEET }).catch(() => {});
    client.close();
  }
});

describe('editing', () => {
  test('a table opens with its definition, rights and rows in key order', async () => {
    const ann = await signIn('ann');
    const opened = await ann.call('sheets.open', { source: SOURCE });
    expect(opened.definition.key).toEqual(['center', 'month']);
    expect(opened.capabilities.governance).toBe('installed');
    expect(opened.pending.rows).toEqual([]);
    const rows = await rowsOf(ann);
    expect(rows).toHaveLength(12);
    expect(rows[0]).toMatchObject({
      key: C1M1,
      center: 'C1',
      month: '1',
      amount: '100.00',
      doubled: '200.00',
    });
  });

  test('a sheet that another part of the window opens too keeps its view', async () => {
    const ann = await signIn('ann');
    const query = { ...PLAIN_QUERY, quick: 'C2' };
    const asked = ann.call('rows.view', { sheet: SHEET, query });
    await ann.call('sheets.open', { source: SOURCE });
    const { view, rows } = await asked;
    expect(rows).toBe(6);
    await ann.call('sheets.open', { source: SOURCE });
    const page = await ann.call('rows.page', { sheet: SHEET, view, start: 0, count: 10 });
    expect(unpackColumn(page.keys)).toHaveLength(6);
  });

  test('an edit is kept, taken back and made again', async () => {
    const ann = await signIn('ann');
    const kept = await ann.call('edits.append', { step: setting(SHEET, 'amount', [[C1M1, '100.00', '5']]) });
    expect(kept.counts).toMatchObject({ cells: 1, updated: 1, undo: 'Edit' });
    expect((await ann.call('edits.undo', { sheet: SHEET })).cleared).toEqual([C1M1]);
    expect((await ann.call('edits.redo', { sheet: SHEET })).rows).toHaveLength(1);
    expect(await rowsOf(ann, { pendingOnly: true })).toHaveLength(1);
  });

  test.each([
    ['text in a number', 'amount', 'abc', 'invalid type'],
    ['a number beyond every range', 'amount', '1e309', 'invalid type'],
    ['NaN', 'amount', 'NaN', 'invalid type'],
    ['too many digits', 'amount', '1234567890123456789012345678901234567890', 'invalid type'],
    ['a value outside a CHECK', 'month', '13', 'invalid range'],
    ['a NUL', 'memo', 'a\u0000b', 'invalid unstorable'],
    ['a lone surrogate', 'memo', '\ud800', 'invalid unstorable'],
    ['a megabyte', 'memo', 'x'.repeat(1_000_001), 'invalid unstorable'],
    ['a generated column', 'doubled', '5', 'denied column-read-only'],
    ['a column that is not there', 'nothing', '5', 'invalid column-unknown'],
  ])('%s is refused behind the window as well', async (_what, column, after, expected) => {
    const ann = await signIn('ann');
    await rowsOf(ann);
    const step = setting(SHEET, column, [[C1M1, null, after]]);
    expect(await ann.refusal('edits.append', { step })).toBe(expected);
    expect((await ann.call('edits.discard', { sheet: SHEET })).counts.cells).toBe(0);
  });

  test('a row that was never read is refused, whatever its key looks like', async () => {
    const ann = await signIn('ann');
    await rowsOf(ann);
    for (const row of ['["C9","1"]', 'C1', '{}', 'new:unknown', '[1,2]'])
      expect(await ann.refusal('edits.append', { step: setting(SHEET, 'amount', [[row, null, '1']]) })).toBe(
        'invalid row-unknown',
      );
  });

  test('input that breaks the contract names its place', async () => {
    const client = attachClient(world.backend());
    await expect(
      client.call('rows.page', { sheet: 'x', view: 0, start: -1, count: 1 }),
    ).rejects.toMatchObject({
      kind: 'invalid',
      code: 'bad-input',
      message: expect.stringContaining('start'),
    });
    expect(await client.refusal('rows.refresh', { sheet: 'x' })).toBe('denied no-session');
  });
});

describe('submitting', () => {
  test('what was previewed is written in one batch, and shows in history and in the rows', async () => {
    const ann = await signIn('ann');
    await rowsOf(ann);
    await ann.call('edits.append', { step: setting(SHEET, 'amount', [[C1M1, '100.00', '150.50']]) });
    await ann.call('edits.append', {
      step: inserting(SHEET, 'new:1', { center: 'C1', month: '7', amount: '0.10' }),
    });
    const gone = { center: 'C2', month: '6', amount: '600.00', memo: null, doubled: '1200.00', owner: 'ann' };
    await ann.call('edits.append', { step: deleting(SHEET, '["C2","6"]', gone) });
    const preview = await ann.call('batches.preview', { sheet: SHEET });
    expect(preview.problems).toEqual([]);
    expect(preview.counts).toMatchObject({ rows: 3, updated: 1, inserted: 1, deleted: 1 });
    expect(preview.columns.find((each) => each.column === 'amount')).toMatchObject({
      before: '700.00',
      after: '150.60',
      delta: '-549.40',
    });
    const batch = randomUUID();
    const outcome = await ann.call('batches.commit', { sheet: SHEET, batch, sha256: preview.sha256 });
    expect(outcome).toMatchObject({ kind: 'committed', rows: 3, audited: true });
    const rows = await rowsOf(ann);
    expect(rows.map((row) => row.key)).toHaveLength(12);
    expect(rows.find((row) => row.key === C1M1)).toMatchObject({ amount: '150.50', doubled: '301.00' });
    expect(rows.find((row) => row.key === '["C1","7"]')).toMatchObject({ amount: '0.10', owner: 'ann' });
    expect(rows.some((row) => row.key === '["C2","6"]')).toBe(false);
    const { entries } = await ann.call('history.list', { sheet: SHEET, row: C1M1, limit: 10 });
    expect(entries[0]).toMatchObject({ person: 'ann', batch, column: 'amount', after: '150.50' });
    expect((await ann.call('sheets.open', { source: SOURCE })).pending.rows).toEqual([]);
  });

  test('the same batch sent twice at once, and once more later, is written once', async () => {
    const ann = await signIn('ann');
    await ann.call('edits.append', { step: setting(SHEET, 'amount', [[C1M1, '100.00', '1.00']]) });
    const { sha256 } = await ann.call('batches.preview', { sheet: SHEET });
    const commit = { sheet: SHEET, batch: randomUUID(), sha256 };
    const both = await Promise.all([ann.call('batches.commit', commit), ann.call('batches.commit', commit)]);
    both.push(await ann.call('batches.commit', commit));
    both.push(await ann.call('batches.resolve', { sheet: SHEET, batch: commit.batch }));
    expect(both.map((outcome) => outcome.kind)).toEqual(Array(4).fill('committed'));
    const { rows } = await world.admin.query('select count(*)::int as n from writ.batch where id = $1', [
      commit.batch,
    ]);
    expect(rows[0].n).toBe(1);
  });

  test('an edit made after the preview is not written unseen', async () => {
    const ann = await signIn('ann');
    await ann.call('edits.append', { step: setting(SHEET, 'amount', [[C1M1, '100.00', '1']]) });
    const { sha256 } = await ann.call('batches.preview', { sheet: SHEET });
    await ann.call('edits.append', { step: setting(SHEET, 'amount', [[C1M1, '1', '2']]) });
    expect(await ann.refusal('batches.commit', { sheet: SHEET, batch: randomUUID(), sha256 })).toBe(
      'conflict changed-since-preview',
    );
    expect(await amountOf('C1', 1)).toBe('100.00');
  });

  test('an edit made while the batch is being checked is not lost in it', async () => {
    const ann = await signIn('ann');
    await ann.call('edits.append', { step: setting(SHEET, 'amount', [[C1M1, '100.00', '1']]) });
    const { sha256 } = await ann.call('batches.preview', { sheet: SHEET });
    const step = setting(SHEET, 'amount', [['["C1","2"]', '200.00', '2']]);
    const both = [
      ann.call('batches.commit', { sheet: SHEET, batch: randomUUID(), sha256 }),
      ann.call('edits.append', { step }),
    ];
    await Promise.allSettled(both);
    const { pending } = await ann.call('sheets.open', { source: SOURCE });
    expect(pending.rows.map(({ row }) => row)).toContain('["C1","2"]');
    expect(await amountOf('C1', 2)).toBe('200.00');
  });

  test('a new row without a required value stops the batch before it is sent', async () => {
    const ann = await signIn('ann');
    await ann.call('edits.append', { step: inserting(SHEET, 'new:2', { center: 'C1', month: '8' }) });
    const outcome = await submit(ann);
    expect(outcome).toMatchObject({
      kind: 'not-committed',
      failure: { code: 'blocked-by-rules' },
      problems: [{ row: 'new:2', column: 'amount', code: 'required' }],
    });
    expect((await ann.call('sheets.open', { source: SOURCE })).unresolved).toEqual([]);
  });

  test('a row changed by someone else is a conflict with mine and theirs, and nothing is written', async () => {
    const [ann, ben] = [await signIn('ann'), await signIn('ben')];
    await Promise.all([rowsOf(ann), rowsOf(ben)]);
    await ann.call('edits.append', {
      step: setting(SHEET, 'amount', [
        [C1M1, '100.00', '1.00'],
        ['["C1","2"]', '200.00', '2.00'],
      ]),
    });
    await ben.call('edits.append', { step: setting(SHEET, 'amount', [[C1M1, '100.00', '777.00']]) });
    ann.forget();
    expect(await submit(ben)).toMatchObject({ kind: 'committed' });
    await ann.heard('sheet.changed', (event) => event.sheet === SHEET);
    expect((await rowsOf(ann)).find((row) => row.key === C1M1)?.amount).toBe('777.00');
    expect(ben.said('sheet.changed')).toEqual([]);
    const conflict = {
      row: C1M1,
      kind: 'changed',
      column: 'amount',
      base: '100.00',
      mine: '1.00',
      theirs: '777.00',
    };
    await ann.heard('merge.changed', ({ rows }) => rows === 1);
    expect(await ann.call('merge.state', { sheet: SHEET })).toMatchObject({ rows: 1, conflicts: [conflict] });
    // A change that nobody here has read is found by the commit itself.
    await world.admin.query(`update plan.line set amount = 888 where center = 'C1' and month = 2`);
    expect(await submit(ann)).toMatchObject({
      kind: 'not-committed',
      conflicts: [{ ...conflict, row: '["C1","2"]', base: '200.00', mine: '2.00', theirs: '888.00' }],
    });
    expect(await amountOf('C1', 1)).toBe('777.00');
    expect((await ann.call('merge.state', { sheet: SHEET })).rows).toBe(2);
    expect((await ann.call('sheets.open', { source: SOURCE })).pending.rows).toHaveLength(2);
  });

  test('keys the database chooses show up after the commit', async () => {
    const ann = await signIn('ann');
    const { definition } = await ann.call('sheets.open', { source: { schema: 'plan', table: 'note' } });
    await rowsOf(ann, {}, definition.id);
    await ann.call('edits.append', { step: inserting(definition.id, 'new:n', { text: 'hello' }) });
    ann.forget();
    expect(await submit(ann, definition.id)).toMatchObject({ kind: 'committed' });
    await ann.heard('sheet.changed', (event) => event.sheet === definition.id);
    expect(await rowsOf(ann, {}, definition.id)).toMatchObject([{ text: 'hello' }]);
  });
});

describe('windows', () => {
  test('another window of the same person sees edits as they are made, another person does not', async () => {
    const [one, two, ben] = [await signIn('ann'), await signIn('ann'), await signIn('ben')];
    const step = setting(SHEET, 'memo', [[C1M1, null, 'hello']]);
    const delta = await one.call('edits.append', { step });
    expect((await two.heard('pending.changed')).delta).toEqual(delta);
    expect(one.said('pending.changed')).toEqual([]);
    expect(ben.said('pending.changed')).toEqual([]);
    await submit(two);
    expect((await one.heard('pending.changed')).delta.cleared).toEqual([C1M1]);
    expect((await one.heard('sheet.changed')).sheet).toBe(SHEET);
  });

  test('being signed in already is no proof: every sign-in is checked', async () => {
    await signIn('ann');
    const forger = attachClient(world.backend());
    const wrong = { connection: 'test', user: 'ann', password: 'guess' };
    expect(await forger.refusal('session.open', wrong)).toBe('denied sign-in-refused');
    expect((await forger.call('session.current', {})).session).toBeNull();
    forger.close();
  });

  test('a window that closes while it signs in again leaves the journal to the next one', async () => {
    for (let turn = 0; turn < 5; turn++) {
      const client = attachClient(world.backend());
      const opening = client.call('session.open', { connection: 'test', user: 'ann', password: PASSWORD });
      if (turn % 2) await opening;
      client.close();
      await opening.catch(() => {});
    }
    const ann = await signIn('ann');
    expect(await rowsOf(ann)).toHaveLength(12);
  });

  test('a sheet one window closes stays open in the other', async () => {
    const [one, two] = [await signIn('ann'), await signIn('ann')];
    await rowsOf(two);
    await one.call('sheets.close', { sheet: SHEET });
    expect(await rowsOf(two)).toHaveLength(12);
    expect(await one.refusal('rows.view', { sheet: SHEET, query: {} })).toBe('invalid sheet-not-open');
  });

  test('the first view of a sheet that is only being read brings the rows that come next', async () => {
    const ann = await signIn('ann');
    const { first, rows } = await ann.call('rows.view', { sheet: SHEET, query: {}, first: 250 });
    expect(rows).toBeGreaterThan(0);
    expect(first?.count).toBe(rows);
  });

  test('the rows a view begins with come with it when they are asked for', async () => {
    const ann = await signIn('ann');
    await rowsOf(ann);
    const query = { sort: [{ column: 'amount', descending: true }] };
    const { view, rows, first } = await ann.call('rows.view', { sheet: SHEET, query, first: 5 });
    const page = await ann.call('rows.page', { sheet: SHEET, view, start: 0, count: 5 });
    expect(rows).toBe(12);
    expect(page.count).toBe(5);
    expect(first).toEqual(page);
    const none = await ann.call('rows.view', {
      sheet: SHEET,
      query: { quick: 'nothing has this' },
      first: 5,
    });
    expect([none.rows, none.first]).toEqual([0, undefined]);
    const groups = await ann.call('rows.view', { sheet: SHEET, query: { groups: ['center'] }, first: 50 });
    const subtotals = await ann.call('rows.page', { sheet: SHEET, view: groups.view, start: 0, count: 50 });
    expect(groups.first).toEqual(subtotals);
    expect(subtotals.groups?.at.length).toBeGreaterThan(1);
  });

  test('rows read again are announced, and the view before stays whole until then', async () => {
    const ann = await signIn('ann');
    await rowsOf(ann);
    await world.admin.query(`update plan.line set amount = 9 where center = 'C2' and month = 1`);
    const before = await ann.call('rows.view', {
      sheet: SHEET,
      query: { sort: [{ column: 'amount', descending: true }] },
    });
    ann.forget();
    await ann.call('rows.refresh', { sheet: SHEET });
    expect(
      (await ann.call('rows.page', { sheet: SHEET, view: before.view, start: 0, count: 50 })).count,
    ).toBe(12);
    await ann.heard('sheet.changed', (event) => event.batch === null);
    expect((await rowsOf(ann)).find((row) => row.key === '["C2","1"]')?.amount).toBe('9.00');
  });
});
