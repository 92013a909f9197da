-- Schema writ, version 6: the guard of tables under approval: tickets, and the comparison of what the audit recorded in a
-- transaction with what was approved. See version 4 for the tables and the codes.

-- What a column's value reads as when the table itself made the text from `value`: rounded as an assignment would be.
create function writ.written_sql(value text, relation regclass, name text) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select format('(%s)::%s::text', value, case
    when c.base in ('numeric'::regtype, 'time'::regtype, 'timetz'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype, 'interval'::regtype)
      then format_type(c.base, case when a.atttypmod <> -1 then a.atttypmod else t.typtypmod end)
    -- A cast to varchar(3) would cut a longer text short without a word.
    else format_type(c.base, -1) end)
  from writ.audited_columns(relation, '{}') c join pg_attribute a on a.attrelid = relation and a.attname = c.name
    join pg_type t on t.oid = a.atttypid
  where c.name = written_sql.name and value is not null
$$;

-- SQL that is true when two texts are the same value of a column: 5 and 5.00 are, 5.005 and 5.01 are not.
create function writ.same_sql(a text, b text, base oid, comparable boolean) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select case
    when base in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'json'::regtype) then 'false'
    when comparable then format('%1$s::%3$s is not distinct from %2$s::%3$s', a, b, format_type(base, -1))
    else format('%1$s::%3$s::text is not distinct from %2$s::%3$s::text', a, b, format_type(base, -1)) end
$$;

-- The same for a column whose name is only known from each row; equal texts are the quick way out.
create function writ.same_cell(cases text, a text, b text, name text) returns text language sql immutable set search_path = pg_catalog, pg_temp as $$
  select format('(case when %1$s is not distinct from %2$s then true else case %3$s %4$s else false end end)', a, b, name,
    replace(replace(cases, '@a@', a), '@b@', b))
$$;

