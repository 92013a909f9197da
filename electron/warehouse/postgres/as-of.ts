import type pg from 'pg';
import { AppError } from '../../../shared/model/failure.ts';
import type { SheetDefinition } from '../../../shared/model/sheet.ts';
import type { ReadRequest, RowChunk } from '../adapter.ts';
import { cancelStatement } from './cancel-statement.ts';
import { records, relationFact } from './catalog-facts.ts';
import { followChain } from './chain.ts';
import type { Link } from './connect.ts';
import { copyRows } from './copy-rows.ts';
import { mapError } from './errors.ts';
import { pastSql, recordedSql, refuseUntold, samePastSql } from './past.ts';
import { rowPolicies } from './policies.ts';
import { quote } from './statement-types.ts';
import { tableSql } from './statements.ts';

const CHUNK_ROWS = 10_000;

/**
 * Streams the rows as they were at a moment, in key order: those of now, with every transaction undone that last wrote later.
 * One snapshot, under the person's own rights: history is seen of rows seen now, and a row as it was has to pass the row policies as well.
 */
export const readAsOf = async (
  link: Link,
  request: ReadRequest,
  moment: string,
  onChunk: (chunk: RowChunk) => void,
): Promise<{ truncated: boolean }> => {
  const { definition, limit, signal } = request;
  const doing = `Reading "${definition.source.schema}"."${definition.source.table}" as it was`;
  await refuseUntold(link, definition, moment);
  // Not needed to read on; what is linked is found sooner.
  await followChain(link, 0).catch(() => null);
  return link.exclusive(async (client) => {
    const abort = (): void => void cancelStatement(link, client);
    signal.addEventListener('abort', abort, { once: true });
    try {
      signal.throwIfAborted();
      await client.query(
        `begin isolation level repeatable read read only; set local statement_timeout = 0; set local jit = off; set local search_path = pg_catalog, pg_temp`,
      );
      const sql = asOfSql(definition, await viewOf(client, definition));
      await client.query('set local search_path to default');
      await client.query('select pg_catalog.set_config($1, $2, true), pg_catalog.set_config($3, $4, true)', [
        'writ.table',
        tableSql(definition),
        'writ.moment',
        moment,
      ]);
      const truncated = await stream(client, sql, limit, signal, onChunk).catch((error: unknown) => {
        throw retyped(error) ?? mapError(error, doing, sql);
      });
      await client.query('commit');
      return { truncated };
    } catch (error) {
      throw signal.aborted ? new AppError('cancelled', 'cancelled', `${doing} was cancelled.`) : error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }, doing);
};

const stream = async (
  client: pg.Client,
  sql: string,
  limit: number,
  signal: AbortSignal,
  onChunk: (chunk: RowChunk) => void,
): Promise<boolean> => {
  let rows: (string | null)[][] = [];
  let seen = 0;
  const give = (): void => {
    signal.throwIfAborted();
    if (rows.length) onChunk({ rows, flags: new Uint8Array(rows.length) });
    rows = [];
  };
  await copyRows(client, sql, limit + 1, (row) => {
    if (++seen > limit) return;
    rows.push(row);
    if (rows.length === CHUNK_ROWS) give();
  });
  give();
  return seen > limit;
};

/** What may be shown of a row as it was. */
interface PastView {
  /** Condition of the row policies, null where none limits. */
  readonly policy: string | null;
  /** Expressions of generated columns, which the audit does not record. */
  readonly generated: ReadonlyMap<string, string>;
}

const viewOf = async (client: pg.Client, definition: SheetDefinition): Promise<PastView> => {
  const fact = await relationFact(client, definition.source);
  if (!fact) return { policy: 'false', generated: new Map() };
  const shown = new Set(definition.columns.map(({ name }) => name));
  const policies = fact.rowSecurity
    ? await rowPolicies(client, fact, { readable: (name) => shown.has(name), changeable: () => true })
    : null;
  // An expression can only be worked out where all columns of the table are at hand.
  const whole = fact.columns.every(({ name }) => shown.has(name));
  const expressions = whole ? await records(client, GENERATED, [fact.oid]) : [];
  return {
    policy: policies?.select ?? null,
    generated: new Map(expressions.map(({ name, sql }) => [name ?? '', sql ?? 'null'])),
  };
};

const GENERATED = `
  select a.attname::text as name, pg_get_expr(d.adbin, d.adrelid) as sql
    from pg_attribute a join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attrelid = $1::oid and a.attgenerated <> '' and not a.attisdropped`;

/** Rows of now and rows of then as one table of the same name, so that expressions over the table's columns hold for it. */
const asOfSql = (definition: SheetDefinition, { policy, generated }: PastView): string => {
  const isGenerated = (cause: string | undefined): boolean => cause === 'generated';
  const now: string[] = [];
  const then: string[] = [];
  const shown: string[] = [];
  for (const column of definition.columns) {
    const name = quote(column.name);
    const key = `'${column.name.replaceAll("'", "''")}'`;
    const expression = generated.get(column.name);
    shown.push(expression === undefined ? name : `(${expression}) as ${name}`);
    if (expression !== undefined) continue;
    const held = recordedSql(`p.held ->> ${key}`, column);
    if (isGenerated(column.readOnly?.cause)) {
      now.push(`case when p.row_key is null then t.${name} end as ${name}`);
      then.push(`null as ${name}`);
      continue;
    }
    now.push(`case when p.held ? ${key} then ${held} else t.${name} end as ${name}`);
    then.push(`${held} as ${name}`);
  }
  const table = tableSql(definition);
  const order = definition.key.map((name) => quote(name)).join(', ');
  return `with span as materialized (
  select * from writ.changed_after(pg_catalog.current_setting('writ.table'), pg_catalog.current_setting('writ.moment')::timestamptz)
), undone as materialized (
  select a.seq, a.kind, a.row_key, a.column_name, a.before
  from span s join writ.audit a on a.txid = s.txid and a.seq between s.first_seq and s.last_seq
  where a.target = (select g.id from writ.governed g where g.relation = pg_catalog.to_regclass(pg_catalog.current_setting('writ.table')))
), past as materialized (
  ${pastSql(definition)}
)
select ${shown.join(', ')} from (
  select ${now.join(', ')} from ${table} t left join past p on ${samePastSql(definition)} where p.row_key is null or p.kind <> 'insert'
  union all
  select ${then.join(', ')} from past p where p.kind <> 'insert' and not exists (select from ${table} t where ${samePastSql(definition)})
) as ${quote(definition.source.table)}${policy === null ? '' : ` where ${policy}`}${order ? ` order by ${order}` : ''}`;
};

/** A recorded text that the column could not hold today. */
const retyped = (error: unknown): AppError | null =>
  error instanceof Error && 'code' in error && /^22/.test(String(error.code))
    ? new AppError(
        'conflict',
        'type-changed',
        'A column of the table has another type than it had then, so its rows cannot be shown as they were.',
        { cause: error },
      )
    : null;
