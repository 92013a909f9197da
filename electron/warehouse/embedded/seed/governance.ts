import type pg from 'pg';
import { governTable, grantPolicies, grantUse, installGovernance } from '../../../governance/install.ts';

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
};