-- How the columns of a new row are told that its batch left out: null or a constant can be compared, and so can what stays
-- the same throughout a transaction; what the table makes up itself (identity, sequence, random, clock) cannot.
create function writ.default_sql(relation regclass, name text) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select case
    when a.attidentity <> '' then null
    when t.typtype = 'd' and d.adbin is null and t.typdefault is not null then null
    when d.adbin is null then 'null'
    when pg_get_expr(d.adbin, d.adrelid) ~ '^\(?-?[0-9.]+\)?(::[a-z0-9 (),_]+)?$|^(true|false)$|^''([^'']|'''')*''(::[a-z0-9 (),_"."]+)?$|^SESSION_USER$'
      or (a.atttypid = 'timestamptz'::regtype and pg_get_expr(d.adbin, d.adrelid) ~ '^(now\(\)|CURRENT_TIMESTAMP)$')
      then format('(%s)', pg_get_expr(d.adbin, d.adrelid)) end
  from pg_attribute a join pg_type t on t.oid = a.atttypid left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = relation and a.attname = default_sql.name
$$;

-- SQL for the row key of a payload's row `r`: as the audit writes it. Only types that print by the session need a new text.
create function writ.payload_key_sql(relation regclass, key text[]) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select case when bool_and(c.base = any ('{int2,int4,int8,uuid,numeric,date,text,varchar,bpchar,bool}'::regtype[])) then 'r->>0'
    else format('(select %s from (select %s) k)', writ.row_key_sql('k', relation, key),
      string_agg(format('((r->>0)::jsonb->>%s)::%s as %I', k.n - 1, format_type(c.base, -1), c.name), ', ' order by k.n)) end
  from unnest(key) with ordinality k(name, n) join writ.audited_columns(relation, key) c on c.name = k.name
$$;

-- Creates the function that compares what the audit recorded in this transaction, from `since` on, with a payload: how many
-- cells and rows are there too many, are missing, are different. One pass a kind, whatever the number of cells.
create function writ.define_comparison(target integer) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  g writ.governed;
  policy writ.policy := writ.current_policy(target);
  v_same text;
  v_key text;
  v_expected text;
  v_actual text;
  v_made text[];
  v_stored text[];
begin
  select * into strict g from writ.governed w where w.id = target;
  v_key := writ.payload_key_sql(g.relation, g.key);
  select string_agg(format('when %L then %s', c.name, writ.same_sql('@a@', '@b@', c.base, c.comparable)), ' ' order by c.place),
    array_agg(c.name order by c.place) filter (where writ.default_sql(g.relation, c.name) is null and c.name <> all (policy.derived_columns)),
    array_agg(c.name order by c.place),
    string_agg(format('case when g ? %1$L then %2$s else %3$s end', c.name, writ.written_sql(format('g->>%L', c.name), g.relation, c.name),
      coalesce(writ.written_sql(writ.default_sql(g.relation, c.name), g.relation, c.name), 'null')), ', ' order by c.place)
      filter (where c.name <> all (policy.derived_columns)),
    string_agg(case when writ.default_sql(g.relation, c.name) is null
      then format('case when %1$L = any (v_told) then g->>%1$L end', c.name) else format('g->>%L', c.name) end, ', ' order by c.place)
      filter (where c.name <> all (policy.derived_columns))
  into v_same, v_made, v_stored, v_expected, v_actual
  from writ.audited_columns(g.relation, g.key) c;
  execute format('create or replace function writ.compare_%s(body jsonb, since bigint, out more bigint, out missing bigint, out different bigint)
    language plpgsql volatile set search_path = pg_catalog, pg_temp set enable_hashjoin = on set enable_nestloop = off set enable_mergejoin = off
    set jit = off set work_mem = ''64MB'' %s as %L', target, writ.canonical_settings(g.relation), format('
#variable_conflict use_column
declare
  v_told text[];
  found_deletes record;
  found_inserts record;
begin
  select count(*) filter (where e.row_key is null), count(*) filter (where a.row_key is null and not %1$s),
    count(*) filter (where e.row_key is not null and a.row_key is not null and not (%2$s and %3$s))
  into more, missing, different
  from (select %4$s as row_key, c->>0 as column_name, c->>1 as before, c->>2 as after
    from jsonb_array_elements(body->4) r, jsonb_array_elements(r->1) c) e
  full join (select a.row_key, a.column_name, a.before, a.after from writ.audit a
    where a.seq > since and a.txid = pg_current_xact_id() and a.target = %5$s and a.kind = ''update'' and a.column_name <> all (%6$L)) a
  using (row_key, column_name);
  if jsonb_array_length(body->3) > 0 or exists (select from writ.audit a
    where a.seq > since and a.txid = pg_current_xact_id() and a.target = %5$s and a.kind = ''delete'') then
    with removed as materialized (
      select a.row_key, a.column_name, a.before from writ.audit a
      where a.seq > since and a.txid = pg_current_xact_id() and a.target = %5$s and a.kind = ''delete''
    ), wanted as materialized (select %4$s as row_key, r->1 as cells from jsonb_array_elements(body->3) r)
    select (select count(*) from (select distinct d.row_key from removed d) d where not exists (select from wanted w where w.row_key = d.row_key)) as more,
      (select count(*) from wanted w where not exists (select from removed d where d.row_key = w.row_key))
        + (select count(*) - count(distinct w.row_key) from wanted w) as missing,
      (select count(*) from wanted w cross join lateral jsonb_array_elements(w.cells) c
        left join removed a on a.row_key = w.row_key and a.column_name = c->>0
        where c->>0 = any (%7$L) and not %8$s) as different
    into found_deletes;
    more := more + found_deletes.more; missing := missing + found_deletes.missing; different := different + found_deletes.different;
  end if;
  if jsonb_array_length(body->5) > 0 or exists (select from writ.audit a
    where a.seq > since and a.txid = pg_current_xact_id() and a.target = %5$s and a.kind = ''insert'') then
    -- Columns the table may fill by itself count where the batch gives them; it has to do so for all its new rows or for none.
    select coalesce(array_agg(t.name), ''{}'') into v_told from (
      select c->>0 as name, count(*) as n from jsonb_array_elements(body->5) r, jsonb_array_elements(r->1) c
      where c->>0 = any (%9$L) group by 1) t where t.n = jsonb_array_length(body->5);
    if exists (select from jsonb_array_elements(body->5) r, jsonb_array_elements(r->1) c where c->>0 = any (%9$L) and c->>0 <> all (v_told)) then
      raise exception ''all new rows of a batch under approval, or none, give values to columns the table fills itself'' using errcode = ''WR104'';
    end if;
    with expected as (
      select array[%10$s]::text[] as row from jsonb_array_elements(body->5) r
      cross join lateral (select coalesce(jsonb_object_agg(c->>0, c->1), ''{}'') as g from jsonb_array_elements(r->1) c) g
    ), actual as (
      select array[%11$s]::text[] as row from (
        select jsonb_object_agg(a.column_name, a.after) as g from writ.audit a
        where a.seq > since and a.txid = pg_current_xact_id() and a.target = %5$s and a.kind = ''insert'' group by a.row_key) a
    )
    select coalesce(sum(greatest(coalesce(a.n, 0) - coalesce(e.n, 0), 0)), 0) as more,
      coalesce(sum(greatest(coalesce(e.n, 0) - coalesce(a.n, 0), 0)), 0) as missing
    into found_inserts
    from (select x.row, count(*) as n from expected x group by 1) e full join (select x.row, count(*) as n from actual x group by 1) a using (row);
    more := more + found_inserts.more; missing := missing + found_inserts.missing;
  end if;
end ',
    writ.same_cell(v_same, 'e.before', 'e.after', 'e.column_name'), writ.same_cell(v_same, 'e.before', 'a.before', 'e.column_name'),
    writ.same_cell(v_same, 'e.after', 'a.after', 'e.column_name'), v_key, target, policy.derived_columns::text, v_stored::text,
    writ.same_cell(v_same, '(c->>1)', 'a.before', 'c->>0'), coalesce(v_made, '{}')::text, v_expected, v_actual));
  execute format('revoke all on function writ.compare_%s(jsonb, bigint) from public', target);
end $$;

-- Under approval a write is taken only with a ticket that is not finished. It looks at rows, not at statements: a cascade
-- that found no row, or an update of none, changes nothing. Fires whatever session_replication_role says.
create function writ.guard() returns trigger language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  touched boolean;
begin
  if tg_op = 'DELETE' then
    touched := exists (select from old_rows);
  else
    touched := exists (select from new_rows);
  end if;
  if touched and not exists (select from writ.ticket t
    where t.txid = pg_current_xact_id() and t.target = tg_argv[0]::integer and t.person = session_user and not t.finished) then
    raise exception '% takes changes only through a batch that was approved', tg_relid::regclass using errcode = 'WR101';
  end if;
  return null;
end $$;

create function writ.guard_truncate() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '% takes changes only through a batch that was approved', tg_relid::regclass using errcode = 'WR101';
end $$;

create function writ.define_guard(target integer) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  part regclass;
  relation regclass;
  name text;
begin
  select g.relation into strict relation from writ.governed g where g.id = target;
  perform writ.define_comparison(target);
  for part in select * from writ.audited_relations(relation) loop
    execute format('create or replace trigger writ_guard_insert after insert on %s referencing new table as new_rows
      for each statement execute function writ.guard(%L)', part, target);
    execute format('create or replace trigger writ_guard_update after update on %s referencing new table as new_rows
      for each statement execute function writ.guard(%L)', part, target);
    execute format('create or replace trigger writ_guard_delete after delete on %s referencing old table as old_rows
      for each statement execute function writ.guard(%L)', part, target);
    execute format('create or replace trigger writ_guard_truncate before truncate on %s for each statement execute function writ.guard_truncate()', part);
    foreach name in array array['writ_guard_insert', 'writ_guard_update', 'writ_guard_delete', 'writ_guard_truncate'] loop
      execute format('alter table %s enable always trigger %I', part, name);
    end loop;
  end loop;
end $$;

create function writ.drop_guard(target integer) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  part regclass;
  relation regclass;
  name text;
begin
  select g.relation into strict relation from writ.governed g where g.id = target;
  for part in select * from writ.audited_relations(relation) loop
    foreach name in array array['writ_guard_insert', 'writ_guard_update', 'writ_guard_delete', 'writ_guard_truncate'] loop
      execute format('drop trigger if exists %I on %s', name, part);
    end loop;
  end loop;
end $$;

-- The audit is what the comparison reads: it follows changed columns with the guard, and does not end under approval.
create function writ.keep_guard() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if (writ.current_policy(new.id)).mode = 'approval' then
    if not new.active then
      raise exception '% is under approval; set its policy to open first', new.relation using errcode = 'object_not_in_prerequisite_state';
    end if;
    perform writ.define_guard(new.id);
  end if;
  return null;
end $$;
create trigger keep_guard after update on writ.governed for each row execute function writ.keep_guard();

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
  insert into writ.ticket (batch, target, rehearsal, since) values (take_ticket.batch, v_target, take_ticket.rehearsal, writ.last_audit());
end $$;

-- Compares what was written with what was approved and ends the right to write: the last call before COMMIT.
create function writ.finish_ticket(batch uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  t writ.ticket;
  p writ.proposal;
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
  execute format('select more, missing, different from writ.compare_%s($1, $2)', t.target)
    into found_more, found_missing, found_different using p.payload::jsonb, t.since;
  if found_more + found_missing + found_different > 0 then
    raise exception 'what was written is not what was approved' using errcode = 'WR104',
      detail = format('%s more, %s missing, %s different', found_more, found_missing, found_different);
  end if;
  if not t.rehearsal then
    perform writ.note_event(p.id, 'committed', 'committed', null);
  end if;
end $$;

-- At COMMIT: a rehearsal ends here, a ticket that was not finished has missing cells, and the approval must hold to the last.
create function writ.settle_ticket() returns trigger language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  p writ.proposal;
  s record;
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
  return null;
end $$;
create constraint trigger settle after insert on writ.ticket deferrable initially deferred for each row execute function writ.settle_ticket();
alter table writ.ticket enable always trigger settle;

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

-- Persons: logins that reach schema writ through a role it is granted to, or that have written or decided through it. A
-- superuser who only keeps the server is none; nothing in a database can bind one.
create function writ.people() returns table (person oid, login text) language sql stable set search_path = pg_catalog, pg_temp as $$
  with recursive users as (
    select a.grantee as role from pg_namespace n, aclexplode(n.nspacl) a where n.nspname = 'writ' and a.grantee not in (0, n.nspowner)
    union select m.member from users u join pg_auth_members m on m.roleid = u.role
  )
  select r.oid, r.rolname::text from pg_roles r
  where r.rolcanlogin and (r.oid in (select u.role from users u)
    or exists (select from writ.batch b where b.person = r.rolname) or exists (select from writ.review_event e where e.person = r.rolname))
$$;

-- Ways around the approval of a table, as the catalogue shows them. None: what is written there was approved.
create function writ.side_doors(relation text) returns table (code text, subject text, message text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_target integer := writ.governed_id(side_doors.relation);
  v_relation regclass := to_regclass(side_doors.relation);
begin
  if v_target is null or (writ.current_policy(v_target)).mode is distinct from 'approval' then return; end if;
  -- The guard or the audit is gone, switched off, or is another function under the same name.
  return query
    select case when t.oid is null or t.tgfoid <> w.fn or t.tgargs is distinct from w.args then 'guard-missing' else 'guard-disabled' end, r.part::text,
      format('%s of %s is %s.', w.name, r.part, case when t.oid is null then 'missing' when t.tgfoid <> w.fn or t.tgargs is distinct from w.args then 'not the guard' else 'switched off' end)
    from writ.audited_relations(v_relation) r(part)
    cross join lateral (
      select 'writ_guard_' || o.op, case when o.op = 'truncate' then 'writ.guard_truncate()'::regprocedure else 'writ.guard()'::regprocedure end::oid, '{A}'::"char"[],
        case when o.op = 'truncate' then '' else v_target || E'\\000' end::bytea, case o.op when 'insert' then 4 when 'update' then 16 when 'delete' then 8 else 34 end
      from unnest(array['insert', 'update', 'delete', 'truncate']) o(op)
      union all
      select 'writ_audit_' || o.op, to_regprocedure(format('writ.audit_%s_%s()', v_target, o.op)), '{O,A}', ''::bytea,
        case o.op when 'insert' then 4 when 'update' then 16 else 8 end
      from unnest(array['insert', 'update', 'delete']) o(op)
    ) w(name, fn, enabled, args, type)
    left join pg_trigger t on t.tgrelid = r.part and t.tgname = w.name and t.tgtype = w.type and t.tgqual is null and t.tgattr = ''::int2vector
    where t.oid is null or t.tgfoid <> w.fn or t.tgargs is distinct from w.args or t.tgenabled <> all (w.enabled);
  return query
    select 'guard-disabled', 'writ.ticket', 'The check of tickets at COMMIT is missing or switched off.'
    where not exists (select from pg_trigger t where t.tgrelid = 'writ.ticket'::regclass and t.tgname = 'settle' and t.tgenabled = 'A' and t.tgfoid = 'writ.settle_ticket()'::regprocedure);
  return query
    select 'inherited', i.other::text, format('%s inherits from or to %s: a write through it passes by the guard.', i.other, v_relation)
    from (select i.inhparent::regclass as other from pg_inherits i where i.inhrelid = v_relation
      union select i.inhrelid from pg_inherits i join pg_class c on c.oid = i.inhparent where i.inhparent = v_relation and c.relkind <> 'p') i;
  -- Who owns the table, or the schema of the guard, can switch the guard off.
  return query
    select 'owner', p.login, format('%s has the rights of %s, who owns %s and can switch the guard off.', p.login, pg_get_userbyid(o.owner), o.what)
    from (select distinct c.relowner as owner, r.part::text as what from writ.audited_relations(v_relation) r(part) join pg_class c on c.oid = r.part
      union select n.nspowner, 'schema writ' from pg_namespace n where n.nspname = 'writ'
      union select f.proowner, 'functions of schema writ' from pg_proc f where f.pronamespace = 'writ'::regnamespace) o
    join writ.people() p on pg_has_role(p.person, o.owner, 'member')
    where not (select r.rolsuper from pg_roles r where r.oid = p.person);
  return query
    select case when r.rolsuper then 'superuser' when r.rolcreaterole then 'creates-roles' else 'bypasses-policies' end, p.login,
      case when r.rolsuper then format('%s is a superuser: nothing binds that login.', p.login)
        when r.rolcreaterole then format('%s creates roles, and so may become an approver or another person.', p.login)
        else format('%s bypasses row policies.', p.login) end
    from writ.people() p join pg_roles r on r.oid = p.person where r.rolsuper or r.rolcreaterole or r.rolbypassrls;
  -- A function that runs as the owner and names the table together with the switching off of triggers.
  return query
    select 'definer-function', f.oid::regprocedure::text, format('%s runs with the rights of %s and may switch the guard of %s off.', f.oid::regprocedure, pg_get_userbyid(f.proowner), v_relation)
    from pg_proc f join pg_roles o on o.oid = f.proowner
    where f.prosecdef and f.pronamespace <> 'writ'::regnamespace and (o.rolsuper or exists (
        select from writ.audited_relations(v_relation) r(part) join pg_class c on c.oid = r.part where pg_has_role(f.proowner, c.relowner, 'usage')))
      and exists (select from writ.people() p where has_function_privilege(p.person, f.oid, 'execute'))
      and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = f.oid and d.deptype = 'e')
      and f.prosrc ~* '(disable\s+trigger|drop\s+trigger|session_replication_role|\malter\s+table\M|\mexecute\M)';
  return query
    select 'shared-login', s.login, format('%s is used by several persons: %s', s.login, s.why)
    from writ.shared_login s join writ.people() p on p.login = s.login;
  -- The parameter can be granted since PostgreSQL 15. The guard fires all the same; foreign keys and the audit do not.
  if current_setting('server_version_num')::integer >= 150000 then
    return query execute 'select ''replication-role'', p.login, format(''%s may switch triggers off by session_replication_role.'', p.login)
      from writ.people() p where has_parameter_privilege(p.person, ''session_replication_role'', ''set'')
        and not (select r.rolsuper from pg_roles r where r.oid = p.person)';
  end if;
end $$;

-- Lets a role take part in approval: submit, look, comment, write what was approved; to decide it also has to be in a policy.
create function writ.grant_approval(role name) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('grant execute on function writ.propose(uuid, text, text, text, text), writ.approve(uuid, text, text), writ.return_batch(uuid, text),
    writ.end_batch(uuid, text, text), writ.remark(uuid, text, text, text), writ.expire(), writ.review_state(uuid), writ.reviews(text, text, uuid[], integer),
    writ.review_payload(uuid), writ.review_log(uuid), writ.review_touched(uuid, integer), writ.policy_of(text), writ.side_doors(text),
    writ.take_ticket(uuid, text, boolean), writ.finish_ticket(uuid) to %I', role);
end $$;

-- Lets a role set policies and declare shared logins.
create function writ.grant_policies(role name) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('grant execute on function writ.set_policy(text, text, text[], integer[], text, numeric, text[], text[], interval),
    writ.declare_shared(text, text) to %I', role);
end $$;

revoke all on all tables in schema writ from public;
revoke all on all functions in schema writ from public;
alter table writ.policy enable row level security;
alter table writ.shared_login enable row level security;
alter table writ.proposal enable row level security;
alter table writ.review_event enable row level security;
alter table writ.ticket enable row level security;

-- Who may use the schema already takes part in approval as well.
do $$
declare
  role name;
begin
  for role in select r.rolname from pg_namespace n, aclexplode(n.nspacl) a join pg_roles r on r.oid = a.grantee
    where n.nspname = 'writ' and a.privilege_type = 'USAGE' and a.grantee <> n.nspowner
  loop
    perform writ.grant_approval(role);
  end loop;
end $$;
