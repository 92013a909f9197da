import type pg from 'pg';
import { defineCalendar, listPeriods, mapPeriods } from '../../electron/governance/periods.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { openTables, type TestTables } from './commit-table.ts';

/** Lines of three months and two versions; 'Actuals' holds the periods of version ACT, and ben may close them. */
export const LINES = `
  create table line (id int primary key, version text not null default 'ACT', month char(7) not null, n numeric(12,2));
  insert into line select i, 'ACT', '2026-0' || (1 + i % 3), i from generate_series(1, 9) i;
  insert into line values (20, 'FC1', '2026-01', 5)`;

/** Opens LINES with a calendar over them; role `closer` has ben in it. */
export const openPeriods = async (server: TestPostgres, sql = LINES): Promise<TestTables> => {
  const t = await openTables(server, sql, { line: ['id'] });
  await t.admin.query(
    `do $$ begin if not exists (select from pg_roles where rolname = 'closer') then create role closer; end if; end $$; grant closer to ben`,
  );
  await defineCalendar(t.admin, 'Actuals', ['closer']);
  await listPeriods(
    t.admin,
    'Actuals',
    ['2026-01', '2026-02', '2026-03'].map((period) => ({ period, label: period })),
  );
  await mapPeriods(t.admin, {
    schema: 'fin',
    table: 'line',
    calendar: 'Actuals',
    columns: ['month'],
    style: 'text',
    scope: { column: 'version', values: ['ACT'] },
  });
  // Many connections are opened here: each test ends its own.
  const raws: pg.Client[] = [];
  return {
    ...t,
    raw: async (user) => {
      const client = await t.raw(user);
      raws.push(client);
      return client;
    },
    close: async () => {
      for (const client of raws) await client.end();
      await t.close();
    },
  };
};

/** Closes a month, at once or from a moment on. */
export const closeMonth = async (
  client: pg.Client,
  period: string,
  at: string | null = null,
): Promise<void> => {
  await client.query('select writ.close_period($1, $2, $3, $4::timestamptz)', [
    'Actuals',
    period,
    'done',
    at,
  ]);
};

/** The SQLSTATE a statement fails with, or 'ok'. */
export const stateOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  );

/** Settles once a backend waits for a lock: the race has reached the place under test. */
export const whenWaiting = async (admin: pg.Client, pid: number): Promise<void> => {
  for (;;) {
    const { rows } = await admin.query(
      `select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'`,
      [pid],
    );
    if (rows.length) return;
    await new Promise((done) => setImmediate(done));
  }
};

export const pidOf = async (client: pg.Client): Promise<number> =>
  (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0;
