-- Schema writ, version 4: approval, the part that people see; the guard itself is version 6. A table under the policy "approval" takes a write only in a transaction that holds a
-- ticket for an approved batch, and what the audit recorded in that transaction must be exactly what was approved.
-- People keep their own rights on the table; the ticket adds none. SQLSTATE of what is refused here:
--   WR101 approval is needed             WR105 the batch is not in a state that allows it
--   WR102 this person may not decide     WR106 the payload is not the one that was seen
--   WR103 the approval is stale          WR107 a login shared by several persons
--   WR104 not what was approved          WR108 a rehearsal is never committed

create table writ.policy (
  target integer not null,
  version integer not null,
  mode text not null check (mode in ('open', 'approval')),
  step_roles text[] not null default '{}',
  step_counts integer[] not null default '{}',
  amount_column text,
  amount_above numeric,
  free_columns text[] not null default '{}',
  derived_columns text[] not null default '{}',
  valid_for interval,
  set_by text not null default session_user,
  at timestamptz not null default clock_timestamp(),
  primary key (target, version)
);
comment on table writ.policy is 'How changes reach a table; every version ever set, with by whom and when. The highest one counts';

create table writ.shared_login (
  login text primary key,
  why text not null,
  by text not null default session_user,
  at timestamptz not null default clock_timestamp()
);
comment on table writ.shared_login is 'Logins used by several persons: they can neither submit for review nor approve';

create table writ.proposal (
  id uuid primary key,
  target integer not null,
  relation text not null,
  person text not null default session_user,
  person_oid oid not null,
  payload text not null,
  payload_sha256 text not null,
  policy_version integer not null,
  note text,
  needs_approval boolean not null,
  rows integer not null,
  updated integer not null,
  inserted integer not null,
  deleted integer not null,
  cells integer not null,
  sums json not null,
  since bigint not null,
  at timestamptz not null default clock_timestamp()
);
comment on table writ.proposal is 'Batches submitted for review, never changed; where they stand is in writ.review_event';
comment on column writ.proposal.since is 'writ.audit.seq when it was submitted: later entries tell who touched the rows meanwhile';
create index proposal_target on writ.proposal (target, at);

create table writ.review_event (
  seq bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  proposal uuid not null,
  kind text not null check (kind in ('submitted', 'approved', 'returned', 'withdrawn', 'expired', 'committed', 'failed', 'comment')),
  state text not null check (state in ('submitted', 'approved', 'returned', 'withdrawn', 'expired', 'committed', 'failed')),
  person text not null default session_user,
  person_oid oid not null,
  step integer,
  payload_sha256 text,
  row_key text,
  column_name text,
  comment text
);
comment on table writ.review_event is 'What happened to a batch under review: transitions, approvals, comments. The last one holds its state';
create index review_event_proposal on writ.review_event (proposal, seq);

create table writ.ticket (
  batch uuid primary key,
  txid xid8 not null default pg_catalog.pg_current_xact_id(),
  target integer not null,
  person text not null default session_user,
  rehearsal boolean not null,
  since bigint not null,
  finished boolean not null default false,
  unique (txid, target)
);
comment on table writ.ticket is 'Which transaction may write to a table under approval, and for which batch';

create trigger append_only before update or delete or truncate on writ.policy for each statement execute function writ.refuse_change();
create trigger append_only before update or delete or truncate on writ.proposal for each statement execute function writ.refuse_change();
create trigger append_only before update or delete or truncate on writ.review_event for each statement execute function writ.refuse_change();

-- Whether a login has a role now, and uses its rights. Superusers are in every role by decree; only real membership counts.
create function writ.has_role(person text, role text) returns boolean language sql volatile set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from pg_roles p join pg_roles r on r.rolname = has_role.role
    where p.rolname = has_role.person and not p.rolsuper and pg_has_role(p.oid, r.oid, 'usage'))
$$;

create function writ.current_policy(target integer) returns writ.policy language sql volatile set search_path = pg_catalog, pg_temp as $$
  select p from writ.policy p where p.target = current_policy.target order by p.version desc limit 1
$$;

