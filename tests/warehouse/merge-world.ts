import { randomUUID } from 'node:crypto';
import { governTable } from '../../electron/governance/install.ts';
import { defineCalendar, listPeriods, mapPeriods } from '../../electron/governance/periods.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import type { EditStep } from '../../shared/model/edit.ts';
import type { TestClient } from '../support/backend-client.ts';
import { rowsOf, type World } from './backend-world.ts';

export const BUDGET = { schema: 'plan', table: 'budget' };
export const BUDGET_SHEET = JSON.stringify([BUDGET.schema, BUDGET.table]);

/** A governed table with a row policy, periods and a rule, which another person changes while somebody edits. */
export const makeBudget = async ({ admin }: World): Promise<void> => {
  await admin.query(`
create table plan.budget (id int primary key, amount numeric(18,2) not null, memo text, period text not null, team text not null default 'all');
insert into plan.budget select i, i * 10, 'm' || i, '2026-0' || (1 + i % 3), 'all' from generate_series(1, 60) i;
alter table plan.budget enable row level security;
create policy seen on plan.budget for select using (team <> 'board' or current_user = 'postgres');
create policy added on plan.budget for insert with check (true);
create policy changed on plan.budget for update using (team not in ('board', 'locked')) with check (true);
create policy removed on plan.budget for delete using (team not in ('board', 'locked'));
grant select, insert, update, delete on plan.budget to ann, ben;`);
  await governTable(admin, { ...BUDGET, key: ['id'] });
  await defineCalendar(admin, 'Months', ['cal']);
  await listPeriods(
    admin,
    'Months',
    ['2026-01', '2026-02', '2026-03'].map((period) => ({ period, label: period })),
  );
  await mapPeriods(admin, { ...BUDGET, calendar: 'Months', columns: ['period'], style: 'text' });
};

export const openBudget = async (client: TestClient): Promise<OutputOf<'sheets.open'>> => {
  const opened = await client.call('sheets.open', { source: BUDGET });
  await rowsOf(client, {}, BUDGET_SHEET);
  return opened;
};

type Cell = string | null;
export const keyOf = (id: number): string => JSON.stringify([String(id)]);

/** One step that sets cells. */
export const sets = (
  edits: readonly (readonly [id: number, column: string, before: Cell, after: Cell])[],
): EditStep => {
  const columns = [...new Set(edits.map(([, column]) => column))];
  return {
    id: randomUUID(),
    sheet: BUDGET_SHEET,
    at: '2026-01-02T03:04:05.000Z',
    label: 'Edit',
    sets: {
      columns,
      rows: edits.map(([id]) => keyOf(id)),
      columnOf: edits.map(([, column]) => columns.indexOf(column)),
      before: edits.map(([, , before]) => before),
      after: edits.map(([, , , after]) => after),
    },
  };
};

/** Reads the rows again and waits until what is pending is merged with them. */
export const readAgain = async (client: TestClient): Promise<OutputOf<'merge.state'>> => {
  client.forget();
  await client.call('rows.refresh', { sheet: BUDGET_SHEET });
  await client.heard('sheet.changed');
  return stateOf(client);
};

/** The state once merging is over; a preview waits for it. */
export const stateOf = async (client: TestClient): Promise<OutputOf<'merge.state'>> => {
  await client.call('batches.preview', { sheet: BUDGET_SHEET }).catch(() => {});
  return client.call('merge.state', { sheet: BUDGET_SHEET });
};

/** Conflicts in short: row, kind, column and the three values. */
export const short = ({ conflicts }: OutputOf<'merge.state'>): readonly string[] =>
  conflicts
    .map(({ row, kind, column, base, mine, theirs }) =>
      [row, kind, column ?? '-', [base, mine, theirs].map((value) => String(value)).join('/')].join(' '),
    )
    .sort();
