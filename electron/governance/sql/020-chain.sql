-- Schema writ, version 20: the audit as a hash chain. One link a transaction: the SHA-256 of what it recorded, and a head
-- over that and the head before. Links are made after the commit (writ.follow), by whoever looks: a commit pays nothing and
-- waits for nobody. That is no weaker than links made by the commit itself: whoever can rewrite the tables can make a whole
-- new chain in any case; what binds is a head that somebody outside has seen, and seeing it is what makes the links.

create table writ.link (
  n bigint primary key,
  txid xid8 not null,
  first_seq bigint not null,
  last_seq bigint not null,
  cells bigint not null,
  last_at timestamptz not null,
  targets integer[] not null,
  persons text[] not null,
  digest bytea not null,
  head bytea not null unique,
  horizon xid8 not null,
  beyond xid8 not null,
  upto bigint not null,
  linked_at timestamptz not null default clock_timestamp(),
  unique (txid, first_seq)
);
comment on table writ.link is 'The hash chain over writ.audit, one row a transaction, in the order they were seen';
comment on column writ.link.last_at is 'When the transaction last wrote: to a moment it belongs whole or not at all';
comment on column writ.link.digest is 'SHA-256 of the transaction''s audit rows, with its batches and reasons; see writ.unlinked';
comment on column writ.link.head is 'SHA-256 of the head before, n, the digest and the columns up to persons';
comment on column writ.link.horizon is 'Every transaction below this one had ended when the link was made';
comment on column writ.link.beyond is 'The transaction that made the link: every later one drew its numbers after upto';
comment on column writ.link.upto is 'The last writ.audit.seq given out before the link was made';
create index link_last_at on writ.link (last_at);

-- Locked by who links. Not the chain itself: a lock that keeps others from it takes rights that nobody is to have there.
create table writ.link_turn ();
comment on table writ.link_turn is 'Locked while links are made; holds nothing';

create trigger append_only before update or delete or truncate on writ.link for each statement execute function writ.refuse_change();
-- Whatever session_replication_role says.
alter table writ.audit enable always trigger append_only;
alter table writ.batch enable always trigger append_only;
alter table writ.reason enable always trigger append_only;
alter table writ.link enable always trigger append_only;

-- Audit rows are written by triggers alone; a row of one's own would be chained like any other.
create function writ.refuse_insert() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'writ.% is written by the audit triggers alone', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger from_triggers before insert on writ.audit for each statement when (pg_trigger_depth() = 0) execute function writ.refuse_insert();
alter table writ.audit enable always trigger from_triggers;

-- The owner's own rights as well; the owner can take them back, which is then a deed and no slip.
do $$
begin
  execute format('revoke update, delete, truncate on writ.audit, writ.batch, writ.reason, writ.link from %I', current_user);
end $$;

-- From which seq on audit rows may have no link yet. A transaction that had not ended at the last link is not below its
-- `horizon`; it came after every link whose `beyond` is not above that, and so drew its numbers after that link's `upto`.
-- Stable: within one statement it must not move.
create function writ.linked_upto() returns bigint language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce((select l.upto from writ.link l
    where l.beyond <= (select k.horizon from writ.link k order by k.n desc limit 1) order by l.n desc limit 1), 0)
$$;

-- What is committed and has no link yet, with its digest: SHA-256 of the rows (their text as a record, times in UTC) in
-- blocks of 65,536 numbers, so that no transaction is too long for one text; then of its batches and their reasons.
create function writ.unlinked(since bigint)
returns table (txid xid8, first_seq bigint, last_seq bigint, cells bigint, last_at timestamptz, targets integer[], persons text[], digest bytea)
language sql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO, YMD' set jit = off as $$
  with block as (
    select a.txid, a.seq / 65536 as block, min(a.seq) as first_seq, max(a.seq) as last_seq, count(*) as cells, max(a.at) as last_at,
      array_agg(distinct a.target) as targets, array_agg(distinct a.person) as persons,
      array_agg(distinct a.batch) filter (where a.batch is not null) as batches,
      sha256(string_agg(sha256(convert_to(row(a.seq, a.at, a.txid, a.batch, a.target, a.kind, a.person, a.application, a.row_key, a.column_name,
        a.before, a.after)::text, 'UTF8')), ''::bytea order by a.seq)) as hash
    from writ.audit a
    where a.seq > since and not exists (select from writ.link l where l.txid = a.txid and a.seq between l.first_seq and l.last_seq)
    group by a.txid, a.seq / 65536
  ), whole as (
    select b.txid, min(b.first_seq) as first_seq, max(b.last_seq) as last_seq, sum(b.cells)::bigint as cells, max(b.last_at) as last_at,
      (select array_agg(distinct t.id) from block o, unnest(o.targets) t(id) where o.txid = b.txid) as targets,
      (select array_agg(distinct p.name) from block o, unnest(o.persons) p(name) where o.txid = b.txid) as persons,
      (select array_agg(distinct i.id) from block o, unnest(o.batches) i(id) where o.txid = b.txid) as batches,
      string_agg(b.hash, ''::bytea order by b.block) as hashes
    from block b group by b.txid
  )
  select w.txid, w.first_seq, w.last_seq, w.cells, w.last_at, w.targets, w.persons, sha256(w.hashes
    || coalesce((select string_agg(sha256(convert_to(row(b.id, b.person, b.relation, b.payload_sha256, b.rows, b.cells, b.note, b.application,
      b.submitted_at, b.txid)::text, 'UTF8')), ''::bytea order by b.id) from writ.batch b where b.id = any (w.batches)), ''::bytea)
    || coalesce((select string_agg(sha256(convert_to(row(r.batch, r.target, r.row_key, r.reason)::text, 'UTF8')), ''::bytea
      order by r.batch, r.target, r.row_key) from writ.reason r where r.batch = any (w.batches)), ''::bytea))
  from whole w