create function writ.governed_id(relation text) returns integer language sql volatile set search_path = pg_catalog, pg_temp as $$
  select g.id from writ.governed g where g.relation = to_regclass(governed_id.relation) and g.active
$$;

create function writ.person_oid() returns oid language sql stable set search_path = pg_catalog, pg_temp as $$
  select r.oid from pg_roles r where r.rolname = session_user
$$;

create function writ.state_of(proposal uuid) returns text language sql volatile set search_path = pg_catalog, pg_temp as $$
  select e.state from writ.review_event e where e.proposal = state_of.proposal order by e.seq desc limit 1
$$;

create function writ.last_audit() returns bigint language sql volatile set search_path = pg_catalog, pg_temp as $$
  select case when s.is_called then s.last_value else 0 end from writ.audit_seq_seq s
$$;

create function writ.refuse_shared() returns void language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from writ.shared_login s where s.login = session_user) then
    raise exception '% is a login shared by several persons; who approves what cannot be told apart', session_user using errcode = 'WR107';
  end if;
end $$;

-- Records what happened and tells whoever listens; the message is only a hint to look again.
create function writ.note_event(proposal uuid, kind text, state text, comment text, step integer default null, sha256 text default null,
  row_key text default null, column_name text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into writ.review_event (proposal, kind, state, comment, step, payload_sha256, row_key, column_name, person_oid)
  values (note_event.proposal, note_event.kind, note_event.state, nullif(note_event.comment, ''), note_event.step, note_event.sha256,
    note_event.row_key, note_event.column_name, writ.person_oid());
  perform pg_notify('writ_review', note_event.proposal::text);
end $$;

-- Where a batch stands: its state, the step that waits (null: none), why its approvals hold no longer (null: they do),
-- and until when they do. Asked again at every decision, at the ticket, and at COMMIT.
create function writ.standing_of(proposal writ.proposal, as_state text, out state text, out step integer, out stale text, out expires_at timestamptz)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  policy writ.policy := writ.current_policy(proposal.target);
  given record;
begin
  state := as_state;
  if state not in ('submitted', 'approved') then return; end if;
  if policy.version <> proposal.policy_version or policy.mode <> 'approval' then
    stale := 'policy-changed';
    return;
  end if;
  if not proposal.needs_approval then return; end if;
  select min(e.at + policy.valid_for) as until,
    coalesce(bool_and(e.person <> proposal.person and e.payload_sha256 = proposal.payload_sha256
      and writ.has_role(e.person, policy.step_roles[e.step])
      and exists (select from pg_roles r where r.oid = e.person_oid and r.rolname = e.person)
      and not exists (select from writ.shared_login s where s.login = e.person)), true) as hold
  into given
  from writ.review_event e where e.proposal = proposal.id and e.kind = 'approved';
  expires_at := given.until;
  if expires_at <= clock_timestamp() then
    stale := 'expired';
  elsif not given.hold then
    stale := 'approver-lost-role';
  end if;
  select min(s.n)::integer into step
  from unnest(policy.step_counts) with ordinality s(needed, n)
  where s.needed > (select count(distinct e.person) from writ.review_event e where e.proposal = proposal.id and e.kind = 'approved' and e.step = s.n);
end $$;

create function writ.standing(proposal writ.proposal, out state text, out step integer, out stale text, out expires_at timestamptz)
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select * from writ.standing_of(proposal, writ.state_of(proposal.id))
$$;

-- Whether the person of this session may see a batch under review: the submitter's own, or one of a table they review.
create function writ.may_review(target integer) returns boolean language sql volatile set search_path = pg_catalog, pg_temp as $$
  select coalesce(bool_or(writ.has_role(session_user, r.role)), false)
  from (select (writ.current_policy(may_review.target)).step_roles) p, unnest(p.step_roles) r(role)
$$;

-- The batch, locked, when this person may see it; else as if it were not there.
create function writ.seen_proposal(id uuid, lock boolean) returns writ.proposal language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  found_one writ.proposal;
begin
  if lock then
    select p.* into found_one from writ.proposal p where p.id = seen_proposal.id for update;
  else
    select p.* into found_one from writ.proposal p where p.id = seen_proposal.id;
  end if;
  if found_one.id is null or not (found_one.person = session_user or writ.may_review(found_one.target)) then
    raise exception 'there is no batch % to review', seen_proposal.id using errcode = 'WR105';
  end if;
  return found_one;
end $$;

create function writ.sha256_of(payload text) returns text language sql immutable set search_path = pg_catalog, pg_temp as $$
  select encode(sha256(convert_to(payload, 'UTF8')), 'hex')
$$;

-- Submits a batch for review. The same call again answers the state it has; the id with another payload is WR001.
create function writ.propose(id uuid, relation text, payload text, sha256 text, note text) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  known writ.proposal;
  policy writ.policy;
  governed writ.governed;
  body jsonb;
  stats record;
  needed boolean := true;
begin
  perform writ.refuse_shared();
  if writ.sha256_of(propose.payload) <> propose.sha256 then
    raise exception 'the payload does not have the SHA-256 it was sent with' using errcode = 'WR106';
  end if;
  select p.* into known from writ.proposal p where p.id = propose.id;
  if found then
    if known.person <> session_user or known.payload_sha256 <> propose.sha256 then
      raise exception 'batch id % names another batch', propose.id using errcode = 'WR001';
    end if;
    return writ.state_of(propose.id);
  end if;
  select g.* into governed from writ.governed g where g.id = writ.governed_id(propose.relation) for share;
  policy := writ.current_policy(governed.id);
  if policy.mode is distinct from 'approval' then
    raise exception '% takes changes without approval', propose.relation using errcode = 'WR105';
  end if;
  body := propose.payload::jsonb;
  if body->>0 is distinct from '1' or body->2 is distinct from to_jsonb(governed.key) or body->1 is distinct from (
    select jsonb_build_array(n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = governed.relation) then
    raise exception 'the payload is not one of %, with its key', propose.relation using errcode = 'WR104';
  end if;
  if exists (select from jsonb_array_elements(body->4) r, jsonb_array_elements(r->1) c where c->>0 = any (governed.key)) then
    raise exception 'a changed key needs a removed and a new row under approval' using errcode = 'WR104';
  end if;
  with cell as (
    select c->>0 as name, c->>1 as before, c->>2 as after, 1 as updates from jsonb_array_elements(body->4) r, jsonb_array_elements(r->1) c
    union all select c->>0, null, c->>1, 0 from jsonb_array_elements(body->5) r, jsonb_array_elements(r->1) c
    union all select c->>0, c->>1, null, 0 from jsonb_array_elements(body->3) r, jsonb_array_elements(r->1) c
  ), summed as (
    select cell.name, k.place, count(*) as cells, sum(cell.before::numeric) as before, sum(cell.after::numeric) as after,
      coalesce(sum(cell.after::numeric), 0) - coalesce(sum(cell.before::numeric), 0) as delta,
      sum(abs(coalesce(cell.after::numeric, 0) - coalesce(cell.before::numeric, 0))) as moved
    from cell join writ.audited_columns(governed.relation, governed.key) k on k.name = cell.name and not k.is_key
      and k.base in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
    group by cell.name, k.place
  )
  select jsonb_array_length(body->3) as deleted, jsonb_array_length(body->4) as updated, jsonb_array_length(body->5) as inserted,
    (select count(*) from jsonb_array_elements(body->4) r, jsonb_array_elements(r->1))
      + (select count(*) from jsonb_array_elements(body->5) r, jsonb_array_elements(r->1)) as cells,
    coalesce((select json_agg(json_build_object('column', s.name, 'cells', s.cells, 'before', s.before::text, 'after', s.after::text,
      'delta', s.delta::text) order by s.place) from summed s), '[]') as sums,
    coalesce((select s.moved from summed s where s.name = policy.amount_column), 0) as moved,
    exists (select from cell where updates = 1 and cell.name is distinct from policy.amount_column
      and cell.name <> all (policy.free_columns)) as others
  into stats;
  if policy.amount_column is not null then
    -- A new or removed row that does not tell its amount may hold any.
    needed := stats.others or stats.moved > policy.amount_above
      or exists (select from jsonb_array_elements(body->5) r where not exists (select from jsonb_array_elements(r->1) c where c->>0 = policy.amount_column))
      or exists (select from jsonb_array_elements(body->3) r where not exists (select from jsonb_array_elements(r->1) c where c->>0 = policy.amount_column));
  end if;
  insert into writ.proposal (id, target, relation, person_oid, payload, payload_sha256, policy_version, note, needs_approval,
    rows, updated, inserted, deleted, cells, sums, since)
  values (propose.id, governed.id, propose.relation, writ.person_oid(), propose.payload, propose.sha256, policy.version, propose.note, needed,
    stats.updated + stats.inserted + stats.deleted, stats.updated, stats.inserted, stats.deleted, stats.cells, stats.sums, writ.last_audit());
  perform writ.note_event(propose.id, 'submitted', case when needed then 'submitted' else 'approved' end,
    case when not needed then 'Below the amount that needs approval' end);
  return case when needed then 'submitted' else 'approved' end;
end $$;

-- One approval by the person of this session, of the payload they saw.
create function writ.approve(id uuid, sha_seen text, comment text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  p writ.proposal;
  s record;
  policy writ.policy;
  complete boolean;
begin
  perform writ.refuse_shared();
  p := writ.seen_proposal(approve.id, true);
  policy := writ.current_policy(p.target);
  if p.person = session_user then
    raise exception 'nobody approves an own batch' using errcode = 'WR102';
  end if;
  if approve.sha_seen is distinct from p.payload_sha256 or writ.sha256_of(p.payload) <> p.payload_sha256 then
    raise exception 'the batch is not the one that was looked at' using errcode = 'WR106';
  end if;
  if exists (select from writ.review_event e where e.proposal = p.id and e.kind = 'approved' and e.person = session_user) then return; end if;
  s := writ.standing(p);
  if s.state <> 'submitted' then
    raise exception 'the batch is %', s.state using errcode = 'WR105';
  end if;
  if s.stale is not null then
    raise exception 'the batch has to be submitted again (%)', s.stale using errcode = 'WR103';
  end if;
  if not writ.has_role(session_user, policy.step_roles[s.step]) then
    raise exception 'this step is approved by %', policy.step_roles[s.step] using errcode = 'WR102';
  end if;
  if exists (select from writ.touched_cells(p)) then
    raise exception 'rows of the batch changed after it was submitted' using errcode = 'WR103';
  end if;
  complete := s.step = cardinality(policy.step_counts) and policy.step_counts[s.step] <= 1 +
    (select count(distinct e.person) from writ.review_event e where e.proposal = p.id and e.kind = 'approved' and e.step = s.step);
  perform writ.note_event(p.id, 'approved', case when complete then 'approved' else 'submitted' end, approve.comment, s.step, p.payload_sha256);
end $$;

-- Back to the submitter, with what is to be changed; also what was approved, until it is committed.
create function writ.return_batch(id uuid, comment text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  p writ.proposal;
begin
  perform writ.refuse_shared();
  p := writ.seen_proposal(return_batch.id, true);
  if p.person = session_user or not writ.may_review(p.target) then
    raise exception 'only a reviewer returns a batch' using errcode = 'WR102';
  end if;
  if writ.state_of(p.id) not in ('submitted', 'approved') then
    raise exception 'the batch is %', writ.state_of(p.id) using errcode = 'WR105';
  end if;
  if coalesce(return_batch.comment, '') = '' then
    raise exception 'a returned batch needs a comment' using errcode = 'WR105';
  end if;
  perform writ.note_event(p.id, 'returned', 'returned', return_batch.comment);
end $$;

-- The submitter takes it back (withdrawn), or records that the warehouse refused to write it (failed).
create function writ.end_batch(id uuid, kind text, comment text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  p writ.proposal := writ.seen_proposal(end_batch.id, true);
begin
  if p.person <> session_user then
    raise exception 'only who submitted a batch takes it back' using errcode = 'WR102';
  end if;
  if end_batch.kind not in ('withdrawn', 'failed') or writ.state_of(p.id) not in ('submitted', 'approved') then
    raise exception 'the batch is %', writ.state_of(p.id) using errcode = 'WR105';
  end if;
  perform writ.note_event(p.id, end_batch.kind, end_batch.kind, end_batch.comment);
end $$;

create function writ.remark(id uuid, comment text, row_key text, column_name text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  p writ.proposal := writ.seen_proposal(remark.id, true);
begin
  if coalesce(remark.comment, '') = '' then
    raise exception 'a comment needs words' using errcode = 'WR105';
  end if;
  perform writ.note_event(p.id, 'comment', writ.state_of(p.id), remark.comment, row_key => remark.row_key, column_name => remark.column_name);
end $$;

-- Marks what ran out; anyone may ask, it only records what is so.
create function writ.expire() returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  p writ.proposal;
begin
  for p in select q.* from writ.proposal q where writ.state_of(q.id) in ('submitted', 'approved') for update skip locked loop
    if (writ.standing(p)).stale = 'expired' then
      perform writ.note_event(p.id, 'expired', 'expired', null);
    end if;
  end loop;
end $$;

-- State of an own batch, 'absent' when it never arrived, 'in-progress' while a transaction that submits it is open.
create function writ.review_state(id uuid) returns text language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '250ms' as $$
begin
  begin
    insert into writ.proposal (id, target, relation, person_oid, payload, payload_sha256, policy_version, needs_approval,
      rows, updated, inserted, deleted, cells, sums, since)
    values (review_state.id, 0, '', 0, '', '', 0, true, 0, 0, 0, 0, 0, '[]', 0);
    raise exception using errcode = 'WR000';
  exception
    when sqlstate 'WR000' then return 'absent';
    when lock_not_available then return 'in-progress';
    when unique_violation then null;
  end;
  return coalesce((select writ.state_of(p.id) from writ.proposal p where p.id = review_state.id and p.person = session_user), 'absent');
end $$;

-- Changes by anyone of cells the batch changes, or of rows it removes, since it was submitted.
create function writ.touched_cells(p writ.proposal) returns table (row_key text, column_name text, person text, at timestamptz, after text)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  -- Most of the time nothing was written to the table at all, and the payload need not be opened.
  if not exists (select from writ.audit a where a.seq > p.since and a.target = p.target) then return; end if;
  return query
    with cells as materialized (
      select r->>0 as row_key, c->>0 as column_name from jsonb_array_elements(p.payload::jsonb->4) r, jsonb_array_elements(r->1) c
    ), rows as materialized (
      select r->>0 as row_key, true as removed from jsonb_array_elements(p.payload::jsonb->3) r
      union all select distinct c.row_key, false from cells c
    )
    select a.row_key, a.column_name, a.person, a.at, a.after
    from writ.audit a join rows w on w.row_key = a.row_key
    where a.seq > p.since and a.target = p.target and a.batch is distinct from p.id
      and (a.kind <> 'update' or w.removed or exists (select from cells c where c.row_key = a.row_key and c.column_name = a.column_name));
end $$;

-- Batches as this person may see them, as JSON: where they stand now, by whom they were approved, whether this person may
-- decide. `box`: waiting (for this person), mine, all; `ids` picks single ones.
create function writ.reviews(box text, relation text, ids uuid[], at_most integer) returns setof json
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  p writ.proposal;
  s record;
  policy writ.policy;
  refusal text;
  found_count integer := 0;
  v_target integer := writ.governed_id(relation);
begin
  for p in
    select q.* from writ.proposal q
    where (relation is null or q.target = v_target) and (ids is null or q.id = any (ids))
      and case box when 'mine' then q.person = session_user when 'waiting' then q.person <> session_user and writ.state_of(q.id) = 'submitted'
        else true end
      and (q.person = session_user or writ.may_review(q.target))
    order by case when box = 'waiting' then q.at end, q.at desc
  loop
    exit when found_count >= at_most;
    s := writ.standing(p);
    policy := writ.current_policy(p.target);
    refusal := case
      when s.state <> 'submitted' then null
      when s.stale is not null then 'The batch has to be submitted again: its approval is stale.'
      when p.person = session_user then 'Nobody approves an own batch.'
      when exists (select from writ.shared_login l where l.login = session_user) then 'This login is shared by several persons.'
      when exists (select from writ.review_event e where e.proposal = p.id and e.kind = 'approved' and e.person = session_user) then 'You approved it already.'
      when not writ.has_role(session_user, policy.step_roles[s.step]) then format('This step is approved by %s.', policy.step_roles[s.step]) end;
    continue when box = 'waiting' and (refusal is not null or s.step is null);
    found_count := found_count + 1;
    return next json_build_object('batch', p.id, 'source', (select json_build_object('schema', n.nspname, 'table', c.relname)
        from writ.governed g join pg_class c on c.oid = g.relation join pg_namespace n on n.oid = c.relnamespace where g.id = p.target),
      'person', p.person, 'note', p.note, 'state', s.state, 'sha256', p.payload_sha256,
      'counts', json_build_object('rows', p.rows, 'cells', p.cells, 'updated', p.updated, 'inserted', p.inserted, 'deleted', p.deleted),
      'sums', p.sums, 'submittedAt', writ.iso(p.at), 'changedAt', (select writ.iso(max(e.at)) from writ.review_event e where e.proposal = p.id),
      'ageSeconds', extract(epoch from clock_timestamp() - p.at)::float8, 'expiresAt', writ.iso(s.expires_at),
      'steps', case when not p.needs_approval then '[]' else coalesce((select json_agg(json_build_object('role', o.step_roles[n], 'count', o.step_counts[n], 'approvals',
          coalesce((select json_agg(json_build_object('person', e.person, 'at', writ.iso(e.at)) order by e.seq)
            from writ.review_event e where e.proposal = p.id and e.kind = 'approved' and e.step = n), '[]')) order by n)
        from writ.policy o, generate_subscripts(o.step_roles, 1) n where o.target = p.target and o.version = p.policy_version), '[]') end,
      'step', s.step - 1, 'canDecide', s.state = 'submitted' and refusal is null and s.step is not null, 'refusal', refusal, 'stale', s.stale,
      'comments', (select count(*) from writ.review_event e where e.proposal = p.id and e.comment is not null));
  end loop;
end $$;

create function writ.iso(t timestamptz) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- What the batch writes, for whoever may see it; its SHA-256 is for the reader to recompute.
create function writ.review_payload(id uuid) returns text language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  select (writ.seen_proposal(id, false)).payload
$$;

create function writ.review_log(id uuid) returns table (at text, person text, kind text, comment text, row_key text, column_name text)
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  select writ.iso(e.at), e.person, e.kind, e.comment, e.row_key, e.column_name
  from writ.review_event e where e.proposal = (writ.seen_proposal(review_log.id, false)).id order by e.seq
$$;

create function writ.review_touched(id uuid, at_most integer) returns table (row_key text, column_name text, person text, at text, after text)
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  select t.row_key, t.column_name, t.person, writ.iso(t.at), t.after
  from writ.touched_cells(writ.seen_proposal(review_touched.id, false)) t limit review_touched.at_most
$$;

-- The policy of a table as JSON, and what it means to this person.
create function writ.policy_of(relation text) returns json language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_target integer := writ.governed_id(policy_of.relation);
  p writ.policy := writ.current_policy(v_target);
begin
  return json_build_object('mode', coalesce(p.mode, 'open'), 'version', coalesce(p.version, 0), 'by', p.set_by, 'at', writ.iso(p.at),
    'steps', (select json_agg(json_build_object('role', p.step_roles[n], 'count', p.step_counts[n]) order by n) from generate_subscripts(p.step_roles, 1) n),
    'amountColumn', p.amount_column, 'amountAbove', p.amount_above::text, 'freeColumns', coalesce(p.free_columns, '{}'),
    'derivedColumns', coalesce(p.derived_columns, '{}'), 'validHours', ceil(extract(epoch from p.valid_for) / 3600)::integer,
    'governed', v_target is not null, 'canReview', v_target is not null and writ.may_review(v_target),
    'canSet', v_target is not null and has_function_privilege(session_user,
      'writ.set_policy(text, text, text[], integer[], text, numeric, text[], text[], interval)', 'execute'));
end $$;
