import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PastScope } from '../../shared/model/past.ts';
import { deleting, inserting, setting, type TestClient } from '../support/backend-client.ts';
import { openWorld, rowsOf, SHEET, SOURCE, submit, type World } from './backend-world.ts';

let world: World;
const clients: TestClient[] = [];

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.admin.query(
    `delete from plan.line; insert into plan.line (center, month, amount, memo) select c, m, m * 100, null from unnest(array['C1', 'C2']) c, generate_series(1, 6) m`,
  );
});
afterEach(async () => {
  for (const client of clients.splice(0)) {
    await client.call('edits.discard', { sheet: SHEET }).catch(() => {});
    client.close();
  }
});

const signIn = async (user: string): Promise<TestClient> => {
  const client = await world.signedIn(user);
  clients.push(client);
  await client.call('sheets.open', { source: SOURCE });
  await rowsOf(client);
  return client;
};
const table = async (): Promise<readonly Record<string, string | null>[]> =>
  (
    await world.admin.query(
      'select center, month, amount::text, memo, owner from plan.line order by center, month',
    )
  ).rows;
const moment = async (): Promise<string> =>
  (await world.admin.query(`select clock_timestamp()::text as at`)).rows[0]?.at;
const restore = async (client: TestClient, scope: PastScope, overChanged = false) => {
  const preview = await client.call('restore.preview', { sheet: SHEET, scope, overChanged });
  const entered = await client.call('restore.enter', {
    sheet: SHEET,
    scope,
    overChanged,
    sha256: preview.sha256,
  });
  return { preview, entered };
};
const committed = async (client: TestClient): Promise<string> => {
  const outcome = await submit(client);
  expect(outcome.kind).toBe('committed');
  return outcome.batch;
};

/** A batch of ann that changes two rows, removes one and adds one. */
const someBatch = async (ann: TestClient): Promise<string> => {
  await ann.call('edits.append', {
    step: setting(SHEET, 'amount', [
      ['["C1","1"]', '100.00', '1'],
      ['["C1","2"]', '200.00', '2'],
    ]),
  });
  const before = { center: 'C1', month: '3', amount: '300.00', memo: null, doubled: '600.00', owner: 'ann' };
  await ann.call('edits.append', { step: deleting(SHEET, '["C1","3"]', before) });
  await ann.call('edits.append', {
    step: inserting(SHEET, 'new:a', { center: 'C1', month: '9', amount: '9' }),
  });
  return committed(ann);
};

describe('a batch', () => {
  test('is taken back as one step of the journal, submitted as a new batch', async () => {
    const ann = await signIn('ann');
    const before = await table();
    const batch = await someBatch(ann);
    const listed = await ann.call('history.list', { sheet: SHEET, batch, limit: 100 });
    expect(new Set(listed.entries.map(({ row }) => row)).size).toBe(4);
    const { preview, entered } = await restore(ann, { kind: 'batch', batch });
    expect(preview.counts).toEqual({ changed: 2, broughtBack: 1, takenOut: 1, cells: 2 });
    expect(preview.conflicts).toEqual([]);
    expect(entered.delta.counts).toMatchObject({ updated: 2, inserted: 1, deleted: 1, undo: 'Restore' });
    // Nothing is written yet, and one undo takes all of it back.
    expect(await table()).not.toEqual(before);
    expect((await ann.call('edits.undo', { sheet: SHEET })).counts).toMatchObject({
      updated: 0,
      inserted: 0,
      deleted: 0,
    });
    await ann.call('edits.redo', { sheet: SHEET });
    expect(await committed(ann)).not.toBe(batch);
    expect(await table()).toEqual(before);
    // Taken back already: nothing is left of it to restore.
    expect(
      (await ann.call('restore.preview', { sheet: SHEET, scope: { kind: 'batch', batch } })).changes,
    ).toEqual([]);
  });

  test('leaves to others what they changed since, and names them; on demand it is taken back as well', async () => {
    const ann = await signIn('ann');
    const batch = await someBatch(ann);
    const ben = await signIn('ben');
    await ben.call('edits.append', { step: setting(SHEET, 'amount', [['["C1","1"]', '1.00', '77']]) });
    await committed(ben);
    await world.admin.query(`delete from plan.line where center = 'C1' and month = 2`);
    await world.admin.query(`insert into plan.line (center, month, amount) values ('C1', 3, 33)`);
    const scope = { kind: 'batch', batch } as const;
    const preview = await ann.call('restore.preview', { sheet: SHEET, scope });
    expect(preview.conflicts.map(({ kind, row, column, person }) => [kind, row, column, person])).toEqual([
      ['changed-since', '["C1","1"]', 'amount', 'ben'],
      ['row-deleted', '["C1","2"]', undefined, undefined],
      ['key-taken', '["C1","3"]', undefined, undefined],
    ]);
    expect(preview.changedSince).toBe(1);
    expect(preview.changes.map(({ row, kind }) => [row, kind])).toEqual([['["C1","9"]', 'take-out']]);
    const { entered } = await restore(ann, scope, true);
    expect(entered.delta.counts).toMatchObject({ updated: 1, deleted: 1 });
  });

  test('what was shown is what is entered: a change in between is refused', async () => {
    const ann = await signIn('ann');
    const batch = await someBatch(ann);
    const scope = { kind: 'batch', batch } as const;
    const { sha256 } = await ann.call('restore.preview', { sheet: SHEET, scope });
    await world.admin.query(`update plan.line set amount = 5 where center = 'C1' and month = 1`);
    expect(await ann.refusal('restore.enter', { sheet: SHEET, scope, sha256 })).toBe(
      'conflict changed-since-preview',
    );
    expect((await ann.call('edits.undo', { sheet: SHEET })).counts.cells).toBe(0);
  });
});

