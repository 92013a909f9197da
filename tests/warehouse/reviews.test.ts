import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { grantPolicies } from '../../electron/governance/install.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import { deleting, inserting, setting, type TestClient } from '../support/backend-client.ts';
import { openWorld, rowsOf, SHEET, SOURCE, submit, type World } from './backend-world.ts';

const C1M1 = '["C1","1"]';
const C1M2 = '["C1","2"]';
const OPEN = `select writ.set_policy('plan.line', 'open', '{}', '{}', null, null, '{}', '{}', null)`;
const APPROVAL = `select writ.set_policy('plan.line', 'approval', '{reviewer}', '{1}', null, null, '{}', '{}', '3 days')`;
let world: World;
let clients: TestClient[] = [];

const signIn = async (user: string): Promise<TestClient> => {
  const client = await world.signedIn(user);
  clients.push(client);
  await client.call('sheets.open', { source: SOURCE });
  return client;
};

const amountOf = async (month: number): Promise<string> =>
  (await world.admin.query(`select amount::text from plan.line where center = 'C1' and month = $1`, [month]))
    .rows[0]?.amount;

/** Submits what is pending for review. */
const propose = async (
  client: TestClient,
  batch: string = randomUUID(),
): Promise<OutputOf<'reviews.submit'> & { readonly batch: string; readonly sha256: string }> => {
  const { sha256 } = await client.call('batches.preview', { sheet: SHEET });
  return {
    ...(await client.call('reviews.submit', { sheet: SHEET, batch, sha256, note: 'Plan 2' })),
    batch,
    sha256,
  };
};

const edit = (client: TestClient, row = C1M1, before = '100.00', after = '150') =>
  client.call('edits.append', { step: setting(SHEET, 'amount', [[row, before, after]]) });

beforeAll(async () => {
  world = await openWorld();
  await world.admin.query(
    'create role reviewer; grant reviewer to ben; create role keeper; grant keeper to cal',
  );
  await grantPolicies(world.admin, 'keeper');
});
afterAll(() => world.close());
beforeEach(async () => {
  for (const client of clients) {
    const mine = await client.call('reviews.list', { box: 'mine', limit: 100 }).catch(() => null);
    for (const { batch, state } of mine?.reviews ?? [])
      if (state === 'submitted' || state === 'approved')
        await client.call('reviews.withdraw', { batch }).catch(() => {});
    await client.call('edits.discard', { sheet: SHEET }).catch(() => {});
    client.close();
  }
  clients = [];
  await world.admin.query(
    `${OPEN}; delete from plan.line where month > 6; insert into plan.line (center, month, amount)
     select c, m, m * 100 from unnest(array['C1', 'C2']) c, generate_series(1, 6) m
     on conflict (center, month) do update set amount = excluded.amount, memo = null, owner = 'ann'; ${APPROVAL}`,
  );
});

describe('the rules of the sheet', () => {
  test('are applied to a batch over the rows as they are, for who reviews it', async () => {
    const [ann, ben] = [await signIn('ann'), await signIn('ben')];
    await edit(ann);
    await ann.call('edits.append', { step: setting(SHEET, 'amount', [[C1M2, '200.00', '150.50']]) });
    const { batch } = await propose(ann);
    expect(await ben.call('reviews.check', { batch, sheet: SHEET })).toEqual({
      problems: [],
      total: 0,
      unseen: 0,
    });
    const named = await ben.call('reviews.values', { batch, sheet: SHEET, column: 'owner' });
    expect(named.rows.toSorted()).toEqual([C1M1, C1M2]);
    expect(named.values).toEqual(['ann', 'ann']);
    const { definition } = await ben.call('sheets.open', { source: SOURCE });
    const falling = {
      name: 'falling',
      expression: 'month == 1 || amount < 150.5',
      message: 'Less than before',
    };
    const rule = { ...falling, columns: [], severity: 'warn' as const };
    try {
      await ben.call('sheets.save', { definition: { ...definition, rules: [...definition.rules, rule] } });
      expect(await ben.call('reviews.check', { batch, sheet: SHEET })).toMatchObject({
        problems: [{ row: C1M2, severity: 'warn', message: 'Less than before' }],
        total: 1,
        unseen: 0,
      });
      await world.admin.query(
        `${OPEN}; delete from plan.line where center = 'C1' and month = 2; ${APPROVAL}`,
      );
      expect((await ben.call('reviews.check', { batch, sheet: SHEET })).unseen).toBe(1);
    } finally {
      await ben.call('sheets.reset', { sheet: SHEET });
    }
  });
});