$$;

-- The next head.
create function writ.head_after(head bytea, n bigint, txid xid8, first_seq bigint, last_seq bigint, cells bigint, last_at timestamptz,
  targets integer[], persons text[], digest bytea) returns bytea
language sql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO, YMD' as $$
  select sha256(head || int8send(n) || digest || convert_to(row(txid, first_seq, last_seq, cells, last_at, targets, persons)::text, 'UTF8'))
$$;

-- Whether this call is a transaction of its own and nothing else, sent in one message. Its lock lasts as long as the transaction:
-- in an open one, or beside a long sleep, a person would keep everybody from linking. Each message has a time of its own.
create function writ.stands_alone() returns boolean language sql volatile set search_path = pg_catalog, pg_temp as $$
  select transaction_timestamp() = statement_timestamp()
    and coalesce(current_query() ~ '^select ([a-z_, ]+ from )?writ\.(follow\([0-9]+\)|make_links\(\))$', false)
$$;

-- Links what was committed meanwhile; one at a time, each seeing what the one before has linked. Answers nothing: a lock
-- that does not come within the function's time leaves the links to its holder, whose statement does nothing else.
create function writ.make_links() returns void language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '3s' as $$
declare
  last_link writ.link;
  fresh record;
  v_upto bigint;
  v_beyond xid8;
  v_n bigint;
  v_head bytea;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'the audit is linked at read committed' using errcode = 'invalid_transaction_state';
  end if;
  if not writ.stands_alone() then return; end if;
  -- With an id of its own the transaction could not tell which ones are later than what it sees.
  if pg_current_xact_id_if_assigned() is not null then return; end if;
  begin
    -- No advisory lock, which anyone can hold; readers are not kept waiting.
    lock table writ.link_turn in share row exclusive mode;
  exception when lock_not_available then
    return;
  end;
  select * into last_link from writ.link l order by l.n desc limit 1;
  v_upto := writ.last_audit();
  if v_upto = last_link.upto and last_link.horizon = last_link.beyond then return; end if;
  -- In this order: a snapshot's xmax would not do, for it lies below ids given out and not yet ended.
  v_beyond := pg_current_xact_id();
  v_n := coalesce(last_link.n, 0);
  v_head := coalesce(last_link.head, '\x'::bytea);
  for fresh in
    select u.*, pg_snapshot_xmin(s.now) as horizon from pg_current_snapshot() s(now), writ.unlinked(writ.linked_upto()) u
    order by u.last_seq
  loop
    v_n := v_n + 1;
    v_head := writ.head_after(v_head, v_n, fresh.txid, fresh.first_seq, fresh.last_seq, fresh.cells, fresh.last_at, fresh.targets, fresh.persons, fresh.digest);
    insert into writ.link (n, txid, first_seq, last_seq, cells, last_at, targets, persons, digest, head, horizon, beyond, upto)
    values (v_n, fresh.txid, fresh.first_seq, fresh.last_seq, fresh.cells, fresh.last_at, fresh.targets, fresh.persons, fresh.digest, v_head,
      fresh.horizon, v_beyond, v_upto);
  end loop;
end $$;

-- The head of the chain, with what was committed until now, and the head at link `known` as it stands today: null where the
-- chain does not reach that far, another one where what came before it was altered. To link, it has to be sent as a simple
-- query with the number in its text: select n, head, at, known_head from writ.follow(12)
create function writ.follow(known bigint, out n bigint, out head text, out at text, out known_head text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  perform writ.make_links();
  select l.n, encode(l.head, 'hex'), writ.iso(l.last_at) into n, head, at from writ.link l order by l.n desc limit 1;
  known_head := (select encode(l.head, 'hex') from writ.link l where l.n = follow.known);
end $$;

-- Which audit rows of a table belong to transactions that last wrote after a moment. Only for whoever may read the table.
create function writ.changed_after(relation text, moment timestamptz) returns table (txid xid8, first_seq bigint, last_seq bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_relation regclass := to_regclass(changed_after.relation);
  v_target integer := (select g.id from writ.governed g where g.relation = v_relation);
begin
  if v_target is null or not has_any_column_privilege(session_user, v_relation, 'select') then return; end if;
  return query
    select l.txid, l.first_seq, l.last_seq from writ.link l where l.last_at > moment and l.targets @> array[v_target]
    union all
    select a.txid, min(a.seq), max(a.seq) from writ.audit a
    where a.seq > writ.linked_upto() and not exists (select from writ.link l where l.txid = a.txid and a.seq between l.first_seq and l.last_seq)
    group by a.txid having max(a.at) > moment and bool_or(a.target = v_target);
end $$;

-- Lets a role follow the chain.
create function writ.grant_chain(role name) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('grant execute on function writ.follow(bigint), writ.changed_after(text, timestamptz) to %I', role);
end $$;

revoke all on writ.link, writ.link_turn from public;
alter table writ.link enable row level security;
revoke all on all functions in schema writ from public;

-- Who may use the schema already follows the chain as well.
select writ.for_each_user('grant_chain');