describe('a cell and rows', () => {
  test('go back to just before a change, whoever changed them since', async () => {
    const ann = await signIn('ann');
    await world.admin.query(`update plan.line set amount = 1, memo = 'x' where center = 'C1' and month = 1`);
    await world.admin.query(`update plan.line set amount = 2, memo = 'y' where center = 'C1' and month = 1`);
    const row = '["C1","1"]';
    const { entries } = await ann.call('history.list', { sheet: SHEET, row, column: 'amount', limit: 10 });
    const at = entries[1]?.at ?? '';
    const { preview } = await restore(ann, {
      kind: 'moment',
      at,
      before: true,
      rows: [row],
      column: 'amount',
    });
    expect(preview.changes).toMatchObject([
      { row, kind: 'change', person: 'postgres', cells: [{ column: 'amount', was: '100.00', now: '2.00' }] },
    ]);
    await committed(ann);
    expect((await table())[0]).toMatchObject({ amount: '100.00', memo: 'y' });
  });
});

describe('named conflicts', () => {
  test('rights, periods, gone columns, rules and edits of one’s own', async () => {
    await world.admin.query(`select writ.define_calendar('Plan', '{}');
      select writ.map_periods('plan.line', 'Plan', array['month'], 'text');
      alter table plan.line add column extra int; select writ.govern('plan.line', array['center', 'month'])`);
    const since = await moment();
    await world.admin.query(
      `update plan.line set amount = amount + 1, memo = 'm', extra = 1 where center = 'C1' and month < 5`,
    );
    await world.admin.query(
      `update plan.line set memo = null where center = 'C1' and month = 4; delete from plan.line where center = 'C2' and month = 6`,
    );
    await world.admin.query(`alter table plan.line drop column extra; revoke update, insert on plan.line from ann;
      grant update (amount) on plan.line to ann; insert into writ.period (calendar, period, state, changed_at, changed_by)
      select id, '2', 'closed', now(), 'cal' from writ.calendar on conflict (calendar, period) do update set state = 'closed', changed_at = now(), changed_by = 'cal'`);
    try {
      const ann = await signIn('ann');
      await ann.call('edits.append', { step: setting(SHEET, 'amount', [['["C1","3"]', '301.00', '5']]) });
      const preview = await ann.call('restore.preview', {
        sheet: SHEET,
        scope: { kind: 'moment', at: since },
      });
      expect(preview.conflicts.map(({ kind, row, column }) => [kind, row, column])).toEqual([
        ['column-gone', undefined, 'extra'],
        ['no-right', '["C1","1"]', 'memo'],
        ['period-closed', '["C1","2"]', undefined],
        ['pending', '["C1","3"]', undefined],
        ['no-right', '["C2","6"]', undefined],
      ]);
      expect(preview.changes.map(({ row, cells }) => [row, cells.map(({ column }) => column)])).toEqual([
        ['["C1","1"]', ['amount']],
        ['["C1","4"]', ['amount']],
      ]);
      for (const { message } of preview.conflicts) expect(message).toMatch(/\.$/);
    } finally {
      await world.admin.query(`grant select, insert, update, delete on plan.line to ann;
        delete from writ.period_map; select writ.guard_periods('plan.line'); select writ.govern('plan.line', array['center', 'month'])`);
    }
  });
});

