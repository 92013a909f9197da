import { afterAll, beforeAll, expect, test } from 'vitest';
import { defineCalendar, listPeriods, mapPeriods } from '../../electron/governance/periods.ts';
import type { Warehouse } from '../../electron/warehouse/adapter.ts';
import { openPostgres } from '../../electron/warehouse/postgres/postgres.ts';
import { closedReason, isClosed } from '../../shared/lifecycle/periods.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { type ApprovalTables, openApproval } from './approval-table.ts';

const HOUR = 3_600_000;
let server: TestPostgres;
let t: ApprovalTables;

beforeAll(async () => {
  server = await startPostgres();
  t = await openApproval(server);
  await defineCalendar(t.admin, 'Plan', ['approver']);
  await listPeriods(t.admin, 'Plan', [{ period: 'A', label: 'A' }]);
  await mapPeriods(t.admin, {
    ...{ schema: 'fin', table: 'line', calendar: 'Plan', columns: ['center'], style: 'text' },
  });
  const alice = await t.as('alice');
  await alice.query(`select writ.close_period('Plan', 'A', 'month end', now() + interval '1 hour')`);
});
afterAll(async () => {
  await t.close();
  await server.stop();
});

/** Paula's warehouse on a machine whose clock is so many hours ahead. */
const onMachine = async (
  hours: number,
  work: (warehouse: Warehouse, now: () => Date) => Promise<void>,
): Promise<void> => {
  const now = () => new Date(Date.now() + hours * HOUR);
  const warehouse = await openPostgres({
    ...{ host: server.host, port: server.port, database: t.database, user: 'paula', password: 'paula' },
    ...{ tls: 'disable', timeZone: 'UTC', version: '0.0.0', now },
  });
  try {
    await work(warehouse, now);
  } finally {
    await warehouse.close();
  }
};

test.each([-5, 0, 5])(
  'a period that closes in an hour is open on a machine %i hours ahead',
  async (hours) => {
    await onMachine(hours, async ({ periods }, now) => {
      const calendars = await periods.of({ schema: 'fin', table: 'line' });
      expect(calendars.map(({ periods: known }) => known.map(({ state }) => state))).toEqual([['closing']]);
      const [listed] = (await periods.list()).calendars;
      const closed = (later: number): readonly (boolean | null)[] => {
        const at = new Date(now().getTime() + later * HOUR);
        const period = listed?.periods[0];
        return [
          closedReason(calendars, () => 'A', at) !== null,
          listed && period ? isClosed(period, listed, at) : null,
        ];
      };
      expect(closed(0.9)).toEqual([false, false]);
      expect(closed(1.1)).toEqual([true, true]);
    });
  },
);
