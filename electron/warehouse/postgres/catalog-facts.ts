import type pg from 'pg';
import { type Answer, type Parameter, runOn } from './connect.ts';

/** What the catalog holds about one column, and what `role` may do with it. */
export interface ColumnFact {
  readonly attnum: number;
  readonly name: string;
  readonly sqlType: string;
  /** The type under all domains. */
  readonly base: {
    readonly name: string;
    readonly builtIn: boolean;
    readonly kind: string;
    readonly category: string;
    readonly modifier: number;
    readonly labels: readonly string[];
  };
  readonly notNull: boolean;
  /** Deparsed default of the column or its domain; null when there is none. */
  readonly defaultSql: string | null;
  readonly identity: 'always' | 'default' | null;
  readonly generated: boolean;
  readonly comment: string | null;
  readonly domains: readonly string[];
  readonly bytes: number;
  readonly select: boolean;
  readonly insert: boolean;
  readonly update: boolean;
}

/** What the catalog holds about one table or view, and what `role` may do with it. */
export interface RelationFact {
  readonly oid: string;
  readonly schema: string;
  readonly table: string;
  readonly kind: string;
  readonly comment: string | null;
  readonly owner: string;
  readonly usage: boolean;
  readonly rowSecurity: boolean;
  readonly deletable: boolean;
  /** The engine can write through it at all (views, foreign tables), whoever asks. */
  readonly writes: { readonly insert: boolean; readonly update: boolean; readonly delete: boolean };
  readonly invoker: boolean;
  readonly role: string;
  readonly readOnlyServer: boolean;
  readonly columns: readonly ColumnFact[];
}

/** One read-only transaction in which every name is printed with its schema and nothing outside pg_catalog is found by chance. */
export const inCatalog = async <T>(client: pg.Client, fn: () => Promise<T>): Promise<T> => {
  await client.query(
    'begin isolation level repeatable read read only; set local search_path = pg_catalog, pg_temp',
  );
  const result = await fn();
  await client.query('commit');
  return result;
};

const yes = (value: string | null | undefined): boolean => value === 'true';
const list = (json: string | null | undefined): string[] => (json ? (JSON.parse(json) as string[]) : []);

/** The rows of a catalog query as records by field name. */
export const records = async (
  client: pg.Client,
  sql: string,
  params: readonly Parameter[],
): Promise<Readonly<Record<string, string | null>>[]> => {
  const answer: Answer = await runOn(client, sql, params);
  return answer.rows.map((row) =>
    Object.fromEntries(answer.fields.map((field, i) => [field, row[i] ?? null])),
  );
};

const RELATION = `
  select c.oid, n.nspname, c.relname, c.relkind, obj_description(c.oid, 'pg_class') as comment, c.relowner,
         has_schema_privilege(n.oid, 'usage') as usage, r.oid as role,
         case when r.rolname = current_user then row_security_active(c.oid)
           else c.relrowsecurity and not r.rolsuper and not r.rolbypassrls
             and (c.relforcerowsecurity or not pg_has_role(r.oid, c.relowner, 'usage')) end as row_security,
         has_table_privilege(r.oid, c.oid, 'delete') as deletable,
         pg_relation_is_updatable(c.oid, true) & 4 <> 0 as can_update,
         pg_relation_is_updatable(c.oid, true) & 8 <> 0 as can_insert,
         pg_relation_is_updatable(c.oid, true) & 16 <> 0 as can_delete,
         exists (select from unnest(c.reloptions) o where o ~* '^security_invoker=(true|on|yes|1)$') as invoker,
         pg_is_in_recovery() or current_setting('default_transaction_read_only')::bool as read_only_server
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_roles r on case when $3::oid is null then r.rolname = current_user else r.oid = $3::oid end
   where c.relkind in ('r', 'p', 'v', 'm', 'f')
     and case when $4::oid is null then n.nspname = $1::text and c.relname = $2::text else c.oid = $4::oid end`;

