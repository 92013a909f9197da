import type { AuditFinding } from './audit-verify.ts';

/** Tables of decisions whose rows are entries of the audit as well, their keys, and columns that change with a rename. */
const EVENTS: readonly {
  readonly table: string;
  readonly key: readonly string[];
  readonly renamed: readonly string[];
}[] = [
  { table: 'proposal', key: ['id'], renamed: ['payload'] },
  { table: 'review_event', key: ['seq'], renamed: [] },
  { table: 'policy', key: ['target', 'version'], renamed: [] },
  { table: 'period_event', key: ['seq'], renamed: [] },
  { table: 'shared_login', key: ['login'], renamed: [] },
  { table: 'calendar', key: ['id'], renamed: [] },
  { table: 'period_map', key: ['target', 'calendar'], renamed: ['assignment'] },
  { table: 'governed', key: ['id'], renamed: ['relation'] },
];

/** What stands in a table of decisions, against the last that was recorded of each of its rows. */
const eventsSql = ({ table, key, renamed }: (typeof EVENTS)[number]): string => {
  const left = `'{${renamed.join(',')}}'::text[]`;
  return `select '${table}' as name, coalesce(a.row_key, r.row_key) as row_key, a.after is not null as was, r.now is not null as is
    from (select distinct on (a.row_key) a.row_key, a.after::jsonb - ${left} as after from writ.audit a
      where a.target = 0 and a.column_name = '${table}' order by a.row_key, a.seq desc) a
    full join (select jsonb_build_array(${key.map((name) => `to_jsonb(e)->'${name}'`).join(', ')})::text as row_key, to_jsonb(e) - ${left} as now from writ.${table} e) r
    using (row_key) where a.after is distinct from r.now`;
};

/**
 * What the verification asks of a database: plain SQL over the tables of schema `writ` and functions of PostgreSQL itself, so
 * that nothing installed there has to be believed.
 */
