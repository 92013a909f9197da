-- Schema writ, version 5: what people do with a batch under review: submit, approve, return, take back, comment.
-- See version 4 for the tables and the codes.

-- Whether a row or a cell is named twice: sums would count what is written once, or show 0 where the last one counts.
create function writ.says_twice(body jsonb) returns boolean language sql immutable set search_path = pg_catalog, pg_temp as $$
  select (select count(*) <> count(distinct r->>0) from (select jsonb_array_elements(body->3) union all select jsonb_array_elements(body->4)) k(r))
    or exists (select from jsonb_array_elements((body->3) || (body->4) || (body->5)) r
      where (select count(*) <> count(distinct c->>0) from jsonb_array_elements(r->1) c))
$$;

-- What this person brought to a table below the amount, and nobody looked at, for as long as an approval would hold: batches,
-- and what they moved. Submissions of one person wait here for each other, so that two at once are counted as well.
create function writ.unreviewed(target integer, policy writ.policy, out batches bigint, out moved numeric)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into writ.amount_turn (target, person) values (unreviewed.target, session_user)
  on conflict on constraint amount_turn_pkey do update set person = excluded.person;
  select count(*), coalesce(sum(p.moved), 0) into batches, moved
  from writ.proposal p
  where p.target = unreviewed.target and p.person = session_user and not p.needs_approval and p.moved > 0
    and p.at > clock_timestamp() - policy.valid_for and writ.state_of(p.id) in ('approved', 'committed')
    and exists (select from writ.policy o where o.target = p.target and o.version = p.policy_version and o.amount_column = policy.amount_column);
end $$;

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
  v_foretold bytea;
  earlier record;
  why text;
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
  if writ.says_twice(body) then
    raise exception 'the payload names a row or a cell twice' using errcode = 'WR104';
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
      and cell.name <> all (policy.free_columns)) as others,
    exists (select from cell join writ.audited_columns(governed.relation, governed.key) k on k.name = cell.name
      and k.base in ('date'::regtype, 'time'::regtype, 'timetz'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype)
      where cell.after ~* 'now|today|tomorrow|yesterday') as told_late
  into stats;
  if stats.told_late then
    raise exception 'the payload has a date that is only told when it is written' using errcode = 'WR104';
  end if;
  if policy.amount_column is not null then
    -- A new or removed row that does not tell its amount may hold any.
    needed := stats.others or stats.moved > policy.amount_above
      or exists (select from jsonb_array_elements(body->5) r where not exists (select from jsonb_array_elements(r->1) c where c->>0 = policy.amount_column))
      or exists (select from jsonb_array_elements(body->3) r where not exists (select from jsonb_array_elements(r->1) c where c->>0 = policy.amount_column));
    why := case when not needed then 'Below the amount that needs approval' end;
    if not needed and stats.moved > 0 then
      earlier := writ.unreviewed(governed.id, policy);
      if earlier.moved + stats.moved > policy.amount_above then
        needed := true;
        why := format('Together with %s of this person that nobody looked at, %s of %s is changed: above the amount that needs approval (%s).',
          case earlier.batches when 1 then 'one earlier batch' else earlier.batches || ' earlier batches' end, earlier.moved + stats.moved, policy.amount_column,
          policy.amount_above);
      end if;
    end if;
  end if;
  execute format('select writ.foretell_%s($1)', governed.id) into v_foretold using body;
  insert into writ.proposal (id, target, relation, person_oid, payload, payload_sha256, policy_version, note, needs_approval,
    rows, updated, inserted, deleted, cells, sums, since, moved, foretold)
  values (propose.id, governed.id, propose.relation, writ.person_oid(), propose.payload, propose.sha256, policy.version, propose.note, needed,
    stats.updated + stats.inserted + stats.deleted, stats.updated, stats.inserted, stats.deleted, stats.cells, stats.sums, writ.last_audit(), stats.moved, v_foretold);
  perform writ.note_event(propose.id, 'submitted', case when needed then 'submitted' else 'approved' end, why);
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
  v_foretold bytea;
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
  -- What the batch is measured by when it is written is made anew from what this person saw.
  execute format('select writ.foretell_%s($1)', p.target) into v_foretold using p.payload::jsonb;
  if v_foretold is distinct from p.foretold then
    raise exception 'the table of the batch changed after it was submitted' using errcode = 'WR103';
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
  for p in select q.* from writ.proposal q where writ.state_of(q.id) in ('submitted', 'approved') loop
    -- Only what ran out is locked: an open transaction that asked holds up nobody's batch.
    continue when (writ.standing(p)).stale is distinct from 'expired';
    perform from writ.proposal q where q.id = p.id for update skip locked;
    if found and (writ.standing(p)).stale = 'expired' then
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
      rows, updated, inserted, deleted, cells, sums, since, moved)
    values (review_state.id, 0, '', 0, '', '', 0, true, 0, 0, 0, 0, 0, '[]', 0, 0);
    raise exception using errcode = 'WR000';
  exception
    when sqlstate 'WR000' then return 'absent';
    when lock_not_available then return 'in-progress';
    when unique_violation then null;
  end;
  return coalesce((select writ.state_of(p.id) from writ.proposal p where p.id = review_state.id and p.person = session_user), 'absent');
end $$;

-- Changes by anyone of cells the batch changes, or of rows it removes, since it was submitted. They lie at the audit's end:
-- however long it is, only its key leads there.
create function writ.touched_cells(p writ.proposal) returns table (seq bigint, row_key text, column_name text, person text, at timestamptz)
language plpgsql volatile set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
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
    select a.seq, a.row_key, a.column_name, a.person, a.at
    from writ.audit a join rows w on w.row_key = a.row_key
    where a.seq > p.since and a.target = p.target and a.batch is distinct from p.id
      and (a.kind <> 'update' or w.removed or exists (select from cells c where c.row_key = a.row_key and c.column_name = a.column_name));
end $$;

revoke all on all functions in schema writ from public;
