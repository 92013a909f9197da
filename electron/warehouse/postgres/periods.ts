import {
  type CadenceLine,
  type Calendar,
  calendar,
  type SheetPeriods,
  sheetPeriods,
} from '../../../shared/model/period.ts';
import type { Source } from '../../../shared/model/sheet.ts';
import type { PeriodPlace, Periods } from '../periods.ts';
import { cadenceOf } from './cadence.ts';
import type { Link } from './connect.ts';

const READING = 'Reading the periods';
const at = (sql: string): string =>
  `pg_catalog.to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const installedSql = `select exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'writ' and c.relname = 'period_map' and pg_catalog.has_schema_privilege(n.oid, 'usage')
    and pg_catalog.has_table_privilege(c.oid, 'select'))`;

const periodJson = `pg_catalog.json_build_object('period', p.period, 'label', coalesce(p.label, p.period),
  'state', case when p.state = 'closed' or p.closing_at <= pg_catalog.clock_timestamp() then 'closed' when p.closing_at is not null then 'closing' else 'open' end,
  'closingAt', ${at('p.closing_at')}, 'by', p.changed_by, 'at', ${at('p.changed_at')}, 'reason', p.reason)`;

const scopeJson = `case when m.scope_column is null then null else
  pg_catalog.json_build_object('column', coalesce(writ.name_now(g, m.scope_column), m.scope_column), 'values', m.scope_values) end`;

// Columns may have got another name since they were mapped.
const ofSql = `select pg_catalog.json_build_object('calendar', c.name, 'columns',
  (select pg_catalog.json_agg(coalesce(writ.name_now(g, k.name), k.name) order by k.n) from unnest(m.columns) with ordinality k(name, n)), 'style', m.style, 'scope', ${scopeJson},
  'periods', coalesce((select pg_catalog.json_agg(${periodJson} order by p.period) from writ.period p
    where p.calendar = c.id and (p.state = 'closed' or p.closing_at is not null)), '[]'))
from writ.period_map m join writ.governed g on g.id = m.target join writ.calendar c on c.id = m.calendar
where g.relation = pg_catalog.to_regclass($1) order by c.name`;

const listSql = `select pg_catalog.json_build_object('name', c.name, 'closers', c.closers, 'mayClose', writ.may_close(c.name),
  'tables', coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object('source', pg_catalog.json_build_object('schema', n.nspname, 'table', r.relname),
      'scope', coalesce(m.scope_values, '{}'), 'dimension', m.dimension) order by n.nspname, r.relname)
    from writ.period_map m join writ.governed g on g.id = m.target join pg_catalog.pg_class r on r.oid = g.relation
    join pg_catalog.pg_namespace n on n.oid = r.relnamespace where m.calendar = c.id), '[]'),
  'periods', coalesce((select pg_catalog.json_agg(${periodJson} order by p.period) from writ.period p where p.calendar = c.id), '[]'),
  'events', coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object('period', e.period, 'kind', e.kind, 'person', e.person,
      'at', ${at('e.at')}, 'closingAt', ${at('e.closing_at')}, 'reason', e.reason) order by e.seq desc)
    from (select * from writ.period_event v where v.calendar = c.id order by v.seq desc limit 100) e), '[]'))
from writ.calendar c order by c.name`;

const quoted = ({ schema, table }: Source): string =>
  [schema, table].map((name) => `"${name.replaceAll('"', '""')}"`).join('.');

/** Periods as schema writ of a PostgreSQL keeps them. */
export const periodsOf = (link: Link): Periods => {
  const installed = async (): Promise<boolean> =>
    (await link.query(installedSql, [], READING)).rows[0]?.[0] === 'true';
  const settle = async (): Promise<void> => {
    // Only notes what holds already; a replica cannot, and reading goes on.
    await link.query('select writ.settle_periods()', [], READING).catch(() => {});
  };
  return {
    list: async () => {
      if (!(await installed())) return { installed: false, calendars: [] };
      await settle();
      const { rows } = await link.query(listSql, [], READING);
      return { installed: true, calendars: rows.map(([json]): Calendar => calendar.parse(parsed(json))) };
    },
    of: async (source) => {
      if (!(await installed())) return [];
      const { rows } = await link.query(ofSql, [quoted(source)], READING);
      return rows.map(([json]): SheetPeriods => sheetPeriods.parse(parsed(json)));
    },
    close: async ({ calendar: name, period }: PeriodPlace, reason, moment) => {
      await link.command(
        'select writ.close_period($1, $2, $3, $4::timestamptz)',
        [name, period, reason, moment],
        `Closing ${period}`,
      );
    },
    reopen: async ({ calendar: name, period }, reason) => {
      await link.command(
        'select writ.reopen_period($1, $2, $3)',
        [name, period, reason],
        `Reopening ${period}`,
      );
    },
    cadence: async (place): Promise<readonly CadenceLine[]> =>
      (await installed()) ? cadenceOf(link, place) : [],
  };
};

const parsed = (json: string | null | undefined): unknown => JSON.parse(json ?? 'null');