export const verifyQueries: {
  readonly readable: string;
  readonly links: string;
  readonly findings: readonly { readonly code: AuditFinding['code']; readonly sql: string }[];
} = {
  readable: `select (pg_catalog.to_regclass('writ.link') is not null)::text as there, (select pg_catalog.bool_and(pg_catalog.has_table_privilege(c.oid, 'select')
      and not pg_catalog.row_security_active(c.oid)) from pg_catalog.pg_class c
    where c.relnamespace = pg_catalog.to_regnamespace('writ') and c.relname in ('audit', 'link', 'batch', 'reason', 'governed',
      'proposal', 'review_event', 'policy', 'period', 'period_event', 'shared_login', 'calendar', 'period_map'))::text as readable,
    (pg_catalog.to_regprocedure('writ.record_event()') is not null)::text as current`,
  // The same text as writ.unlinked hashes, over the range that each link names.
  links: `
    with block as (
      select l.n, count(*) as cells, array_agg(distinct a.batch) filter (where a.batch is not null) as batches, a.seq / 65536 as block,
        sha256(string_agg(sha256(convert_to(row(a.seq, a.at, a.txid, a.batch, a.target, a.kind, a.person, a.application, a.row_key, a.column_name,
          a.before, a.after)::text, 'UTF8')), ''::bytea order by a.seq)) as hash
      from writ.link l join writ.audit a on a.txid = l.txid and a.seq between l.first_seq and l.last_seq
      group by l.n, a.seq / 65536
    ), whole as (
      select b.n, sum(b.cells) as cells, string_agg(b.hash, ''::bytea order by b.block) as hashes,
        (select array_agg(distinct i.id) from block o, unnest(o.batches) i(id) where o.n = b.n) as batches
      from block b group by b.n
    )
    select l.n, array_to_string(l.persons, ', ') || ', ' || to_char(l.last_at, 'YYYY-MM-DD HH24:MI:SS "UTC"') as what,
      row(l.txid, l.first_seq, l.last_seq, l.cells, l.last_at, l.targets, l.persons)::text as meta, l.cells,
      encode(l.digest, 'hex') as digest, encode(l.head, 'hex') as head, coalesce(w.cells, 0) as found,
      encode(sha256(w.hashes
        || coalesce((select string_agg(sha256(convert_to(row(b.id, b.person, b.relation, b.payload_sha256, b.rows, b.cells, b.note, b.application,
          b.submitted_at, b.txid)::text, 'UTF8')), ''::bytea order by b.id) from writ.batch b where b.id = any (w.batches)), ''::bytea)
        || coalesce((select string_agg(sha256(convert_to(row(r.batch, r.target, r.row_key, r.reason)::text, 'UTF8')), ''::bytea
          order by r.batch, r.target, r.row_key) from writ.reason r where r.batch = any (w.batches)), ''::bytea)), 'hex') as computed
    from writ.link l left join whole w on w.n = l.n
    order by l.n`,
  findings: [
    {
      code: 'outside-chain',
      sql: `select 'Rows ' || min(a.seq) || ' to ' || max(a.seq) || ' of the audit (' || count(*) || ') belong to no link of the chain.' as message
        from writ.audit a
        where a.txid < (select l.horizon from writ.link l order by l.n desc limit 1)
          and not exists (select from writ.link l where l.txid = a.txid and a.seq between l.first_seq and l.last_seq)
        group by a.txid order by min(a.seq)`,
    },
    {
      code: 'batch-without-audit',
      sql: `select 'Batch ' || b.id || ' of ' || b.person || ' was written, but no row of the audit belongs to it.' as message
        from writ.batch b join writ.governed g on g.relation = to_regclass(b.relation) and g.active and g.since <= b.submitted_at
        where b.cells > 0 and not exists (select from writ.audit a where a.batch = b.id)
        order by b.submitted_at`,
    },
    {
      code: 'event-altered',
      sql: `select 'Row ' || e.row_key || ' of writ.' || e.name || case when not e.is then ' is gone.' when not e.was then ' was never recorded.'
          else ' is not what was recorded.' end as message
        from (${EVENTS.map(eventsSql).join('\n        union all ')}) e order by e.name, e.row_key`,
    },
    {
      code: 'payload-altered',
      sql: `select 'The payload of batch ' || p.id || ' does not have the SHA-256 it was submitted with.' as message
        from writ.proposal p where encode(sha256(convert_to(p.payload, 'UTF8')), 'hex') <> p.payload_sha256 order by p.at`,
    },
    {
      code: 'period-altered',
      sql: `select 'Period ' || p.period || ' of calendar ' || p.calendar || ' is ' || p.state || ', which nothing recorded says.' as message
        from writ.period p left join lateral (select e.kind, e.closing_at from writ.period_event e
          where e.calendar = p.calendar and e.period = p.period order by e.seq desc limit 1) e on true
        where (p.state = 'closed') is distinct from coalesce(e.kind = 'closed', false)
          or p.closing_at is distinct from case when e.kind = 'scheduled' then e.closing_at end
        order by p.calendar, p.period`,
    },
    {
      code: 'trigger-missing',
      sql: `select 'The trigger ' || w.name || ' of ' || w.relation::regclass || case when t.oid is null then ' is missing.' else ' is switched off.' end as message
        from (
          select p.relid as relation, 'writ_audit_' || o.op as name
          from writ.governed g join pg_class c on c.oid = g.relation
          cross join lateral (select g.relation as relid union select i.relid from pg_partition_tree(g.relation) i) p
          cross join unnest(array['insert', 'update', 'delete', 'truncate']) o(op)
          where g.active
          union all
          select k.oid, 'append_only' from pg_class k
          where k.relnamespace = 'writ'::regnamespace
            and k.relname in ('audit', 'batch', 'reason', 'link', 'proposal', 'review_event', 'policy', 'period_event')
          union all
          select k.oid, 'recorded' from pg_class k
          where k.relnamespace = 'writ'::regnamespace and k.relname in (${EVENTS.map(({ table }) => `'${table}'`).join(', ')})
          union all select 'writ.audit'::regclass, 'from_triggers'
        ) w left join pg_trigger t on t.tgrelid = w.relation and t.tgname = w.name
        where t.oid is null or t.tgenabled = 'D'
        order by 1`,
    },
  ],
};
