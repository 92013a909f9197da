-- Schema writ, version 3: periods. A calendar lists periods and who may close them; a map says which rows of a table
-- belong to which period. Statement triggers hold the rows of writ.period that a write touches (FOR SHARE) until its
-- transaction ends, and closing takes them FOR UPDATE: a close waits for writers under way, writers after it are refused.
-- Under REPEATABLE READ the lock itself fails (40001) where the period was closed after the snapshot.
-- SQLSTATE of what is refused here: WR201 the period is closed; WR202 this person may not close or reopen;
-- WR203 the period is not in a state that allows it; WR204 the end of the transaction cannot be told from a look-alike.

create table writ.calendar (
  id integer generated always as identity primary key,
  name text not null unique check (name <> ''),
  closers text[] not null,
  by text not null default session_user,
  at timestamptz not null default clock_timestamp()
);
comment on table writ.calendar is 'Calendars of periods, one a scope (actuals, forecast, ...)';
comment on column writ.calendar.closers is 'Roles whose members may close and reopen its periods';

create table writ.period (
  calendar integer not null references writ.calendar,
  period text not null,
  label text,
  state text not null default 'open' check (state in ('open', 'closed')),
  closing_at timestamptz,
  changed_at timestamptz,
  changed_by text,
  reason text,
  primary key (calendar, period),
  check (state = 'open' or closing_at is null)
);
comment on table writ.period is 'Where each period stands; one that is written to without being listed is listed as open';
comment on column writ.period.closing_at is 'From this moment on the period counts as closed';

create table writ.period_event (
  seq bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  calendar integer not null,
  period text not null,
  kind text not null check (kind in ('closed', 'scheduled', 'cancelled', 'reopened')),
  person text not null default session_user,
  closing_at timestamptz,
  reason text
);
comment on table writ.period_event is 'Who closed or reopened which period, when and why';
create index period_event_period on writ.period_event (calendar, period, seq);
create trigger append_only before update or delete or truncate on writ.period_event for each statement execute function writ.refuse_change();

create table writ.period_map (
  target integer not null references writ.governed,
  calendar integer not null references writ.calendar,
  columns text[] not null,
  style text not null check (style in ('text', 'month', 'quarter', 'year', 'year-month')),
  scope_column text,
  scope_values text[],
  dimension text,
  assignment regclass,
  assignment_person text,
  assignment_value text,
  primary key (target, calendar),
  check ((scope_column is null) = (scope_values is null)),
  check (cardinality(columns) = case style when 'year-month' then 2 else 1 end)
);
comment on table writ.period_map is 'Which rows of a table belong to which period of a calendar';
comment on column writ.period_map.style is 'text: the column names the period; month, quarter, year: of a date; year-month: of two numbers';
comment on column writ.period_map.dimension is 'Column by whose values submissions are expected (cost centre); assignment says of whom';

-- A transaction that wrote to a period with a closing time: looked at again when it ends.
create table writ.period_touch (
  txid xid8 not null default pg_catalog.pg_current_xact_id(),
  calendar integer not null,
  period text not null,
  looks integer not null default 0,
  primary key (txid, calendar, period)
);

-- SQL for the period of alias `r`, null where it has none; as text only at the end, for a column is grouped faster as it
-- is. Instants are counted in UTC, whatever the session shows; 1 and 1.0 are the same month.
create function writ.period_sql(r text, relation regclass, columns text[], style text) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select case style
    when 'text' then (select case when c.base = 'numeric'::regtype then format('trim_scale(%s.%I)', r, c.name)
      else format('%s.%I%s', r, c.name, case when c.comparable then '' else '::text collate "C"' end) end
      from writ.audited_columns(relation, '{}') c where c.name = columns[1])
    when 'year-month' then (select format('(%s || ''-'' || lpad(%s, greatest(2, length(%2$s)), ''0''))', max(n.part) filter (where n.place = 1), max(n.part) filter (where n.place = 2))
      from (select k.place, format(case when c.base = 'numeric'::regtype then 'trim_scale(%s.%I)::text' else '%s.%I::text' end, r, c.name) as part
        from unnest(columns) with ordinality k(name, place) join writ.audited_columns(relation, '{}') c on c.name = k.name) n)
    else format('to_char(%s.%I%s, %L)', r, columns[1],
      (select case when c.base = 'timestamptz'::regtype then ' at time zone ''UTC''' else '' end
       from writ.audited_columns(relation, '{}') c where c.name = columns[1]),
      case style when 'month' then 'YYYY-MM' when 'quarter' then 'YYYY-"Q"Q' else 'YYYY' end)
  end
