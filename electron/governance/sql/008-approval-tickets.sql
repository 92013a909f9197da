-- Schema writ, version 8: tickets, which let a transaction write an approved batch, and the setting of policies. See version
-- 4 for the tables and the codes.

-- Lets this transaction write to the table: for an approved batch, whose id begin_batch has taken, or for a rehearsal,
-- which nothing can commit. What was written is compared by finish_ticket, without which COMMIT is refused.
create function writ.take_ticket(batch uuid, relation text, rehearsal boolean) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  p writ.proposal;
  s record;
  v_target integer := writ.governed_id(take_ticket.relation);
begin
  if v_target is null then
    raise exception '% is not governed', take_ticket.relation using errcode = 'WR105';
  end if;
  if not take_ticket.rehearsal then
    if current_setting('transaction_isolation') <> 'read committed' then
      raise exception 'an approved batch is written at read committed' using errcode = 'WR105';
    end if;
    p := writ.seen_proposal(take_ticket.batch, true);
    perform from writ.governed g where g.id = p.target for share;
    if p.person <> session_user or p.person_oid <> writ.person_oid() or p.target <> v_target then
      raise exception 'the batch is written by who submitted it, to its own table' using errcode = 'WR102';
    end if;
    s := writ.standing(p);
    if s.state <> 'approved' then
      raise exception 'the batch is %', s.state using errcode = 'WR105';
    end if;
    if s.stale is not null or s.step is not null then
      raise exception 'the approval holds no longer (%)', coalesce(s.stale, 'incomplete') using errcode = 'WR103';
    end if;
    if writ.sha256_of(p.payload) <> p.payload_sha256 or not exists (select from writ.batch b
      where b.id = p.id and b.txid = pg_current_xact_id() and b.person = session_user and b.payload_sha256 = p.payload_sha256) then
      raise exception 'this is not the batch that was approved' using errcode = 'WR106';
    end if;
  end if;
  if take_ticket.rehearsal then
    -- A ticket under the id of another person's batch would keep that person waiting.
    select q.* into p from writ.proposal q where q.id = take_ticket.batch;
    if p.person <> session_user then
      raise exception 'there is no batch % to rehearse', take_ticket.batch using errcode = 'WR105';
    end if;
  end if;
  insert into writ.ticket (batch, target, rehearsal, since) values (take_ticket.batch, v_target, take_ticket.rehearsal, writ.last_audit());
end $$;

-- Compares what was written with what was approved and ends the right to write: the last call before COMMIT. Where the audit
-- recorded what was foretold, cell by cell, there is nothing more to compare.
create function writ.finish_ticket(batch uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  t writ.ticket;
  p writ.proposal;
  wrote record;
  found_more bigint;
  found_missing bigint;
  found_different bigint;
begin
  select k.* into t from writ.ticket k where k.batch = finish_ticket.batch and k.txid = pg_current_xact_id() and k.person = session_user and not k.finished;
  if not found then
    raise exception 'this transaction writes no approved batch %', finish_ticket.batch using errcode = 'WR105';
  end if;
  select q.* into strict p from writ.proposal q where q.id = t.batch;
  update writ.ticket k set finished = true where k.batch = t.batch;
  select r.* into wrote from writ.recorded(t.since, t.target, t.batch, (writ.current_policy(t.target)).derived_columns, p.foretold is not null) r;
  if wrote.deletes or wrote.inserts or wrote.digest is distinct from p.foretold or p.foretold is null then
    execute format('select more, missing, different from writ.compare_%s($1, $2, $3, $4)', t.target)
      into found_more, found_missing, found_different using p.payload::jsonb, t.since, wrote.deletes, wrote.inserts;
    if found_more + found_missing + found_different > 0 then
      raise exception 'what was written is not what was approved' using errcode = 'WR104',
        detail = format('%s more, %s missing, %s different', found_more, found_missing, found_different);
    end if;
  end if;
  if not t.rehearsal then
    if wrote.unnamed then
      raise exception 'what was written does not name its batch' using errcode = 'WR104';
    end if;
    -- Cells of a removed row that the payload left out are compared by nothing else.
    if p.deleted > 0 and exists (select from writ.touched_cells(p)) then
      raise exception 'rows of the batch changed after it was submitted' using errcode = 'WR103';
    end if;
    perform writ.note_event(p.id, 'committed', 'committed', null);
  end if;
end $$;

-- At COMMIT: a rehearsal ends here, a ticket that was not finished has missing cells, and the approval must hold to the last.
-- It can be made to run early (SET CONSTRAINTS), so under anything but the end of the transaction it puts itself off again.
create function writ.settle_ticket() returns trigger language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  p writ.proposal;
  s record;
  stack text;
begin
  if new.rehearsal then
    raise exception 'a rehearsal is never committed' using errcode = 'WR108';
  end if;
  if not (select t.finished from writ.ticket t where t.batch = new.batch) then
    raise exception 'the approved batch was not written to its end' using errcode = 'WR104';
  end if;
  select q.* into strict p from writ.proposal q where q.id = new.batch;
  s := writ.standing_of(p, 'approved');
  if s.stale is not null or s.step is not null then
    raise exception 'the approval holds no longer (%)', coalesce(s.stale, 'incomplete') using errcode = 'WR103';
  end if;
  get diagnostics stack = pg_context;
  if position(E'\n' in stack) > 0 or coalesce(current_query(), 'constraints') ~* '\m(constraints|prepare)\M' then
    if new.looks >= 50 then
      raise exception 'end the transaction that writes an approved batch with a plain COMMIT' using errcode = 'WR204';
    end if;
    set constraints writ.settle deferred;
    update writ.ticket t set looks = new.looks + 1 where t.batch = new.batch;
  end if;
  return null;
end $$;
create constraint trigger settle after insert or update of looks on writ.ticket deferrable initially deferred for each row execute function writ.settle_ticket();
alter table writ.ticket enable always trigger settle;

-- The id of a batch under review is for who submitted it: nobody else takes it, or holds it in an open transaction.
create function writ.keep_id() returns trigger language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from writ.proposal p where p.id = new.id and p.person <> session_user) then
    raise exception 'batch id % names another batch', new.id using errcode = 'WR001';
  end if;
  return new;
