import type pg from 'pg';
import type { GovernanceTable } from '../../shared/model/governance.ts';

/** A table as the catalogue has it, before it is asked whether it is governed. */
export interface Governable extends GovernanceTable {
  readonly oid: string;
  /** Roles other than the owner that hold a right to write it. */
  readonly writers: readonly string[];
}

// Tables of people, as wholes: partitions belong to theirs, and temporary ones to a session.
const TABLES = `
  select c.oid::text, n.nspname as schema, c.relname as name, o.rolname as owner,
    pg_catalog.pg_has_role(current_user, c.relowner, 'usage')::text as owned,
    (select i.other::pg_catalog.regclass::text from (
      select h.inhparent as other from pg_catalog.pg_inherits h where h.inhrelid = c.oid
      union all select h.inhrelid from pg_catalog.pg_inherits h where h.inhparent = c.oid and c.relkind = 'r') i limit 1) as kin,
    case when c.reltuples < 0 then null else c.reltuples::text end as estimated,
    (select pg_catalog.json_agg(p.relid::pg_catalog.regclass::text order by 1) from pg_catalog.pg_partition_tree(c.oid) p where p.relid <> c.oid)::text as parts,
    coalesce((
      select pg_catalog.json_agg(a.attname::text order by k.n)
      from (
        select x.indkey, x.indnkeyatts from pg_catalog.pg_index x
        where x.indrelid = c.oid and x.indisunique and x.indisvalid and x.indpred is null and x.indexprs is null
          and (x.indimmediate or x.indisprimary)
          and not exists (select from pg_catalog.generate_series(0, x.indnkeyatts - 1) k(n)
            join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = x.indkey[k.n]
            where not a.attnotnull or a.attgenerated <> '')
        order by x.indisprimary desc, x.indnkeyatts, x.indexrelid limit 1) x,
      pg_catalog.generate_series(0, x.indnkeyatts - 1) k(n), pg_catalog.pg_attribute a
      where a.attrelid = c.oid and a.attnum = x.indkey[k.n]), '[]')::text as key,
    coalesce((
      select pg_catalog.json_agg(distinct r.rolname::text) from (
        select a.grantee, a.privilege_type from pg_catalog.aclexplode(c.relacl) a
        union all select a.grantee, a.privilege_type from pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a where t.attrelid = c.oid
      ) a join pg_catalog.pg_roles r on r.oid = a.grantee
      where a.grantee <> c.relowner and a.privilege_type in ('INSERT', 'UPDATE', 'DELETE')), '[]')::text as writers
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace join pg_catalog.pg_roles o on o.oid = c.relowner
  where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
    and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'writ')
    and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e')
  order by n.nspname, c.relname`;

const GOVERNED =
  'select relation::oid::text as oid, writ.audit_behind(relation) as behind from writ.governed where active';

/** The triggers that govern one table, without a policy or a period. */
const AUDIT_TRIGGERS = ['writ_audit_insert', 'writ_audit_update', 'writ_audit_delete', 'writ_audit_truncate'];

const listOf = (json: string | null): readonly string[] =>
  json === null ? [] : (JSON.parse(json) as string[]);

/** All tables of the database with what governing each would do to it; only the catalogue is read. */
export const governableTables = async (
  client: pg.Client,
  installed: boolean,
): Promise<readonly Governable[]> => {
  const governed = new Map(
    installed
      ? (await client.query<{ oid: string; behind: string | null }>(GOVERNED)).rows.map(
          ({ oid, behind }) => [oid, behind] as const,
        )
      : [],
  );
  const { rows } = await client.query<Record<string, string | null>>(TABLES);
  return rows.map((row) => {
    const schema = row.schema ?? '';
    const table = row.name ?? '';
    const key = listOf(row.key ?? null);
    const places = [`${schema}.${table}`, ...listOf(row.parts ?? null)];
    return {
      oid: row.oid ?? '',
      source: { schema, table },
      owner: row.owner ?? '',
      key: [...key],
      governed: governed.has(row.oid ?? ''),
      behind: governed.get(row.oid ?? '') ?? null,
      problem:
        key.length === 0
          ? 'It has no key: no primary key and no unique index over required columns.'
          : row.owned !== 'true'
            ? `It belongs to ${row.owner}; only members of that role can place triggers that hold.`
            : row.kin != null
              ? `It inherits from or to ${row.kin}: changes made through that table would not be recorded.`
              : null,
      triggers: places.flatMap((place) => AUDIT_TRIGGERS.map((name) => `${name} on ${place}`)),
      estimatedRows: row.estimated == null ? null : Number(row.estimated),
      writers: listOf(row.writers ?? null),
    };
  });
};