describe('a policy', () => {
  test('is told with the sheet, and set by who may', async () => {
    const ann = await signIn('ann');
    const opened = await ann.call('sheets.open', { source: SOURCE });
    expect(opened.policy).toMatchObject({
      policy: { mode: 'approval', steps: [{ role: 'reviewer', count: 1 }], validHours: 72, threshold: null },
      advisory: false,
      sideDoors: [],
      canSet: false,
      canReview: false,
    });
    expect(await ann.refusal('policies.set', { sheet: SHEET, policy: { mode: 'open' } })).toBe(
      'denied not-permitted',
    );
    const cal = await signIn('cal');
    const threshold = { column: 'amount', above: '1000.50' };
    const set = await cal.call('policies.set', {
      sheet: SHEET,
      policy: { mode: 'approval', steps: [{ role: 'reviewer', count: 1 }], threshold, validHours: 5 },
    });
    expect(set).toMatchObject({ policy: { threshold, validHours: 5 }, by: 'cal', canSet: true });
    expect(await (await signIn('ben')).call('policies.get', { sheet: SHEET })).toMatchObject({
      canReview: true,
    });
  });

  test('that the catalogue shows ways around is told to be advisory, and why', async () => {
    await world.admin.query('alter table plan.line disable trigger writ_guard_update');
    const { policy } = await (await signIn('ann')).call('sheets.open', { source: SOURCE });
    expect(policy).toMatchObject({
      advisory: true,
      sideDoors: [{ code: 'guard-disabled', subject: 'plan.line' }],
    });
    await world.admin.query('alter table plan.line enable always trigger writ_guard_update');
  });
});

