-- Schema writ, version 1: batches written once, and an audit of every change of a governed table, psql included.
-- One database login per person: session_user is the person. Runs in one transaction, as the schema's owner.

create schema writ;
comment on schema writ is 'Batches, audit and governance of tables edited with Writ';

create table writ.migration (
  version integer primary key,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null default clock_timestamp(),
  applied_by text not null default session_user
);
comment on table writ.migration is 'Which versions of this schema were installed, when and by whom';
comment on column writ.migration.checksum is 'SHA-256 of the file that was run: a version is never changed after it was released';

create table writ.governed (
  id integer generated always as identity primary key,
  relation regclass not null unique,
  key text[] not null,
  shape jsonb not null,
  active boolean not null default true,
  since timestamptz not null default clock_timestamp(),
  by text not null default session_user
);
comment on table writ.governed is 'Tables whose changes are audited; id stays when a table is renamed, dumped or restored';
comment on column writ.governed.key is 'Columns whose values name a row in writ.audit, in order';
comment on column writ.governed.shape is 'The table and its columns as its triggers know them; see writ.shape_of';

-- A table and its columns as the triggers of the audit know them: place, name, type, and a collation of the column's own.
create function writ.shape_of(relation regclass) returns jsonb language sql stable set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object('relation', relation::oid::bigint, 'columns', jsonb_agg(jsonb_build_array(a.attnum, a.attname, format_type(a.atttypid, null),
    case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end) order by a.attnum))
  from pg_attribute a join pg_type t on t.oid = a.atttypid
  where a.attrelid = relation and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
$$;

-- Whether a table still has this shape. Called immutable so that it is answered when a plan is made, and costs nothing
-- after that: the triggers ask it in a query over a transition table, whose plan is made anew whenever the table changes
-- (plancache.c). To a transaction with an old snapshot nothing is sure: its catalogue may be that of before.
create function writ.has_shape(relation oid, shape jsonb) returns boolean language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return current_setting('transaction_isolation') not in ('repeatable read', 'serializable') and writ.shape_of(has_shape.relation::regclass) = has_shape.shape;
end $$;

-- The same for a partition, or a table of a restored database: columns of these names, and no others.
create function writ.has_columns(relation oid, names text[]) returns boolean language sql volatile set search_path = pg_catalog, pg_temp as $$
  select current_setting('transaction_isolation') not in ('repeatable read', 'serializable')
    and count(*) = cardinality(has_columns.names) and bool_and(a.attname::text = any (has_columns.names))
  from pg_attribute a where a.attrelid = has_columns.relation and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
$$;

-- What a column of a governed table is called now; null: it was removed. Places tell only in the table they were taken from.
create function writ.name_now(g writ.governed, name text) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select a.attname::text
  from (select 1) one left join jsonb_array_elements(g.shape->'columns') c on c->>1 = name_now.name and (g.shape->>'relation')::bigint = g.relation::oid::bigint
  join pg_attribute a on a.attrelid = g.relation and a.attnum > 0 and not a.attisdropped
    and case when c is null then a.attname::text = name_now.name else a.attnum = (c->>0)::smallint end
$$;

create table writ.batch (
  id uuid primary key,
  person text not null default session_user,
  relation text not null,
  payload_sha256 text not null constraint payload_is_sha256
    check (length(payload_sha256) = 64 and translate(payload_sha256, '0123456789abcdef', '') = ''),
  rows integer not null,
  cells integer not null,
  note text,
  application text default pg_catalog.current_setting('application_name'),
  submitted_at timestamptz not null default clock_timestamp(),
  txid xid8 not null default pg_catalog.pg_current_xact_id()
);
comment on table writ.batch is 'One row a committed batch, written first in its transaction: an id is never written twice';

-- Fixed widths first: the row is as narrow as it can be. No foreign keys: each would cost a lookup for every cell.
create table writ.audit (
  seq bigint generated always as identity (cache 1),
  at timestamptz not null,
  txid xid8 not null,
  batch uuid,
  target integer not null,
  kind text not null,
  person text not null,
  application text,
  row_key text not null,
  column_name text not null,
  before text,
  after text,
  constraint audit_pkey primary key (seq)
);
comment on table writ.audit is 'One row a changed cell: what it held before and after, in canonical text';
comment on column writ.audit.target is 'writ.governed.id of the table';
comment on column writ.audit.row_key is 'JSON array of the key''s canonical texts, without blanks';
comment on column writ.audit.kind is 'update, insert (cells of a new row) or delete (cells of a removed row)';
-- A tenth of a b-tree's cost at every commit; the history of one row reads the few block ranges that may hold it. Ranges
-- are small enough for a filter that PostgreSQL does not compress, which it would do anew for every cell. Vacuum summarises
-- what was added, so it is to come after a number of rows, not after a share of the table; autosummarize would queue a request
-- for each range, and write a line to the server's log for each one that finds the queue full.
create index audit_row on writ.audit using brin (row_key text_bloom_ops(n_distinct_per_range = 300)) with (pages_per_range = 4);
alter table writ.audit set (autovacuum_vacuum_insert_threshold = 50000, autovacuum_vacuum_insert_scale_factor = 0);

