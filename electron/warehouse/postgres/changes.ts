import { AppError } from '../../../shared/model/failure.ts';
import type { PastScope } from '../../../shared/model/past.ts';
import type { Column, SheetDefinition } from '../../../shared/model/sheet.ts';
import type { LastChange, Past, ToldRow } from '../past.ts';
import { followChain } from './chain.ts';
import type { Link, Parameter } from './connect.ts';
import { recordedSql, refuseUntold } from './past.ts';
import { tableSql } from './statements.ts';

const DOING = 'Looking back';
const MOMENT = `YYYY-MM-DD"T"HH24:MI:SS.US"Z"`;
/** Types whose recorded text is the text a session prints, whatever its settings. */
const PLAIN: ReadonlySet<Column['type']['kind']> = new Set([
  ...(['text', 'decimal', 'integer', 'boolean', 'date', 'uuid', 'enum', 'json'] as const),
]);

/** The past of a table on PostgreSQL, told from the audit under the person's own rights. */
export const pastOf = (link: Link): Past => ({
  changes: (definition, scope, limit) => changesOf(link, definition, scope, limit),
  lastChanges: (definition, rows) => lastChangesOf(link, definition, rows),
});

const changesOf = async (
  link: Link,
  definition: SheetDefinition,
  scope: PastScope,
  limit: number,
): Promise<readonly ToldRow[]> => {
  await refuseUntold(link, definition, scope.kind === 'moment' ? scope.at : null);
  await followChain(link, 0).catch(() => null);
  const params: Parameter[] = [tableSql(definition), String(limit + 1)];
  const bind = (value: string): string => `$${params.push(value)}`;
  const bindRows = (rows: readonly string[]): string =>
    `array(select pg_catalog.json_array_elements_text(${bind(JSON.stringify(rows))}::json))`;
  const span =
    scope.kind === 'batch'
      ? `writ.batch_changes(${bind(scope.batch)}::uuid)`
      : `writ.changed_after($1, ${bind(scope.at)}::timestamptz${scope.before ? ` - interval '1 microsecond'` : ''})`;
  const conditions = [
    'a.target = (select g.id from writ.governed g where g.relation = pg_catalog.to_regclass($1))',
    ...(scope.kind === 'batch' ? [`a.batch = ${bind(scope.batch)}::uuid`] : []),
    ...(scope.rows ? [`a.row_key = any (${bindRows(scope.rows)})`] : []),
  ];
  // A row that is gone, or was not there, is a whole row even where one column is asked for.
  const shown =
    scope.kind === 'moment' && scope.column !== undefined
      ? ` and (r.whole or r.kind = 'insert' or c.column_name = ${bind(scope.column)})`
      : '';
  const { rows } = await link.query(
    `with span as materialized (select * from ${span}
), undone as materialized (
  select a.* from span s join writ.audit a on a.txid = s.txid and a.seq between s.first_seq and s.last_seq
  where ${conditions.join(' and ')}
), chosen as (
  select f.row_key, f.kind, exists (select from undone u where u.row_key = f.row_key and u.kind = 'delete') as whole
  from (select distinct on (u.row_key) u.row_key, u.kind from undone u order by u.row_key, u.seq limit $2::bigint) f
), first as (
  select distinct on (u.row_key, u.column_name) u.row_key, u.column_name, u.before from undone u order by u.row_key, u.column_name, u.seq
), last as (
  select distinct on (u.row_key, u.column_name) u.row_key, u.column_name, u.after, u.person, u.at from undone u
  order by u.row_key, u.column_name, u.seq desc
)
select r.row_key, r.kind, r.whole, c.column_name, ${shownSql(definition, 'c.before')}, ${shownSql(definition, 'l.after')}, l.person,
  pg_catalog.to_char(l.at at time zone 'UTC', '${MOMENT}')
from chosen r join first c on c.row_key = r.row_key join last l on l.row_key = r.row_key and l.column_name = c.column_name
where true${shown}
order by r.row_key, c.column_name`,
    params,
    DOING,
  );
  const told = new Map<string, ToldRow & { readonly cells: ToldRow['cells'][number][] }>();
  for (const [row, kind, whole, column, was, last, person, at] of rows) {
    const key = row ?? '';
    let known = told.get(key);
    if (!known) {
      known = { row: key, kind: kindOf(kind), whole: whole === 'true', cells: [] };
      told.set(key, known);
    }
    known.cells.push({
      ...{ column: column ?? '', was: was ?? null, last: last ?? null },
      ...{ person: person ?? '', at: at ?? '' },
    });
  }
  if (told.size > limit)
    throw new AppError(
      'invalid',
      'past-too-large',
      `More than ${limit.toLocaleString('en')} rows differ. Choose a later moment, or fewer rows.`,
    );
  return [...told.values()];
};

const kindOf = (text: string | null | undefined): ToldRow['kind'] =>
  text === 'insert' || text === 'delete' ? text : 'update';

/** A recorded text as this session prints the value: the audit writes instants in UTC, for one. */
const shownSql = (definition: SheetDefinition, text: string): string => {
  const cases = definition.columns
    .filter(({ type }) => !PLAIN.has(type.kind))
    .map((column) => `when '${column.name.replaceAll("'", "''")}' then (${recordedSql(text, column)})::text`);
  return cases.length ? `case c.column_name ${cases.join(' ')} else ${text} end` : text;
};

const lastChangesOf = async (
  link: Link,
  definition: SheetDefinition,
  rows: readonly string[],
): Promise<readonly LastChange[]> => {
  const answer = await link.query(
    `select distinct on (a.row_key, a.column_name) a.row_key, a.column_name, a.person, pg_catalog.to_char(a.at at time zone 'UTC', '${MOMENT}')
from writ.audit a where a.target = (select g.id from writ.governed g where g.relation = pg_catalog.to_regclass($1))
  and a.row_key = any (array(select pg_catalog.json_array_elements_text($2::json)))
order by a.row_key, a.column_name, a.seq desc`,
    [tableSql(definition), JSON.stringify(rows)],
    DOING,
  );
  return answer.rows.map(([row, column, person, at]) => ({
    ...{ row: row ?? '', column: column ?? '', person: person ?? '', at: at ?? '' },
  }));
};
