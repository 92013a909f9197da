import type pg from 'pg';
import { governTable, grantPolicies, grantUse, installGovernance } from '../../../governance/install.ts';
import { defineCalendar, listPeriods, mapPeriods } from '../../../governance/periods.ts';

/** Tables under audit, with the columns that name their rows. */
const governed: readonly { readonly table: string; readonly key: readonly string[] }[] = [
  { table: 'plan_line', key: ['version', 'cost_center', 'account', 'period'] },
  { table: 'account', key: ['code'] },
  { table: 'cost_center', key: ['code'] },
  { table: 'currency', key: ['code'] },
  { table: 'fx_rate', key: ['currency', 'period'] },
  { table: 'headcount', key: ['id'] },
  { table: 'period', key: ['period'] },
  { table: 'version', key: ['code'] },
  { table: 'assignment', key: ['login', 'cost_center'] },
];

/** Installs governance in the demo, puts its tables under audit and lets everyone write batches. */
export const governDemo = async (client: pg.Client): Promise<void> => {
  await installGovernance(client);
  for (const { table, key } of governed) await governTable(client, { schema: 'plan', table, key: [...key] });
  for (const role of ['planner', 'reviewer', 'plan_admin']) await grantUse(client, role);
  await grantPolicies(client, 'plan_admin');
  // Actuals follow the books; budget and forecast stay open until somebody closes a month of them.
  await defineCalendar(client, 'Planning', ['plan_admin']);
  const { rows } = await client.query<{ period: string; name: string }>(
    'select period, name from plan.period order by period',
  );
  await listPeriods(
    client,
    'Planning',
    rows.map(({ period, name }) => ({ period, label: name })),
  );
  await mapPeriods(client, {
    schema: 'plan',
    table: 'plan_line',
    calendar: 'Planning',
    columns: ['period'],
    style: 'text',
    dimension: 'cost_center',
    assignment: { schema: 'plan', table: 'assignment', person: 'login', value: 'cost_center' },
  });
};