create table writ.reason (
  batch uuid not null,
  target integer not null,
  row_key text not null,
  reason text not null,
  primary key (batch, target, row_key)
);
comment on table writ.reason is 'Why a row was changed, as the person put it, one a row and batch';

-- What is recorded stays: not even the owner changes it by accident.
create function writ.refuse_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'writ.% keeps what was recorded; % is refused', tg_table_name, lower(tg_op) using errcode = 'insufficient_privilege';
end $$;
create trigger append_only before update or delete or truncate on writ.audit for each statement execute function writ.refuse_change();
create trigger append_only before update or delete or truncate on writ.batch for each statement execute function writ.refuse_change();
create trigger append_only before update or delete or truncate on writ.reason for each statement execute function writ.refuse_change();

create function writ.refuse_truncate() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '% is audited; truncate would leave no record of its rows: use delete', tg_relid::regclass using errcode = 'insufficient_privilege';
end $$;

-- The batch of this transaction. The setting is only a hint, which anyone can set; the row is the proof. The audit
-- triggers ask the same in place, where a call would be a tenth of a small commit.
create function writ.current_batch() returns uuid language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  hint text := current_setting('writ.batch', true);
begin
  if length(hint) = 36 and translate(hint, '0123456789abcdef', '') = '----' then
    return (select b.id from writ.batch b where b.id = hint::uuid and b.person = session_user and b.txid = pg_current_xact_id());
  end if;
  return null;
end $$;

-- First statement of a commit. A second one with the same id waits for the first, then answers 'committed' if it is the
-- same batch of the same person. SQLSTATE WR001: the id names another batch.
create function writ.begin_batch(id uuid, relation text, sha256 text, rows integer, cells integer, note text,
  out state text, out audited boolean, out at timestamptz)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  known writ.batch;
begin
  insert into writ.batch (id, relation, payload_sha256, rows, cells, note)
  values (begin_batch.id, begin_batch.relation, begin_batch.sha256, begin_batch.rows, begin_batch.cells, begin_batch.note)
  on conflict on constraint batch_pkey do nothing
  returning submitted_at, exists (select from writ.governed g where g.relation = to_regclass(begin_batch.relation) and g.active) into at, audited;
  if found then
    state := 'new';
  else
    select * into strict known from writ.batch b where b.id = begin_batch.id;
    if known.person <> session_user or known.payload_sha256 <> begin_batch.sha256 then
      raise exception 'batch id % names another batch', begin_batch.id using errcode = 'WR001';
    end if;
    state := 'committed';
    at := known.submitted_at;
    audited := exists (select from writ.governed g where g.relation = to_regclass(begin_batch.relation) and g.active);
  end if;
end $$;

-- Reasons for rows of the batch of this transaction.
create function writ.give_reasons(relation text, row_keys text[], reasons text[])
returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into writ.reason (batch, target, row_key, reason)
  select writ.current_batch(), g.id, r.row_key, r.reason
  from writ.governed g, unnest(give_reasons.row_keys, give_reasons.reasons) r(row_key, reason)
  where g.relation = to_regclass(give_reasons.relation) and r.reason is not null;
end $$;

-- What became of a batch: committed, not-committed, or in-progress while a transaction that holds the id is still open.
-- It tries to take the id itself, which waits for such a transaction; what it took is given back at once.
create function writ.outcome(batch uuid) returns text language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '250ms' as $$
declare
  owner text;
begin
  begin
    insert into writ.batch (id, relation, payload_sha256, rows, cells) values (outcome.batch, '', repeat('0', 64), 0, 0);
    raise exception using errcode = 'WR000';
  exception
    -- WR001: the id is that of another person's batch under review.
    when sqlstate 'WR000' or sqlstate 'WR001' then return 'not-committed';
    when lock_not_available then return 'in-progress';
    when unique_violation then null;
  end;
  select b.person into owner from writ.batch b where b.id = outcome.batch;
  return case when owner = session_user then 'committed' else 'not-committed' end;
end $$;

-- Rights: begin_batch and the rest are granted per role by the installer; nothing here is for everyone.
revoke all on schema writ from public;
revoke all on all tables in schema writ from public;
revoke all on all functions in schema writ from public;

-- A person reads own batches; audit and reasons get one policy a governed table (see writ.govern).
alter table writ.batch enable row level security;
alter table writ.audit enable row level security;
alter table writ.reason enable row level security;
create policy own on writ.batch for select using (person = session_user);
