-- Schema writ, version 21: what history asks for beside the audit itself: since when a table is audited, and where in the audit a batch lies.

-- The moment from which on the past of a table can be told; null where it is not audited.
create function writ.audited_since(relation text) returns timestamptz language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select g.since from writ.governed g where g.relation = to_regclass(audited_since.relation) and g.active
$$;

-- Which audit rows belong to the transaction of a batch: the audit is found by number, not by batch. The rows themselves are
-- shown by their own policies.
create function writ.batch_changes(batch uuid) returns table (txid xid8, first_seq bigint, last_seq bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select l.txid, l.first_seq, l.last_seq from writ.batch b join writ.link l on l.txid = b.txid where b.id = batch_changes.batch
  union all
  select a.txid, min(a.seq), max(a.seq) from writ.audit a
  where a.seq > writ.linked_upto() and a.batch = batch_changes.batch
    and not exists (select from writ.link l where l.txid = a.txid and a.seq between l.first_seq and l.last_seq)
  group by a.txid
$$;

-- Lets a role look back.
create function writ.grant_history(role name) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('grant execute on function writ.audited_since(text), writ.batch_changes(uuid) to %I', role);
end $$;

revoke all on all functions in schema writ from public;

-- Who may use the schema already looks back as well.
select writ.for_each_user('grant_history');
