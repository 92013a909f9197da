import type { AuditFinding } from './audit-verify.ts';

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
    where c.relnamespace = pg_catalog.to_regnamespace('writ') and c.relname in ('audit', 'link', 'batch', 'reason', 'governed'))::text as readable`,
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
          where k.relnamespace = 'writ'::regnamespace and k.relname in ('audit', 'batch', 'reason', 'link')
          union all select 'writ.audit'::regclass, 'from_triggers'
        ) w left join pg_trigger t on t.tgrelid = w.relation and t.tgname = w.name
        where t.oid is null or t.tgenabled = 'D'
        order by 1`,
    },
  ],
};