end $$;
create trigger keep_id before insert on writ.batch for each row execute function writ.keep_id();
alter table writ.batch enable always trigger keep_id;

-- Sets how changes reach a table. An administrator's function: granted by writ.grant_policies, never to everyone.
create function writ.set_policy(relation text, mode text, step_roles text[], step_counts integer[], amount_column text, amount_above numeric,
  free_columns text[], derived_columns text[], valid_for interval) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  g writ.governed;
  v_name text;
  v_version integer;
begin
  select * into g from writ.governed w where w.id = writ.governed_id(relation) for update;
  if g.id is null then
    raise exception '% is not governed', relation using errcode = 'WR105';
  end if;
  if mode = 'approval' then
    if coalesce(cardinality(step_roles), 0) = 0 or cardinality(step_roles) <> cardinality(step_counts) or 1 > any (step_counts) or valid_for is null
      or valid_for <= interval '0' or (amount_column is null) <> (amount_above is null) then
      raise exception 'a policy of approval names at least one role, how many of it, and how long an approval holds' using errcode = 'invalid_parameter_value';
    end if;
    foreach v_name in array step_roles loop
      if not exists (select from pg_roles r where r.rolname = v_name) then
        raise exception 'there is no role %', v_name using errcode = 'undefined_object';
      end if;
    end loop;
    foreach v_name in array free_columns || derived_columns || amount_column loop
      if v_name is not null and (v_name = any (g.key) or not exists (select from writ.audited_columns(g.relation, g.key) c where c.name = v_name
        and (v_name is distinct from amount_column or c.base in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)))) then
        raise exception 'the column % cannot be used in the policy', v_name using errcode = 'undefined_column';
      end if;
    end loop;
    -- A write through a parent fires the triggers of the parent alone.
    if exists (select from pg_inherits i where i.inhrelid = g.relation)
      or exists (select from pg_inherits i join pg_class c on c.oid = i.inhparent where i.inhparent = g.relation and c.relkind <> 'p') then
      raise exception '% inherits or is inherited; approval is for whole tables', g.relation using errcode = 'wrong_object_type';
    end if;
  elsif mode <> 'open' then
    raise exception 'a policy is open or approval' using errcode = 'invalid_parameter_value';
  end if;
  select coalesce(max(p.version), 0) + 1 into v_version from writ.policy p where p.target = g.id;
  insert into writ.policy (target, version, mode, step_roles, step_counts, amount_column, amount_above, free_columns, derived_columns, valid_for)
  values (g.id, v_version, mode, step_roles, step_counts, amount_column, amount_above, free_columns, derived_columns, valid_for);
  if mode = 'approval' then
    perform writ.define_guard(g.id);
  else
    perform writ.drop_guard(g.id);
  end if;
  perform pg_notify('writ_review', '');
  return v_version;
end $$;

-- Says that a login is used by several persons, or no longer.
create function writ.declare_shared(login text, why text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  if declare_shared.why is null then
    delete from writ.shared_login s where s.login = declare_shared.login;
  else
    insert into writ.shared_login (login, why) values (declare_shared.login, declare_shared.why)
    on conflict on constraint shared_login_pkey do update set why = excluded.why, by = session_user, at = clock_timestamp();
  end if;
end $$;

revoke all on all functions in schema writ from public;
