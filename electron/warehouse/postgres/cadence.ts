import pg from 'pg';
import { type CadenceLine, cadenceLine } from '../../../shared/model/period.ts';
import type { PeriodPlace } from '../periods.ts';
import type { Link } from './connect.ts';

const DOING = 'Reading who has submitted';
const quote = pg.escapeIdentifier;
const literal = pg.escapeLiteral;

const mapsSql = `select n.nspname, r.relname, pg_catalog.array_to_json(g.key), g.id, pg_catalog.array_to_json(m.columns), m.style, m.scope_column,
  pg_catalog.array_to_json(m.scope_values), m.dimension, m.assignment::pg_catalog.text, m.assignment_person, m.assignment_value,
  pg_catalog.json_object((select pg_catalog.array_agg(a.attname::text) from pg_catalog.pg_attribute a where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped),
    (select pg_catalog.array_agg(pg_catalog.format_type(a.atttypid, a.atttypmod)) from pg_catalog.pg_attribute a where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped))
from writ.period_map m join writ.calendar c on c.id = m.calendar join writ.governed g on g.id = m.target
join pg_catalog.pg_class r on r.oid = g.relation join pg_catalog.pg_namespace n on n.oid = r.relnamespace
where c.name = $1 and m.dimension is not null order by 1, 2`;

interface DimensionMap {
  readonly schema: string;
  readonly table: string;
  readonly key: readonly string[];
  readonly target: string;
  readonly columns: readonly string[];
  readonly style: string;
  readonly scope: string | null;
  readonly scopeValues: readonly string[];
  readonly dimension: string;
  readonly assignment: { readonly relation: string; readonly person: string; readonly value: string } | null;
  readonly types: Readonly<Record<string, string>>;
}

const mapOf = (row: readonly (string | null)[]): DimensionMap => {
  const list = (json: string | null | undefined): string[] => JSON.parse(json ?? '[]') as string[];
  const [
    schema,
    table,
    key,
    target,
    columns,
    style,
    scope,
    values,
    dimension,
    relation,
    person,
    value,
    types,
  ] = row;
  return {
    ...{ schema: schema ?? '', table: table ?? '', key: list(key), target: target ?? '0' },
    ...{ columns: list(columns), style: style ?? 'text', scope: scope ?? null, scopeValues: list(values) },
    dimension: dimension ?? '',
    assignment: relation && person && value ? { relation, person, value } : null,
    types: JSON.parse(types ?? '{}') as Record<string, string>,
  };
};

/** The period of alias `t`; what writ.period_sql makes, which is for the owner of the schema. */
const periodSql = ({ columns: [first = '', second = ''], style, types }: DimensionMap): string => {
  const column = `t.${quote(first)}`;
  if (style === 'text') return `${column}::text`;
  if (style === 'year-month')
    return `${column}::text || '-' || pg_catalog.lpad(t.${quote(second)}::text, 2, '0')`;
  const instant = types[first]?.startsWith('timestamp') && types[first].endsWith('with time zone');
  const form = style === 'month' ? 'YYYY-MM' : style === 'quarter' ? 'YYYY-"Q"Q' : 'YYYY';
  return `pg_catalog.to_char(${column}${instant ? " at time zone 'UTC'" : ''}, '${form}')`;
};

const linesSql = (map: DimensionMap): string => {
  const value = `t.${quote(map.dimension)}::text`;
  const scoped = map.scope
    ? ` and t.${quote(map.scope)}::text in (${map.scopeValues.map(literal).join(', ')})`
    : '';
  const matched = map.key.map(
    (name, i) => `t.${quote(name)} = (a.row_key::json ->> ${i})::${map.types[name] ?? 'text'}`,
  );
  const expected = map.assignment
    ? `select s.${quote(map.assignment.value)}::text as value, s.${quote(map.assignment.person)}::text as person from ${map.assignment.relation} s`
    : 'select null::text as value, null::text as person where false';
  return `with mine as (
  select ${value} as value, pg_catalog.count(*) as rows from ${quote(map.schema)}.${quote(map.table)} t
  where ${periodSql(map)} = $1${scoped} group by 1
), expected as (${expected}), written as (
  select ${value} as value, a.person, pg_catalog.max(a.at) as at, pg_catalog.count(*) as cells
  from writ.audit a join ${quote(map.schema)}.${quote(map.table)} t on ${matched.join(' and ')}
  where a.target = ${Number(map.target)} and a.batch is not null and ${periodSql(map)} = $1${scoped} group by 1, 2
)
select pg_catalog.json_build_object('value', v.value, 'rows', coalesce((select m.rows from mine m where m.value = v.value), 0),
  'expected', coalesce((select pg_catalog.json_agg(e.person order by e.person) from expected e where e.value = v.value), '[]'),
  'submitted', coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object('person', w.person, 'cells', w.cells,
    'at', pg_catalog.to_char(w.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by w.at desc) from written w where w.value = v.value), '[]'))
from (select value from mine union select value from expected) v where v.value is not null order by v.value`;
};

/**
 * Who has submitted for which value of the dimension, from batches in the audit that this person may read, joined to the
 * rows as they are; values without any are still missing.
 */
export const cadenceOf = async (
  link: Link,
  { calendar, period }: PeriodPlace,
): Promise<readonly CadenceLine[]> => {
  const maps = (await link.query(mapsSql, [calendar], DOING)).rows.map(mapOf);
  const lines: CadenceLine[] = [];
  for (const map of maps) {
    const { rows } = await link.query(linesSql(map), [period], DOING);
    for (const [json] of rows)
      lines.push(
        cadenceLine.parse({
          source: { schema: map.schema, table: map.table },
          dimension: map.dimension,
          ...(JSON.parse(json ?? '{}') as object),
        }),
      );
  }
  return lines;
};