const change = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), month: fc.integer({ min: 1, max: 6 }), n: fc.nat(99) }),
  fc.record({ kind: fc.constant('remove' as const), month: fc.integer({ min: 1, max: 6 }), n: fc.nat(1) }),
  fc.record({ kind: fc.constant('add' as const), month: fc.integer({ min: 1, max: 9 }), n: fc.nat(99) }),
  fc.record({ kind: fc.constant('move' as const), month: fc.integer({ min: 1, max: 6 }), n: fc.nat(1) }),
);
const sqlOf = ({ kind, month, n }: { kind: string; month: number; n: number }): string => {
  const center = n % 2 ? 'C1' : 'C2';
  switch (kind) {
    case 'set':
      return `update plan.line set amount = ${n}, memo = ${n % 3 ? `'m${n}'` : 'null'} where center = '${center}' and month >= ${month}`;
    case 'remove':
      return `delete from plan.line where center = '${center}' and month = ${month}`;
    case 'add':
      return `insert into plan.line (center, month, amount) values ('${center}', ${month}, ${n}) on conflict do nothing`;
    default:
      return `update plan.line t set month = month + 6 where center = '${center}' and month = ${month}
        and not exists (select from plan.line o where o.center = t.center and o.month = t.month + 6)`;
  }
};

test('restoring a moment gives the table of that moment, as one batch of the person who restores', async () => {
  const seed = Date.now() % 2 ** 31;
  console.info(`seed ${seed}`);
  const ann = await signIn('ann');
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
      const at = await moment();
      const before = await table();
      for (const each of changes) await world.admin.query(sqlOf(each));
      const scope = { kind: 'moment', at } as const;
      const difference = await ann.call('history.difference', { sheet: SHEET, scope });
      const same = JSON.stringify(await table()) === JSON.stringify(before);
      expect(difference.changes.length === 0).toBe(same);
      if (same) return;
      const { preview } = await restore(ann, scope);
      expect(preview.conflicts).toEqual([]);
      expect(preview.changes).toEqual(difference.changes);
      await committed(ann);
      expect(await table()).toEqual(before);
    }),
    { seed, numRuns: 12 },
  );
});

describe('the sheet as it was', () => {
  test('opens beside the one of now, can be sorted and filtered, and takes no edits', async () => {
    const ann = await signIn('ann');
    const at = await moment();
    await world.admin.query(`update plan.line set amount = 0; delete from plan.line where month = 6`);
    const past = await ann.call('sheets.open', { source: SOURCE, at });
    const id = past.definition.id;
    expect(id).not.toBe(SHEET);
    expect(past.rights).toMatchObject({ insert: false, delete: false, updateColumns: [] });
    const rows = await rowsOf(ann, { sort: [{ column: 'amount', descending: true }] }, id);
    expect(rows.map(({ amount }) => amount)).toEqual(
      [600, 600, 500, 500, 400, 400, 300, 300, 200, 200, 100, 100].map((n) => `${n}.00`),
    );
    expect(rows[0]).toMatchObject({ doubled: '1200.00' });
    expect(
      await ann.refusal('edits.append', { step: setting(id, 'amount', [['["C1","1"]', '100.00', '5']]) }),
    ).toBe('denied sheet-read-only');
  });
});

describe('the audit as it is remembered', () => {
  test('a cut, or an alteration, is told at the next commit and at every sign-in, until it is accepted', async () => {
    const ann = await signIn('ann');
    await someBatch(ann);
    await ann.heard('audit.state', (state) => state.kind === 'sound');
    expect(await ann.call('audit.state', {})).toMatchObject({ kind: 'sound' });
    await world.admin.query(`alter table writ.link disable trigger user; alter table writ.audit disable trigger user;
      delete from writ.audit where txid = (select txid from writ.link order by n desc limit 1); delete from writ.link where n = (select max(n) from writ.link);
      alter table writ.link enable always trigger append_only; alter table writ.audit enable always trigger append_only; alter table writ.audit enable always trigger from_triggers`);
    expect(await ann.call('audit.state', {})).toMatchObject({ kind: 'cut' });
    ann.forget();
    await ann.call('edits.append', { step: setting(SHEET, 'amount', [['["C2","1"]', '100.00', '8']]) });
    await committed(ann);
    await ann.heard('audit.state', (state) => state.kind === 'altered');
    await world.restart();
    const again = await signIn('ann');
    await again.heard('audit.state', (state) => state.kind === 'altered');
    expect(await again.call('audit.accept', {})).toMatchObject({ kind: 'sound' });
    expect(await again.call('audit.state', {})).toMatchObject({ kind: 'sound' });
    // Another person's profile never saw what was cut.
    expect(await (await signIn('cal')).call('audit.state', {})).toMatchObject({ kind: 'sound' });
  });

  test('an audit that is gone is told as well', async () => {
    const ann = await signIn('ann');
    expect(await ann.call('audit.state', {})).toMatchObject({ kind: 'sound' });
    await world.admin.query('revoke usage on schema writ from ann');
    expect(await ann.call('audit.state', {})).toMatchObject({ kind: 'gone' });
    await world.admin.query('grant usage on schema writ to ann');
    expect(await ann.call('audit.state', {})).toMatchObject({ kind: 'sound' });
  });
});
