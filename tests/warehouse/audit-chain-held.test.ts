import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { openTables, type TestTables } from './commit-table.ts';

let server: TestPostgres;
let t: TestTables;

beforeAll(async () => {
  server = await startPostgres();
});
afterEach(() => t.close());
afterAll(() => server.stop());

const open = async (): Promise<void> => {
  t = await openTables(
    server,
    'create table line (id int primary key, n int); insert into line select i, 0 from generate_series(1, 50) i',
    { line: ['id'] },
  );
};

describe('the chain of the audit', () => {
  const held: readonly (readonly [string, string])[] = [
    ['an open transaction', 'begin; select writ.follow(0)'],
    ['one opened in a message before', 'begin|select n, head, at, known_head from writ.follow(0)'],
    ['a statement that does more', 'begin; select n from writ.follow(0), pg_sleep(0)'],
    ['a block of code', `begin; do $$ begin perform writ.follow(0); end $$`],
    ['a prepared statement', 'prepare p as select n from writ.follow(0)|begin; execute p'],
    ['a cursor', 'begin; declare c cursor for select n from writ.follow(0); fetch c'],
  ];
  /** Anna follows in a way that holds on; whether ben can still link what he wrote. */
  const linkedBeside = async (sql: string, mutant = ''): Promise<boolean> => {
    await open();
    await t.admin.query(mutant);
    const [anna, ben] = [await t.raw('anna'), await t.raw('ben')];
    await ben.query('update fin.line set n = 1 where id = 30');
    for (const message of sql.split('|')) await anna.query(message);
    const { rows } = await ben.query('select n, head, at, known_head from writ.follow(0)');
    await anna.query('rollback');
    return Number(rows[0]?.n) === 2;
  };

  test.each(held)('is not held up by who follows in %s', async (_name, sql) => {
    expect(await linkedBeside(sql)).toBe(true);
  });

  test('mutant: linked in any transaction, it would be', async () => {
    const mutant = `create or replace function writ.stands_alone() returns boolean language sql as 'select true'`;
    expect(await linkedBeside('begin; select writ.follow(0)', mutant)).toBe(false);
  });
});
