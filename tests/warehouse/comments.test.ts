import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addComment, commentsOf, resolveComment } from '../../electron/warehouse/postgres/comments.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { openTables, type TestTables } from './commit-table.ts';

let server: TestPostgres;
let t: TestTables;

beforeAll(async () => {
  server = await startPostgres();
});
afterEach(() => t.close());
afterAll(() => server.stop());

const PLANS = `create table assigned (login text, center text); insert into assigned values ('anna', 'C1'), ('ben', 'C1'), ('ben', 'C2');
  create table plan (center text primary key, amount numeric(12,2)); insert into plan values ('C1', 1), ('C2', 2);
  alter table plan enable row level security; create policy own on plan using (center in (select a.center from assigned a where a.login = session_user))`;
const about = (center: string, text: string) => ({ row: `["${center}"]`, column: 'amount', text });

test('a comment is said by the login, seen by whoever sees the row, and resolved by name', async () => {
  t = await openTables(server, PLANS, { plan: ['center'] });
  const definition = await t.describe('plan');
  const anna = await t.link('anna');
  const ben = await t.link('ben');
  const said = await addComment(anna, definition, about('C1', 'Too high?'));
  expect(said).toMatchObject({ person: 'anna', row: '["C1"]', column: 'amount', resolved: false });
  await addComment(ben, definition, about('C2', 'Not for Anna'));
  expect((await commentsOf(anna, definition)).map(({ text }) => text)).toEqual(['Too high?']);
  expect((await commentsOf(ben, definition)).map(({ text }) => text)).toEqual(['Too high?', 'Not for Anna']);

  expect(await resolveComment(ben, said.id, true)).toMatchObject({ resolved: true, resolvedBy: 'ben' });
  expect(await commentsOf(anna, definition)).toEqual([]);
  expect(await commentsOf(anna, definition, '["C1"]')).toHaveLength(1);
});

test('nobody speaks for another, of rows they do not see, or changes what was said', async () => {
  t = await openTables(server, PLANS, { plan: ['center'] });
  const definition = await t.describe('plan');
  const anna = await t.link('anna');
  await expect(addComment(anna, definition, about('C2', 'x'))).rejects.toMatchObject({ kind: 'denied' });
  await addComment(anna, definition, about('C1', 'first'));
  const raw = await t.raw('anna');
  const refused = { code: '42501' };
  await expect(
    raw.query(`insert into writ.comment (target, row_key, person, text) values (1, '["C1"]', 'ben', 'x')`),
  ).rejects.toMatchObject(refused);
  await expect(raw.query(`update writ.comment set text = 'other'`)).rejects.toMatchObject(refused);
  await expect(raw.query('delete from writ.comment')).rejects.toMatchObject(refused);
  await expect(t.admin.query('delete from writ.comment')).rejects.toMatchObject(refused);
  const outsider = await t.raw('outsider');
  await expect(outsider.query('select * from writ.comment')).rejects.toMatchObject(refused);
});

test('a table that is not governed says so, and shows none', async () => {
  t = await openTables(server, 'create table loose (id int primary key)', {});
  const definition = await t.describe('loose');
  const anna = await t.link('anna');
  expect(await commentsOf(anna, definition)).toEqual([]);
  await expect(addComment(anna, definition, { row: '["1"]', column: null, text: 'x' })).rejects.toMatchObject(
    {
      kind: 'unavailable',
      code: 'comments-absent',
    },
  );
});