const COLUMNS = `
  with recursive cols as (
    select a.* from pg_attribute a where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped
  ), chain(root, oid, modifier, level) as (
    select distinct atttypid, atttypid, -1, 0 from cols
    union all
    select ch.root, t.typbasetype, t.typtypmod, ch.level + 1
      from chain ch join pg_type t on t.oid = ch.oid where t.typtype = 'd'
  ), base as (
    select distinct on (root) root, oid, modifier from chain order by root, level desc
  ), domains as (
    select ch.root, bool_or(t.typnotnull) as not_null,
           json_agg(t.oid::text order by ch.level)::text as oids,
           (array_agg(pg_get_expr(t.typdefaultbin, 0) order by ch.level)
             filter (where t.typdefaultbin is not null))[1] as default_sql
      from chain ch join pg_type t on t.oid = ch.oid where t.typtype = 'd' group by ch.root
  )
  select a.attnum, a.attname, format_type(a.atttypid, a.atttypmod) as sql_type,
         t.typname, t.typnamespace = 'pg_catalog'::regnamespace as built_in, t.typtype, t.typcategory, t.typlen,
         case when b.oid = a.atttypid then a.atttypmod else b.modifier end as modifier,
         case when t.typtype = 'e' then (
           select json_agg(e.enumlabel::text order by e.enumsortorder)::text from pg_enum e where e.enumtypid = t.oid
         ) end as labels,
         a.attnotnull or coalesce(d.not_null, false) as not_null,
         coalesce(pg_get_expr(ad.adbin, ad.adrelid), d.default_sql) as default_sql,
         a.attidentity, a.attgenerated <> '' as generated, col_description(a.attrelid, a.attnum) as comment,
         d.oids as domains,
         has_column_privilege($2::oid, a.attrelid, a.attnum, 'select') as can_select,
         has_column_privilege($2::oid, a.attrelid, a.attnum, 'insert') as can_insert,
         has_column_privilege($2::oid, a.attrelid, a.attnum, 'update') as can_update,
         pg_column_is_updatable(a.attrelid, a.attnum, true) as writable
    from cols a join base b on b.root = a.atttypid join pg_type t on t.oid = b.oid
    left join domains d on d.root = a.atttypid
    left join pg_attrdef ad on ad.adrelid = a.attrelid and ad.adnum = a.attnum
   order by a.attnum`;

/** Where to look: by name for the person, or by oid with the role whose rights count (a view's owner). */
export type RelationAddress =
  | { readonly schema: string; readonly table: string }
  | { readonly oid: string; readonly role: string };

/** Facts of a relation, or null when there is none. Two round trips. */
export const relationFact = async (
  client: pg.Client,
  address: RelationAddress,
): Promise<RelationFact | null> => {
  const params =
    'oid' in address ? [null, null, address.role, address.oid] : [address.schema, address.table, null, null];
  const [found] = await records(client, RELATION, params);
  if (!found) return null;
  const oid = found.oid ?? '';
  const role = found.role ?? '';
  const rows = await records(client, COLUMNS, [oid, role]);
  return {
    oid,
    role,
    schema: found.nspname ?? '',
    table: found.relname ?? '',
    kind: found.relkind ?? '',
    comment: found.comment ?? null,
    owner: found.relowner ?? '',
    usage: yes(found.usage),
    rowSecurity: yes(found.row_security),
    deletable: yes(found.deletable),
    writes: { insert: yes(found.can_insert), update: yes(found.can_update), delete: yes(found.can_delete) },
    invoker: yes(found.invoker),
    readOnlyServer: yes(found.read_only_server),
    columns: rows.map(columnFact),
  };
};

const columnFact = (row: Readonly<Record<string, string | null>>): ColumnFact => {
  const generated = yes(row.generated);
  const writable = yes(row.writable);
  return {
    attnum: Number(row.attnum),
    name: row.attname ?? '',
    sqlType: row.sql_type ?? '',
    base: {
      name: row.typname ?? '',
      builtIn: yes(row.built_in),
      kind: row.typtype ?? '',
      category: row.typcategory ?? '',
      modifier: Number(row.modifier),
      labels: list(row.labels),
    },
    notNull: yes(row.not_null),
    defaultSql: generated ? null : (row.default_sql ?? null),
    identity: row.attidentity === 'a' ? 'always' : row.attidentity === 'd' ? 'default' : null,
    generated,
    comment: row.comment ?? null,
    domains: list(row.domains),
    bytes: Number(row.typlen) < 0 ? 1_000 : Number(row.typlen),
    select: yes(row.can_select),
    insert: yes(row.can_insert) && writable,
    update: yes(row.can_update) && writable,
  };
};