describe('a batch', () => {
  test('is not written without approval, and the edits stay', async () => {
    const ann = await signIn('ann');
    await edit(ann);
    expect(await submit(ann)).toMatchObject({ kind: 'not-committed', failure: { code: 'approval-needed' } });
    expect((await ann.call('sheets.open', { source: SOURCE })).pending.rows).toHaveLength(1);
  });

  test('goes from edits to review, to approval, to the table; everyone hears of it', async () => {
    const ann = await signIn('ann');
    const ben = await signIn('ben');
    await ben.call('reviews.list', { box: 'waiting', limit: 10 });
    await edit(ann);
    await edit(ann, C1M2, '200.00', '150.5');
    const { batch, sha256, ...submission } = await propose(ann);
    expect(submission).toMatchObject({
      kind: 'submitted',
      review: {
        state: 'submitted',
        person: 'ann',
        note: 'Plan 2',
        counts: { rows: 2, cells: 2, updated: 2, inserted: 0, deleted: 0 },
        sums: [{ column: 'amount', cells: 2, before: '300.00', after: '300.5', delta: '0.50' }],
        steps: [{ role: 'reviewer', count: 1, approvals: [] }],
        step: 0,
        canDecide: false,
      },
    });
    const opened = await ann.call('sheets.open', { source: SOURCE });
    expect(opened.pending.rows).toEqual([]);
    expect(opened.submitted).toMatchObject([{ batch, rows: [{ row: C1M1 }, { row: C1M2 }] }]);
    expect(opened.unresolved).toEqual([]);
    expect(await amountOf(1)).toBe('100.00');
    await ben.heard('review.changed', (event) => event.batch === batch || event.batch === null);
    const inbox = await ben.call('reviews.list', { box: 'waiting', limit: 10 });
    expect(inbox).toMatchObject({
      waiting: 1,
      more: false,
      reviews: [{ batch, canDecide: true, stale: null }],
    });
    const seen = await ben.call('reviews.get', { batch, start: 1, count: 10 });
    expect(seen).toMatchObject({
      total: 2,
      changes: [{ row: C1M2, column: 'amount', before: '200.00', after: '150.5', delta: '-49.50' }],
      touched: [],
    });
    await ben.call('reviews.comment', { batch, text: 'Why half?', row: C1M2, column: 'amount' });
    expect((await ben.call('reviews.approve', { batch, sha256 })).review.state).toBe('approved');
    await ann.heard('review.changed', (event) => event.batch === batch);
    expect((await ann.call('reviews.get', { batch, start: 0, count: 1 })).comments).toMatchObject([
      { person: 'ben', row: C1M2, column: 'amount', text: 'Why half?' },
    ]);
    const outcome = await ann.call('batches.commit', { sheet: SHEET, batch, sha256, approved: true });
    expect(outcome).toMatchObject({ kind: 'committed', batch, rows: 2, cells: 2, audited: true });
    expect([await amountOf(1), await amountOf(2)]).toEqual(['150.00', '150.50']);
    expect(await ann.call('batches.commit', { sheet: SHEET, batch, sha256, approved: true })).toEqual(
      outcome,
    );
    expect((await ann.call('sheets.open', { source: SOURCE })).submitted).toEqual([]);
    const history = await ann.call('history.list', { sheet: SHEET, row: C1M1, limit: 1 });
    expect(history.entries).toMatchObject([{ batch, before: '100.00', after: '150.00' }]);
    const { events } = await ben.call('reviews.get', { batch, start: 0, count: 1 });
    expect(events.map(({ kind, person }) => `${kind} ${person}`)).toEqual([
      'submitted ann',
      'approved ben',
      'committed ann',
    ]);
  });

  test('of new, removed and changed rows is written as it was approved', async () => {
    const ann = await signIn('ann');
    const ben = await signIn('ben');
    const rows = await rowsOf(ann);
    const { key: _, doubled: _doubled, ...before } = rows.find(({ key }) => key === C1M2) ?? {};
    await ann.call('edits.append', {
      step: inserting(SHEET, `new:${randomUUID()}`, { center: 'C1', month: '7', amount: '7' }),
    });
    await ann.call('edits.append', { step: deleting(SHEET, C1M2, before) });
    await edit(ann);
    const { batch, sha256, kind } = await propose(ann);
    expect(kind).toBe('submitted');
    await ben.call('reviews.approve', { batch, sha256 });
    expect(await ann.call('batches.commit', { sheet: SHEET, batch, sha256, approved: true })).toMatchObject({
      kind: 'committed',
      rows: 3,
    });
    expect([await amountOf(7), await amountOf(2), await amountOf(1)]).toEqual(['7.00', undefined, '150.00']);
  });

  test('is rehearsed as the person first: what the database objects to never reaches a reviewer', async () => {
    await world.admin.query(
      `create function plan.no() returns trigger language plpgsql as $$ begin raise exception 'Not in month 1.'; end $$;
       create trigger no before update on plan.line for each row when (new.month = 1) execute function plan.no()`,
    );
    const ann = await signIn('ann');
    await edit(ann);
    expect(await propose(ann)).toMatchObject({
      kind: 'refused',
      failure: { code: 'refused-by-database' },
      problems: [{ row: C1M1 }],
    });
    await world.admin.query(
      `drop trigger no on plan.line; create or replace function plan.no() returns trigger language plpgsql as $$ begin new.memo := 'x'; return new; end $$;
       create trigger no before update on plan.line for each row execute function plan.no()`,
    );
    expect(await propose(ann)).toMatchObject({ kind: 'refused', failure: { code: 'not-as-approved' } });
    await world.admin.query('drop trigger no on plan.line; drop function plan.no');
    await world.admin.query(`update writ.governed set active = true where false`);
    expect((await ann.call('reviews.list', { box: 'all', limit: 100 })).mine).toBe(0);
    const { counts } = await ann.call('edits.undo', { sheet: SHEET });
    expect(counts.cells).toBe(0);
    expect(await amountOf(1)).toBe('100.00');
  });

  test('based on rows that others changed is told as a conflict', async () => {
    const ann = await signIn('ann');
    await edit(ann, C1M1, '99.00', '5');
    expect(await propose(ann)).toMatchObject({
      kind: 'refused',
      failure: { code: 'rows-changed' },
      conflicts: [{ row: C1M1, base: '99.00', mine: '5', theirs: '100.00' }],
    });
  });

  test('locks its rows; other rows go on, in a second batch', async () => {
    const ann = await signIn('ann');
    await edit(ann);
    const first = await propose(ann);
    expect(
      await ann.refusal('edits.append', { step: setting(SHEET, 'amount', [[C1M1, '100.00', '1']]) }),
    ).toBe('conflict row-under-review');
    await edit(ann, C1M2, '200.00', '1');
    const second = await propose(ann);
    expect(second.kind).toBe('submitted');
    const { submitted } = await ann.call('sheets.open', { source: SOURCE });
    expect(submitted?.map(({ batch }) => batch)).toEqual([first.batch, second.batch]);
  });

  test('that is returned comes back as pending edits, with the comment', async () => {
    const ann = await signIn('ann');
    const ben = await signIn('ben');
    await edit(ann);
    const { batch } = await propose(ann);
    ann.forget();
    await ben.call('reviews.return', { batch, comment: 'Too much' });
    const { delta } = await ann.heard('pending.changed');
    expect(delta.rows).toMatchObject([{ row: C1M1, cells: { amount: { before: '100.00', after: '150' } } }]);
    expect((await ann.heard('submitted.changed')).submitted).toEqual([]);
    await ann.call('edits.append', { step: setting(SHEET, 'amount', [[C1M1, '150', '120']]) });
    const again = await propose(ann);
    expect(again.kind).toBe('submitted');
    const { events } = await ann.call('reviews.get', { batch, start: 0, count: 1 });
    expect(events.at(-1)).toMatchObject({ kind: 'returned', person: 'ben', comment: 'Too much' });
  });

  test('survives a restart; what was decided meanwhile is known afterwards', async () => {
    const ann = await signIn('ann');
    const ben = await signIn('ben');
    await edit(ann);
    const { batch, sha256 } = await propose(ann);
    await edit(ann, C1M2, '200.00', '1');
    const other = await propose(ann);
    await world.restart();
    clients = [];
    const later = await signIn('ann');
    const opened = await later.call('sheets.open', { source: SOURCE });
    expect(opened.submitted?.map((each) => each.batch)).toEqual([batch, other.batch]);
    await later.call('sheets.close', { sheet: SHEET });
    await world.restart();
    await world.admin.query('set session authorization ben');
    await world.admin.query(`select writ.return_batch($1, 'no')`, [other.batch]);
    await world.admin.query('reset session authorization');
    const last = await signIn('ann');
    const found = await last.call('sheets.open', { source: SOURCE });
    expect(found.submitted?.map((each) => each.batch)).toEqual([batch]);
    expect(found.pending.rows).toMatchObject([{ row: C1M2 }]);
    void ben;
    const reviewer = await signIn('ben');
    await reviewer.call('reviews.approve', { batch, sha256 });
    expect(await last.call('batches.commit', { sheet: SHEET, batch, sha256, approved: true })).toMatchObject({
      kind: 'committed',
    });
    expect(await amountOf(1)).toBe('150.00');
  });

  test('whose rows changed after the approval fails, and its edits come back with what is there now', async () => {
    const ann = await signIn('ann');
    const ben = await signIn('ben');
    await edit(ann);
    const { batch, sha256 } = await propose(ann);
    await ben.call('reviews.approve', { batch, sha256 });
    await world.admin.query(
      `alter table plan.line disable trigger writ_guard_update; update plan.line set amount = 101 where center = 'C1' and month = 1;
       alter table plan.line enable always trigger writ_guard_update`,
    );
    expect((await ben.call('reviews.get', { batch, start: 0, count: 1 })).summary.stale).toBe('rows-changed');
    expect(await ann.call('batches.commit', { sheet: SHEET, batch, sha256, approved: true })).toMatchObject({
      kind: 'not-committed',
      failure: { code: 'rows-changed' },
      conflicts: [{ row: C1M1, theirs: '101.00' }],
    });
    expect((await ann.call('sheets.open', { source: SOURCE })).pending.rows).toMatchObject([{ row: C1M1 }]);
    expect((await ann.call('reviews.get', { batch, start: 0, count: 1 })).summary.state).toBe('failed');
  });

  test('cannot be decided by its submitter, seen by outsiders, or approved as something else', async () => {
    const ann = await signIn('ann');
    const ben = await signIn('ben');
    await edit(ann);
    const { batch, sha256 } = await propose(ann);
    expect(await ann.refusal('reviews.approve', { batch, sha256 })).toBe('denied may-not-decide');
    expect(await ben.refusal('reviews.approve', { batch, sha256: 'f'.repeat(64) })).toBe(
      'conflict payload-differs',
    );
    expect(await ben.refusal('reviews.withdraw', { batch })).toBe('denied may-not-decide');
    const cal = await signIn('cal');
    expect(await cal.refusal('reviews.get', { batch, start: 0, count: 1 })).toBe('conflict review-gone');
    expect((await cal.call('reviews.list', { box: 'all', limit: 10 })).reviews).toEqual([]);
    expect(await ann.refusal('batches.commit', { sheet: SHEET, batch, sha256, approved: true })).toBe(
      'no refusal',
    );
    expect((await ann.call('reviews.get', { batch, start: 0, count: 1 })).summary.state).toBe('submitted');
  });

  test('of 100,000 cells is read in pages', { timeout: 120_000 }, async () => {
    await world.admin.query(
      `create table plan.big (id int primary key, a numeric(12,2), b numeric(12,2)); insert into plan.big select i, 1, 1 from generate_series(1, 50000) i;
       grant select, update on plan.big to ann, ben; select writ.govern('plan.big', '{id}');
       select writ.set_policy('plan.big', 'approval', '{reviewer}', '{1}', null, null, '{}', '{}', '3 days')`,
    );
    const sheet = JSON.stringify(['plan', 'big']);
    const ann = await signIn('ann');
    await ann.call('sheets.open', { source: { schema: 'plan', table: 'big' } });
    const rows = Array.from({ length: 50_000 }, (_, i) => `["${i + 1}"]`);
    for (const column of ['a', 'b'])
      await ann.call('edits.append', {
        step: setting(
          sheet,
          column,
          rows.map((row) => [row, '1.00', '2']),
        ),
      });
    const { sha256 } = await ann.call('batches.preview', { sheet });
    const batch = randomUUID();
    expect(await ann.call('reviews.submit', { sheet, batch, sha256 })).toMatchObject({ kind: 'submitted' });
    const ben = await signIn('ben');
    const page = await ben.call('reviews.get', { batch, start: 99_990, count: 1_000 });
    expect(page).toMatchObject({ total: 100_000, summary: { counts: { rows: 50_000, cells: 100_000 } } });
    expect(page.changes).toHaveLength(10);
    await ben.call('reviews.approve', { batch, sha256 });
    expect(await ann.call('batches.commit', { sheet, batch, sha256, approved: true })).toMatchObject({
      kind: 'committed',
      cells: 100_000,
    });
  });
});