$$;

-- Holds the periods open until the transaction ends, or refuses. Only the triggers call it.
create function writ.hold_periods(calendar integer, periods text[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  known record;
  listed boolean := false;
begin
  if cardinality(periods) = 0 then return; end if;
  loop
    select count(*) as held, bool_or(p.closing_at is not null) as closing, min(p.period) filter (where p.state = 'closed' or p.closing_at <= clock_timestamp()) as refused
    into known
    from (select * from writ.period p where p.calendar = calendar and p.period = any (periods) order by p.period for share) p;
    if known.refused is not null then
      perform writ.refuse_period(p) from writ.period p where p.calendar = calendar and p.period = known.refused;
    end if;
    if known.closing then
      insert into writ.period_touch (calendar, period)
      select calendar, p.period from writ.period p where p.calendar = calendar and p.period = any (periods) and p.closing_at is not null order by p.period
      on conflict on constraint period_touch_pkey do nothing;
    end if;
    -- Once listed, they are held like the others. Nobody asks first which ones are: nearly always all.
    exit when listed or known.held >= cardinality(array_remove(periods, null));
    insert into writ.period (calendar, period)
    select calendar, p.name from unnest(periods) p(name) where p.name is not null order by p.name
    on conflict on constraint period_pkey do nothing;
    listed := true;
  end loop;
end $$;

create function writ.refuse_period(period writ.period) returns void language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'Period % (%) is closed since % by %.', coalesce(period.label, period.period),
    (select c.name from writ.calendar c where c.id = period.calendar),
    to_char(coalesce(period.closing_at, period.changed_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), period.changed_by
    using errcode = 'WR201', detail = period.period;
end $$;

-- The last look at a period with a closing time. A deferred trigger can be made to run early (SET CONSTRAINTS), so one
-- that runs under anything but the end of the transaction puts itself off again.
create function writ.look_at_commit() returns trigger language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  stack text;
  known writ.period;
begin
  select * into known from writ.period p where p.calendar = new.calendar and p.period = new.period;
  if known.state = 'closed' or known.closing_at <= clock_timestamp() then perform writ.refuse_period(known); end if;
  get diagnostics stack = pg_context;
  if position(E'\n' in stack) > 0 or coalesce(current_query(), 'constraints') ~* '\m(constraints|prepare)\M' then
    if new.looks >= 50 then
      raise exception 'Period % closes at a set time: end the transaction that writes to it with a plain COMMIT', new.period using errcode = 'WR204';
    end if;
    set constraints writ.look_at_commit deferred;
    update writ.period_touch t set looks = new.looks + 1
    where t.txid = new.txid and t.calendar = new.calendar and t.period = new.period;
    return null;
  end if;
  delete from writ.period_touch t where t.txid = new.txid and t.calendar = new.calendar and t.period = new.period;
  return null;
end $$;
create constraint trigger look_at_commit after insert or update on writ.period_touch deferrable initially deferred
  for each row execute function writ.look_at_commit();
alter table writ.period_touch enable always trigger look_at_commit;

-- SQL for the periods of all rows as they were and as they are (`sources`), as a map has it; `columns` are those it names.
create function writ.periods_sql(map writ.period_map, relation regclass, columns text[], scope text, sources text[]) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select format('array(select p.period::text from (%s) p)',
    string_agg(format('select %s as period from %s r%s', writ.period_sql('r', relation, columns, map.style), s.name,
      case when scope is null then '' else format(' where r.%I::text = any (%L::text[])', scope, map.scope_values) end), ' union '))
  from unnest(sources) s(name)
$$;

-- The same for a table that has changed since it was put under audit, found anew by each statement. SQLSTATE WR301: the column
-- is no more, and nothing tells the period of a row.
create function writ.periods_anew_sql(target integer, calendar integer, relation regclass, sources text[]) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  map writ.period_map;
  g writ.governed;
  columns text[];
  scope text;
begin
  select m.* into strict map from writ.period_map m where m.target = target and m.calendar = calendar;
  select w.* into strict g from writ.governed w where w.id = target;
  columns := array(select writ.name_now(g, c.name) from unnest(map.columns) with ordinality c(name, n) order by c.n);
  scope := writ.name_now(g, map.scope_column);
  if (select count(*) from pg_attribute a where a.attrelid = relation and a.attnum > 0 and not a.attisdropped and a.attname::text = any (columns || scope))
    <> cardinality(map.columns || map.scope_column) - (map.scope_column is null)::integer then
    raise exception '%', format('A column of %s that tells the period of its rows (%s) was removed. An administrator has to map its periods anew.',
      relation, array_to_string(map.columns || map.scope_column, ', ')) using errcode = 'WR301';
  end if;
  return writ.periods_sql(map, relation, columns, scope, sources);
end $$;

-- Body of one of the three triggers. One open period, which nearly all statements write to, is held at once.
create function writ.define_period_trigger(target integer, relation regclass, op text, sources text[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  body text;
begin
  select string_agg(format('
  if v_known then
    v_periods := %s;
  else
    execute ''select '' || writ.periods_anew_sql(%s, %s, tg_relid::regclass, %L) into v_periods;
  end if;
  if cardinality(v_periods) = 1 then
    perform from writ.period p where p.calendar = %3$s and p.period = v_periods[1] and p.state = ''open'' and p.closing_at is null for share;
  end if;
  if cardinality(v_periods) > 1 or not found then perform writ.hold_periods(%3$s, v_periods); end if;',
    writ.periods_sql(m, relation, m.columns, m.scope_column, sources), target, m.calendar, sources), '' order by m.calendar)
  into body from writ.period_map m where m.target = define_period_trigger.target;
  execute format('create or replace function writ.period_%s_%s() returns trigger language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp as %L', target, op, format('
declare
  v_known boolean;
  v_periods text[];
begin
  select writ.has_shape(%1$s, %2$L) into v_known from %3$s limit 1;
  if not found then return null; end if;
  if tg_relid <> %1$s then v_known := writ.has_columns(tg_relid, %4$L); end if;', relation::oid, writ.shape_of(relation), sources[1],
      (select array_agg(c.name order by c.place) from writ.audited_columns(relation, '{}') c)) || body || '
  return null;
end ');
  execute format('revoke all on function writ.period_%s_%s() from public', target, op);
end $$;

-- Puts the triggers of a table in step with its maps; to be called again after it got new partitions.
create function writ.guard_periods(relation regclass) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  target integer := (select g.id from writ.governed g where g.relation = relation);
  mapped boolean := exists (select from writ.period_map m where m.target = target);
  part regclass;
  op text;
begin
  if mapped then
    perform writ.define_period_trigger(target, relation, 'insert', array['new_rows']);
    perform writ.define_period_trigger(target, relation, 'update', array['old_rows', 'new_rows']);
    perform writ.define_period_trigger(target, relation, 'delete', array['old_rows']);
  end if;
  for part in select * from writ.audited_relations(relation) loop
    foreach op in array array['insert', 'update', 'delete'] loop
      if mapped then
        execute format('create or replace trigger writ_period_%1$s after %1$s on %2$s referencing %3$s for each statement execute function writ.period_%4$s_%1$s()',
          op, part, case op when 'insert' then 'new table as new_rows' when 'delete' then 'old table as old_rows'
            else 'old table as old_rows new table as new_rows' end, target);
        -- Whatever session_replication_role says.
        execute format('alter table %s enable always trigger writ_period_%s', part, op);
      else
        execute format('drop trigger if exists writ_period_%s on %s', op, part);
      end if;
    end loop;
  end loop;
end $$;

-- Creates a calendar or says anew which roles may close its periods.
create function writ.define_calendar(name text, closers text[]) returns integer language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  id integer;
begin
  insert into writ.calendar (name, closers) values (name, closers)
  on conflict on constraint calendar_name_key do update set closers = excluded.closers
  returning calendar.id into id;
  return id;
end $$;

-- Lists periods ahead, as open; those listed keep their state.
create function writ.list_periods(calendar text, periods text[], labels text[] default null) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into writ.period as p (calendar, period, label)
  select c.id, l.period, l.label from writ.calendar c, unnest(list_periods.periods, list_periods.labels) l(period, label)
  where c.name = list_periods.calendar
  on conflict on constraint period_pkey do update set label = coalesce(excluded.label, p.label);
end $$;

-- Maps rows of a governed table to periods. `scope_column` limits it to rows with one of `scope_values`.
create function writ.map_periods(relation regclass, calendar text, columns text[], style text,
  scope_column text default null, scope_values text[] default null, dimension text default null,
  assignment regclass default null, assignment_person text default null, assignment_value text default null) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  target integer := (select g.id from writ.governed g where g.relation = relation and g.active);
  found integer := (select c.id from writ.calendar c where c.name = calendar);
  missing text;
begin
  if target is null then raise exception '% is not governed', relation using errcode = 'undefined_object'; end if;
  if found is null then raise exception 'there is no calendar %', calendar using errcode = 'undefined_object'; end if;
  select n.name into missing from unnest(columns || scope_column || dimension) n(name)
  where n.name is not null and not exists (select from writ.audited_columns(relation, '{}') c where c.name = n.name) limit 1;
  if missing is not null then raise exception '% has no column %', relation, missing using errcode = 'undefined_column'; end if;
  insert into writ.period_map (target, calendar, columns, style, scope_column, scope_values, dimension, assignment, assignment_person, assignment_value)
  values (target, found, columns, style, scope_column, scope_values, dimension, assignment, assignment_person, assignment_value)
  on conflict on constraint period_map_pkey do update set columns = excluded.columns, style = excluded.style,
    scope_column = excluded.scope_column, scope_values = excluded.scope_values, dimension = excluded.dimension,
    assignment = excluded.assignment, assignment_person = excluded.assignment_person, assignment_value = excluded.assignment_value;
  perform writ.guard_periods(relation);
end $$;

-- A table that is put under audit again has its maps follow columns that have another name now.
create function writ.follow_periods() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update writ.period_map m set columns = array(select coalesce(writ.name_now(old, c.name), c.name) from unnest(m.columns) with ordinality c(name, n) order by c.n),
    scope_column = coalesce(writ.name_now(old, m.scope_column), m.scope_column), dimension = coalesce(writ.name_now(old, m.dimension), m.dimension)
  where m.target = new.id;
  if found and new.active then perform writ.guard_periods(new.relation); end if;
  return null;
end $$;
create trigger follow_periods after update of shape on writ.governed for each row execute function writ.follow_periods();

create function writ.unmap_periods(relation regclass, calendar text) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
begin
  delete from writ.period_map m using writ.governed g, writ.calendar c
  where g.id = m.target and g.relation = relation and c.id = m.calendar and c.name = calendar;
  perform writ.guard_periods(relation);
end $$;

-- The person who signed in, not a role that was set. Superusers are in every role by decree; only real membership counts.
-- Read from the tables: pg_has_role answers from a cache that a transaction under way may not have brought up to date.
create function writ.may_close(calendar text) returns boolean language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  with recursive held as (
    select p.oid, p.rolname, p.rolinherit from pg_roles p where p.rolname = session_user and not p.rolsuper
    union
    select r.oid, r.rolname, r.rolinherit from held h join pg_auth_members m on m.member = h.oid join pg_roles r on r.oid = m.roleid
    where coalesce((to_jsonb(m)->>'inherit_option')::boolean, h.rolinherit)
  )
  select exists (select from writ.calendar c, unnest(c.closers) role(name) join held h on h.rolname = role.name where c.name = may_close.calendar)
$$;

-- Closes a period now, or (with `at`) from a moment on. Waits for transactions that write to it.
create function writ.close_period(calendar text, period text, reason text, at timestamptz default null) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set lock_timeout = '20s' as $$
#variable_conflict use_variable
declare
  home integer := (select c.id from writ.calendar c where c.name = calendar);
  known writ.period;
  later boolean;
begin
  if not writ.may_close(calendar) then raise exception '% may not close periods of %', session_user, calendar using errcode = 'WR202'; end if;
  insert into writ.period (calendar, period) values (home, period) on conflict on constraint period_pkey do nothing;
  select * into strict known from writ.period p where p.calendar = home and p.period = period for update;
  if known.state = 'closed' or known.closing_at <= clock_timestamp() then
    raise exception 'Period % is closed already', period using errcode = 'WR203';
  end if;
  later := coalesce(at > clock_timestamp(), false);
  update writ.period p set state = case when later then 'open' else 'closed' end, closing_at = case when later then at end,
    changed_at = clock_timestamp(), changed_by = session_user, reason = nullif(reason, '')
  where p.calendar = home and p.period = period;
  insert into writ.period_event (calendar, period, kind, closing_at, reason)
  values (home, period, case when later then 'scheduled' else 'closed' end, case when later then at end, nullif(reason, ''));
  return case when later then 'closing' else 'closed' end;
end $$;

-- Opens a closed period again, or takes back a closing time; never without a reason.
create function writ.reopen_period(calendar text, period text, reason text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set lock_timeout = '20s' as $$
#variable_conflict use_variable
declare
  home integer := (select c.id from writ.calendar c where c.name = calendar);
  known writ.period;
begin
  if not writ.may_close(calendar) then raise exception '% may not reopen periods of %', session_user, calendar using errcode = 'WR202'; end if;
  if coalesce(trim(reason), '') = '' then raise exception 'reopening a period needs a reason' using errcode = 'WR203'; end if;
  select * into known from writ.period p where p.calendar = home and p.period = period for update;
  if known.period is null or (known.state = 'open' and known.closing_at is null) then
    raise exception 'Period % is open', period using errcode = 'WR203';
  end if;
  update writ.period p set state = 'open', closing_at = null, changed_at = clock_timestamp(), changed_by = session_user, reason = reason
  where p.calendar = home and p.period = period;
  insert into writ.period_event (calendar, period, kind, reason)
  values (home, period, case when known.state = 'closed' or known.closing_at <= clock_timestamp() then 'reopened' else 'cancelled' end, reason);
end $$;

-- Records as closed what is past its closing time. Writers under way hold their period: it is passed over until they end.
create function writ.settle_periods() returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  due writ.period;
begin
  for due in select * from writ.period p where p.state = 'open' and p.closing_at <= clock_timestamp() for update skip locked loop
    update writ.period p set state = 'closed', closing_at = null, changed_at = due.closing_at
    where p.calendar = due.calendar and p.period = due.period;
    insert into writ.period_event (at, calendar, period, kind, person, closing_at, reason)
    values (due.closing_at, due.calendar, due.period, 'closed', due.changed_by, due.closing_at, due.reason);
  end loop;
end $$;

-- Lets a role see periods; closing them takes a role of the calendar as well.
create function writ.grant_periods(role name) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('grant select on writ.calendar, writ.period, writ.period_event, writ.period_map to %I', role);
  execute format('grant execute on function writ.name_now(writ.governed, text), writ.may_close(text), writ.close_period(text, text, text, timestamptz),
    writ.reopen_period(text, text, text), writ.settle_periods() to %I', role);
end $$;

revoke all on writ.calendar, writ.period, writ.period_event, writ.period_map, writ.period_touch from public;
revoke all on all functions in schema writ from public;

-- Whoever worked with version 2 goes on with this one.
select writ.for_each_user('grant_periods');
