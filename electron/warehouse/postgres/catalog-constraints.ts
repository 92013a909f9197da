import type pg from 'pg';
import type { Lookup } from '../../../shared/model/sheet.ts';
import { type RelationFact, records } from './catalog-facts.ts';
import type { CheckFact } from './checks.ts';

/** CHECK constraints of a table, and of the domains its columns have. */
export interface Constraints {
  readonly table: readonly CheckFact[];
  /** By domain oid. */
  readonly domains: ReadonlyMap<string, readonly CheckFact[]>;
  /** Foreign keys of one column, by that column. */
  readonly lookups: ReadonlyMap<string, Lookup>;
}

// `conenforced` exists from PostgreSQL 18 on, so it is read through the row.
const CHECKS = `
  select con.conname, case when con.conrelid = $1::oid then null else con.contypid end as domain,
         pg_get_expr(con.conbin, con.conrelid) as sql, obj_description(con.oid, 'pg_constraint') as comment
    from pg_constraint con
   where con.contype = 'c' and (con.conrelid = $1::oid or con.contypid = any ($2::oid[]))
     and coalesce((to_jsonb(con) ->> 'conenforced')::bool, true)
   order by con.conname`;

const FOREIGN_KEYS = `
  select distinct on (a.attname) a.attname as column, n.nspname as schema, t.relname as table, k.attname as key, t.oid as target
    from pg_constraint con
    join pg_class t on t.oid = con.confrelid join pg_namespace n on n.oid = t.relnamespace
    join pg_attribute a on a.attrelid = con.conrelid and a.attnum = con.conkey[1]
    join pg_attribute k on k.attrelid = con.confrelid and k.attnum = con.confkey[1]
   where con.conrelid = $1::oid and con.contype = 'f' and cardinality(con.conkey) = 1
     and has_schema_privilege(n.oid, 'usage') and has_column_privilege(t.oid, k.attnum, 'select')
   order by a.attname, t.relispartition, con.conname`;

const LABEL_CANDIDATES = `
  select a.attrelid as target, a.attname as name
    from pg_attribute a
    cross join lateral (
      with recursive chain(oid) as (
        select a.atttypid union all
        select t.typbasetype from chain join pg_type t on t.oid = chain.oid where t.typtype = 'd'
      ) select t.typcategory from chain join pg_type t on t.oid = chain.oid where t.typtype <> 'd'
    ) as base
   where a.attrelid = any ($1::oid[]) and a.attnum > 0 and not a.attisdropped and base.typcategory = 'S'
     and has_column_privilege(a.attrelid, a.attnum, 'select')
     and not exists (
       select from pg_index x where x.indrelid = a.attrelid and x.indisprimary and a.attnum = any (x.indkey))
   order by a.attrelid, a.attnum`;

const LABELS = [
  /^(name|label)$/i,
  /^(display|full|short|long)_?name$/i,
  /^title$/i,
  /^description$/i,
  /name$/i,
  /(label|title|description)$/i,
  /^(text|caption|email|login)$/i,
];

/** The column by which people recognise a row, among the text columns of its table in their order. */
export const labelColumn = (candidates: readonly string[]): string | undefined => {
  for (const pattern of LABELS) {
    const found = candidates.find((name) => pattern.test(name));
    if (found !== undefined) return found;
  }
  return candidates[0];
};

/** Three round trips, one less where there are no foreign keys. */
export const constraintsOf = async (client: pg.Client, fact: RelationFact): Promise<Constraints> => {
  const domains = [...new Set(fact.columns.flatMap((column) => column.domains))];
  const checks = await records(client, CHECKS, [fact.oid, domains]);
  const table: CheckFact[] = [];
  const byDomain = new Map<string, CheckFact[]>();
  for (const row of checks) {
    const check = { name: row.conname ?? '', sql: row.sql ?? '', comment: row.comment ?? null };
    if (row.domain) byDomain.set(row.domain, [...(byDomain.get(row.domain) ?? []), check]);
    else table.push(check);
  }
  return { table, domains: byDomain, lookups: await lookupsOf(client, fact.oid) };
};

const lookupsOf = async (client: pg.Client, oid: string): Promise<ReadonlyMap<string, Lookup>> => {
  const keys = await records(client, FOREIGN_KEYS, [oid]);
  const lookups = new Map<string, Lookup>();
  if (!keys.length) return lookups;
  const texts = await records(client, LABEL_CANDIDATES, [[...new Set(keys.map((key) => key.target ?? ''))]]);
  for (const row of keys) {
    const key = row.key ?? '';
    const candidates = texts.flatMap(({ target, name }) =>
      target === row.target && name && name !== key ? [name] : [],
    );
    const label = labelColumn(candidates);
    const source = { schema: row.schema ?? '', table: row.table ?? '' };
    lookups.set(row.column ?? '', label === undefined ? { source, key } : { source, key, label });
  }
  return lookups;
};
