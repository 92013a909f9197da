import type pg from 'pg';
import { demoPeople } from '../people.ts';
import { accountGroups, currencies, divisions } from './dimensions.ts';
import { rightsSql, schemaSql } from './schema.ts';

/** Which database roles a demo person has. */
const rolesOf: Readonly<Record<string, readonly string[]>> = {
  'anna.berg': ['planner'],
  'luis.ortega': ['planner'],
  'mei.tan': ['reviewer'],
  'sam.okafor': ['plan_admin'],
};

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const FISCAL_YEAR = 2026;
/** Books are closed through September; actuals exist for these months. */
const CLOSED_MONTHS = 9;

/** Creates group roles and one login per demo person; roles belong to the cluster, not to a database. */
export const seedRoles = async (
  client: pg.Client,
  passwords: Readonly<Record<string, string>>,
): Promise<void> => {
  for (const role of ['plan_owner', 'planner', 'reviewer', 'plan_admin'])
    await client.query(`create role ${role} nologin`);
  for (const person of demoPeople) {
    const login = client.escapeIdentifier(person.user);
    const password = client.escapeLiteral(passwords[person.user] ?? '');
    await client.query(`create role ${login} login connection limit 20 password ${password}`);
    for (const role of rolesOf[person.user] ?? []) await client.query(`grant ${role} to ${login}`);
  }
};

/** Fills an empty database with the demo plan: 7 currencies, 12 months, 37 cost centres, 120 accounts, about 28,000 lines. */
export const seedPlan = async (client: pg.Client): Promise<void> => {
  await client.query(schemaSql);
  await seedDimensions(client);
  await client.query(lineSql, [CLOSED_MONTHS]);
  await client.query(headcountSql);
  await client.query(
    `insert into plan.import_log (imported_at, file_name, rows, remark)
     select make_timestamptz(${FISCAL_YEAR}, m + 1, 4, 6, 15, 0, 'UTC'), format('ledger-%s-%s.csv', ${FISCAL_YEAR}, lpad(m::text, 2, '0')),
       (select count(*) from plan.plan_line where version = 'ACT' and period = format('%s-%s', ${FISCAL_YEAR}, lpad(m::text, 2, '0'))), null
     from generate_series(1, ${CLOSED_MONTHS}) m`,
  );
  await client.query(rightsSql);
  await client.query('analyze');
};

const insertRows = async (
  client: pg.Client,
  target: string,
  rows: readonly (readonly (string | null)[])[],
): Promise<void> => {
  const width = rows[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, c) => rows.map((row) => row[c] ?? null));
  const arrays = columns.map((_, c) => `$${c + 1}::text[]`).join(', ');
  const names = target.slice(target.indexOf('(') + 1, -1).split(',');
  const table = target.slice(0, target.indexOf('(')).trim();
  // json_populate_record casts each text to the column's own type, domains and enums included.
  const pairs = names.map((name, c) => `'${name.trim()}', v.c${c}`).join(', ');
  const aliases = columns.map((_, c) => `c${c}`).join(', ');
  const picked = names.map((name) => `r.${name.trim()}`).join(', ');
  await client.query(
    `insert into ${target} select ${picked} from unnest(${arrays}) v(${aliases}),
     lateral json_populate_record(null::${table}, json_build_object(${pairs})) r`,
    columns,
  );
};

const seedDimensions = async (client: pg.Client): Promise<void> => {
  await insertRows(
    client,
    'plan.currency (code, name, decimals)',
    currencies.map(([code, name, decimals]) => [code ?? '', name ?? '', decimals ?? '2']),
  );
  await insertRows(
    client,
    'plan.period (period, name, fiscal_year, month, starts_on, ends_on, status)',
    months.map((name, m) => {
      const month = String(m + 1).padStart(2, '0');
      const days = String(new Date(Date.UTC(FISCAL_YEAR, m + 1, 0)).getUTCDate());
      const period = `${FISCAL_YEAR}-${month}`;
      return [
        period,
        `${name} ${FISCAL_YEAR}`,
        String(FISCAL_YEAR),
        String(m + 1),
        `${period}-01`,
        `${period}-${days}`,
        m < CLOSED_MONTHS ? 'closed' : 'open',
      ];
    }),
  );
  await insertRows(client, 'plan.version (code, name, purpose)', [
    ['ACT', 'Actuals', 'Delivered by the ledger; never typed'],
    ['BUD', 'Budget 2026', 'Approved by the board in December 2025'],
    ['FC1', 'Forecast Q3', 'Actuals through September, outlook for the fourth quarter'],
  ]);
  await insertRows(client, 'plan.cost_center (code, name, parent, level, division, manager, currency)', [
    ['CC0000', 'Aldermoor Instruments', null, '1', 'Company', 'Isabel Winter', 'EUR'],
    ...divisions.map((d) => [d.code, d.name, 'CC0000', '2', d.name, null, 'EUR']),
    ...divisions.flatMap((d) =>
      d.centers.map(([code, name, manager, currency]) => [
        code ?? '',
        name ?? '',
        d.code,
        '3',
        d.name,
        manager ?? null,
        currency ?? 'EUR',
      ]),
    ),
  ]);
  await insertRows(
    client,
    'plan.account (code, name, kind, sign, posting)',
    accountGroups.flatMap((g) =>
      g.names.map((name, i) => [
        String(g.first + i * 10),
        name,
        g.kind,
        String(g.sign),
        i === 0 ? 'false' : 'true',
      ]),
    ),
  );
  await insertRows(
    client,
    'plan.assignment (login, cost_center, since)',
    divisions.flatMap((d) =>
      d.centers
        .map(([code]) => [d.planner, code ?? '', '2025-01-01'] as const)
        .filter(([login]) => login !== null),
    ),
  );
  const pairs = currencies.map(([code, , , rate]) => [code ?? '', rate ?? '1']);
  await client.query(
    `insert into plan.fx_rate select c.code, p.period, case when c.code = 'EUR' then 1 else
       round(c.rate * (1 + (p.month - 6) * 0.0021 + (abs(hashtext(c.code || p.period)) % 100 - 50) * 0.0001), 8) end
     from unnest($1::char(3)[], $2::numeric[]) c(code, rate), plan.period p`,
    [pairs.map((p) => p[0]), pairs.map((p) => p[1])],
  );
  await client.query('create temporary table account_scale (code text primary key, scale numeric)');
  await client.query('insert into account_scale select * from unnest($1::text[], $2::numeric[])', [
    accountGroups.flatMap((g) => g.names.map((_, i) => String(g.first + i * 10))),
    accountGroups.flatMap((g) => g.names.map((_, i) => String(Math.round(g.scale / (1 + i * 0.45))))),
  ]);
};

/** Amounts follow a season and a trend with noise that depends on the line alone, so every seed is the same. */
const lineSql = `
with center as (
  select c.code, c.currency, c.division, abs(hashtext(c.code)) % 100 as mark from plan.cost_center c where c.level = 3
), pick as (
  select c.code as cost_center, c.currency, a.code as account, a.kind, s.scale, c.mark
  from center c join plan.account a on a.posting join account_scale s on s.code = a.code
  where case
    when a.kind = 'revenue' then c.division = 'Sales'
    when a.kind = 'cost of sales' then c.division in ('Operations', 'Logistics')
    when a.kind = 'statistics' then abs(hashtext(c.code || a.code)) % 3 = 0
    else abs(hashtext(a.code || c.code)) % 5 < 2
  end
), base as (
  select p.*, m.period, m.month, x.rate,
    p.scale * (0.6 + p.mark / 120.0) * (1 + 0.012 * m.month) * (1 + 0.14 * sin(m.month * 0.9 + p.mark)) as eur,
    abs(hashtext(p.cost_center || p.account || m.period)) % 1000 as noise
  from pick p cross join plan.period m join plan.fx_rate x on x.currency = p.currency and x.period = m.period
), lines as (
  select v.code as version, b.*,
    b.eur * b.rate * case v.code
      when 'BUD' then 1
      when 'ACT' then 0.93 + b.noise / 7000.0
      else case when b.month <= $1 then 0.93 + b.noise / 7000.0 else 0.97 + b.noise / 16000.0 end
    end as value
  from base b cross join plan.version v where v.code <> 'ACT' or b.month <= $1
)
insert into plan.plan_line (version, cost_center, account, period, amount, currency, quantity, unit_price, driver, probability, valid_from, valid_to, memo)
select version, cost_center, account, period,
  case when version = 'BUD' then round(value::numeric, -2) else round(value::numeric, 2) end, currency,
  case when kind = 'statistics' then round(value::numeric, 3) when noise % 9 = 0 then (noise % 90 + 1) end,
  case when noise % 9 = 0 and kind <> 'statistics' then round((value / (noise % 90 + 1))::numeric, 4) end,
  (case when version = 'ACT' then 'manual' when kind = 'personnel' then 'headcount' when kind = 'depreciation' then 'contract'
    when noise % 7 = 0 then 'contract' when noise % 5 = 0 then 'trend' else 'manual' end)::plan.line_driver,
  case when version = 'FC1' and month > $1 then 60 + noise % 9 * 5 else 100 end,
  case when noise % 7 = 0 then (period || '-01')::date end,
  case when noise % 14 = 0 then ((period || '-01')::date + interval '1 year' - interval '1 day')::date end,
  case when noise % 61 = 0 then 'Price increase agreed with the supplier' when noise % 73 = 0 then 'Estimate of the cost centre manager'
    when noise % 89 = 0 then 'One-off' end
from lines order by version, cost_center, account, period`;

const headcountSql = `
insert into plan.headcount (cost_center, position_title, grade, fte, starts_on, ends_on, monthly_salary)
select c.code, (array['Specialist', 'Senior specialist', 'Team lead', 'Assistant', 'Engineer', 'Analyst'])[1 + h % 6],
  (array['A1', 'A2', 'B1', 'B2', 'C1', 'C2'])[1 + h % 6], case when h % 5 = 0 then 0.5 else 1 end,
  date '2018-01-01' + (h % 2500), case when h % 17 = 0 then date '2026-12-31' end, 2800 + (h % 60) * 75
from plan.cost_center c, generate_series(1, 9) n, lateral (select abs(hashtext(c.code || n::text)) as h) k
where c.level = 3`;
