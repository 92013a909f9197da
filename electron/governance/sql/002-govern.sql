-- Schema writ, version 2: puts tables under audit. Statement-level triggers see all rows of a statement at once
-- (transition tables), so that a change costs one set operation a column, whoever makes it.

-- How a column is compared and printed in the audit triggers. Types of extensions may have no equality that is found
-- without a search path, json has none: their text is compared. So is that of values which are equal to the server and not
-- to a reader: 1 month and 30 days, letters of a collation that knows no case.
create function writ.audited_columns(relation regclass, key text[])
returns table (name text, place smallint, is_key boolean, base oid, comparable boolean)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with recursive col as (
    select a.attname::text as name, a.attnum as place, a.atttypid as type, a.attcollation as collation
    from pg_attribute a
    where a.attrelid = relation and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  ), resolved as (
    select c.name, c.place, c.type, c.collation from col c
    union all
    select r.name, r.place, t.typbasetype, r.collation from resolved r join pg_type t on t.oid = r.type where t.typtype = 'd'
  )
  select r.name, r.place, r.name = any (key), r.type,
    t.typtype = 'e' or (t.typnamespace = 'pg_catalog'::regnamespace and exists (
      select from pg_opclass o join pg_am m on m.oid = o.opcmethod
      where m.amname = 'hash' and o.opcintype = case when t.oid = 'varchar'::regtype then 'text'::regtype else t.oid end)
      and r.type <> 'interval'::regtype and not exists (select from pg_collation l where l.oid = r.collation and not l.collisdeterministic))
  from resolved r join pg_type t on t.oid = r.type
  where t.typtype <> 'd'
  order by r.place
$$;

-- Settings that make text canonical, only those the table's types need: each costs a little at every statement.
-- Containers (arrays, ranges, composites) may hold any of these types.
create function writ.canonical_settings(relation regclass) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(string_agg(distinct s.clause, ' '), '')
  from writ.audited_columns(relation, '{}') c join pg_type t on t.oid = c.base
  join (values
    ('{date,timestamp,timestamptz}'::regtype[], 'set datestyle = ''ISO, YMD'''),
    ('{timestamptz}', 'set timezone = ''UTC'''),
    ('{interval}', 'set intervalstyle = ''postgres'''),
    ('{float4,float8}', 'set extra_float_digits = 1'),
    ('{bytea}', 'set bytea_output = ''hex''')
  ) s(types, clause) on c.base = any (s.types) or t.typcategory not in ('B', 'D', 'E', 'N', 'S', 'T', 'U') or t.typtype not in ('b', 'e')
$$;

-- All of them, for columns that nobody knew of.
create function writ.canonical_values() returns table (n integer, name text, value text) language sql immutable set search_path = pg_catalog, pg_temp as $$
  values (1, 'bytea_output', 'hex'), (2, 'datestyle', 'ISO, YMD'), (3, 'extra_float_digits', '1'), (4, 'intervalstyle', 'postgres'), (5, 'timezone', 'UTC')
$$;

-- SQL for the row key of alias `r`: what JSON.stringify prints for the array of the key's texts. Digits and the like need
-- no escaping; every operator saved is saved for every cell.
create function writ.row_key_sql(r text, relation regclass, key text[]) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select '''[' || string_agg(
    case when c.base in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype, 'numeric'::regtype, 'date'::regtype)
      then format('"'' || %s.%I::text || ''"', r, k.name)
      else format(''' || to_json(%s.%I::text)::text || ''', r, k.name) end, ',' order by k.n) || ']'''
  from unnest(key) with ordinality k(name, n) join writ.audited_columns(relation, key) c on c.name = k.name
$$;

-- SQL comparing one column of two aliases.
create function writ.compare_sql(op text, a text, b text, name text, comparable boolean) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when comparable then format('%s.%I %s %s.%I', a, name, op, b, name)
    else format('%s.%I::text collate "C" %s %s.%I::text collate "C"', a, name, op, b, name) end
$$;

-- SQL that is true when aliases `a` and `b` are the same row.
create function writ.match_sql(a text, b text, relation regclass, key text[]) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select string_agg(writ.compare_sql('=', a, b, c.name, c.comparable), ' and ' order by c.place)
  from writ.audited_columns(relation, key) c where c.is_key
$$;

-- Statement that records `cells` of the rows `source`; the trigger functions below declare its variables.
create function writ.record_sql(target integer, kind text, row_key text, cells text, source text default null) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select format('
    insert into writ.audit (at, txid, batch, target, kind, person, application, row_key, column_name, before, after)
    select v_at, v_txid, v_batch, %s, %L, v_person, v_application, %s, %s%s;', target, kind, row_key, cells, E'\n    from ' || source)
$$;

-- The same for all cells of whole rows, as `r` of `source`. Null is what a missing row would show, so only values are recorded.
create function writ.record_rows_sql(target integer, kind text, relation regclass, key text[], source text) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select writ.record_sql(target, kind, writ.row_key_sql('r', relation, key),
    case kind when 'insert' then 'c.name, null, c.value' else 'c.name, c.value, null' end,
    format('(select * from %s) r cross join lateral (values %s) c(name, value) where c.value is not null', source,
      string_agg(format('(%L, r.%I::text)', c.name, c.name), ', ' order by c.place)))
  from writ.audited_columns(relation, key) c
$$;

-- Body of the update trigger: one look at which columns changed, then one statement for each of those. A row whose key
-- changed is the end of one row and the beginning of another. One row alone needs no joins, which would be half its cost.
create function writ.record_update_sql(target integer, relation regclass, key text[]) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select format('
  if v_rows = 1 then
    select * into strict v_old from old_rows;
    select * into strict v_new from new_rows;
    if %s then
      v_alone := true;
%s
    end if;
  end if;
  if not v_alone then', writ.match_sql('v_old', 'v_new', relation, key),
    string_agg(format('      if %s then%s
      end if;', writ.compare_sql('is distinct from', 'v_old', 'v_new', d.name, d.comparable),
      writ.record_sql(target, 'update', writ.row_key_sql('v_new', relation, key),
        format('%L, v_old.%I::text, v_new.%I::text', d.name, d.name, d.name))), E'\n' order by d.place))
  || format('
  select (select count(*) from old_rows) as total, count(*) as paired%s
  into changed
  from old_rows o join new_rows n on %s;
%s
  if changed.paired <> changed.total then%s%s
  end if;
  end if;',
    string_agg(format(', bool_or(%s) as c%s', d.differs, d.place), '' order by d.place),
    writ.match_sql('o', 'n', relation, key),
    string_agg(format('  if changed.c%s then%s
  end if;', d.place, writ.record_sql(target, 'update', writ.row_key_sql('n', relation, key),
      format('%L, o.%I::text, n.%I::text', d.name, d.name, d.name),
      format('old_rows o join new_rows n on %s where %s', writ.match_sql('o', 'n', relation, key), d.differs))), E'\n' order by d.place),
    writ.record_rows_sql(target, 'delete', relation, key,
      format('old_rows o where not exists (select from new_rows n where %s)', writ.match_sql('o', 'n', relation, key))),
    writ.record_rows_sql(target, 'insert', relation, key,
      format('new_rows n where not exists (select from old_rows o where %s)', writ.match_sql('o', 'n', relation, key))))
  from (
    select c.name, c.place, c.comparable, writ.compare_sql('is distinct from', 'o', 'n', c.name, c.comparable) as differs
    from writ.audited_columns(relation, key) c where not c.is_key
  ) d
$$;

-- The statement of a trigger for a table that has changed since it was put under audit, as it is now, found anew by each
-- statement, which is slow, until the table is put under audit again. The triggers run it with what they know of the
-- transaction ($1 to $5). `names` are the columns the trigger was given. SQLSTATE WR301: its rows can no longer be named.
create function writ.record_anew_sql(target integer, part regclass, op text, names text[]) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  g writ.governed;
  key text[];
  v_rows text;
  v_cells text;
begin
  select * into strict g from writ.governed w where w.id = target;
  if exists (select a.attname from pg_attribute a where a.attrelid = part and a.attnum > 0 and not a.attisdropped except select unnest(names))
    or exists (select unnest(names) except select a.attname from pg_attribute a where a.attrelid = part and a.attnum > 0 and not a.attisdropped) then
    raise exception 'the columns of % changed while this transaction was under way; try it again', part using errcode = 'serialization_failure';
  end if;
  key := array(select writ.name_now(g, k.name) from unnest(g.key) with ordinality k(name, n) order by k.n);
  if (select count(*) from writ.audited_columns(part, key) c where c.is_key) <> cardinality(g.key) then
    raise exception '%', format('A column that names the rows of %s in its audit (%s) was removed. An administrator has to put the table under audit again, with the key it has now.',
      part, array_to_string(g.key, ', ')) using errcode = 'WR301';
  end if;
  select string_agg(format('(%L, @.%I::text)', c.name, c.name), ', ' order by c.place),
    string_agg(format('(%L, o.%I::text, n.%I::text, %s)', c.name, c.name, c.name, writ.compare_sql('is distinct from', 'o', 'n', c.name, c.comparable)), ', ' order by c.place)
      filter (where not c.is_key)
  into v_rows, v_cells from writ.audited_columns(part, key) c;
  return (
    select format('
    insert into writ.audit (at, txid, batch, target, kind, person, application, row_key, column_name, before, after)
    select $1, $2, $3, %s, x.kind, $4, $5, x.row_key, x.name, x.before, x.after from (%s) x', target, string_agg(x.sql, ' union all ' order by x.n))
    from (
      select 1 as n, format('select ''update'' as kind, %s as row_key, c.name, c.before, c.after from old_rows o join new_rows n on %s
        cross join lateral (values %s) c(name, before, after, differs) where c.differs', writ.row_key_sql('n', part, key), writ.match_sql('o', 'n', part, key), v_cells) as sql
      where op = 'update' and v_cells is not null
      union all
      select 2, format('select ''delete'' as kind, %s as row_key, c.name, c.value as before, null::text as after from old_rows o
        cross join lateral (values %s) c(name, value) where c.value is not null', writ.row_key_sql('o', part, key), replace(v_rows, '@', 'o'))
        || case op when 'update' then format(' and not exists (select from new_rows n where %s)', writ.match_sql('o', 'n', part, key)) else '' end
      where op <> 'insert'
      union all
      select 3, format('select ''insert'' as kind, %s as row_key, c.name, null::text as before, c.value as after from new_rows n
        cross join lateral (values %s) c(name, value) where c.value is not null', writ.row_key_sql('n', part, key), replace(v_rows, '@', 'n'))
        || case op when 'update' then format(' and not exists (select from old_rows o where %s)', writ.match_sql('o', 'n', part, key)) else '' end
      where op <> 'delete'
    ) x);
end $$;

-- Creates or replaces one audit trigger function. The body is passed as a literal: no column name can end it. One look tells
-- how many rows there are, whether the table is the one the body was written for, and the batch.
create function writ.define_audit(target integer, relation regclass, key text[], op text, body text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  name constant text := format('audit_%s_%s', target, op);
begin
  execute format('create or replace function writ.%I() returns trigger language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp set enable_hashjoin = on set enable_nestloop = off set enable_mergejoin = off %s as %L',
    name, writ.canonical_settings(relation), format('
#variable_conflict use_variable
declare
  v_hint constant text := current_setting(''writ.batch'', true);
  v_at constant timestamptz := clock_timestamp();
  v_txid constant xid8 := pg_current_xact_id();
  v_person constant text := session_user;
  v_application constant text := split_part(current_setting(''application_name''), '' batch:'', 1);
  v_batch uuid;
  v_rows bigint;
  v_known boolean;
  v_alone boolean := false;
  v_old record;
  v_new record;
  changed record;
  v_settings text[];
begin
  select count(*), writ.has_shape(%1$s, %2$L),
    (select b.id from writ.batch b where b.id = case when length(v_hint) = 36 and translate(v_hint, ''0123456789abcdef'', '''') = ''----'' then v_hint::uuid end
      and b.person = session_user and b.txid = pg_current_xact_id())
  into v_rows, v_known, v_batch
  from (select from %3$s limit 2) r;
  if v_rows = 0 then return null; end if;
  if tg_relid <> %1$s then v_known := writ.has_columns(tg_relid, %4$L); end if;
  if not v_known then
    -- The settings of this function are those of the columns it knew.
    select array_agg(current_setting(s.name) order by s.n) into v_settings from writ.canonical_values() s;
    perform set_config(s.name, s.value, true) from writ.canonical_values() s;
    execute writ.record_anew_sql(%5$s, tg_relid::regclass, %6$L, (select array(select jsonb_object_keys(to_jsonb(r))) from %3$s r limit 1))
      using v_at, v_txid, v_batch, v_person, v_application;
    perform set_config(s.name, v_settings[s.n], true) from writ.canonical_values() s;
    return null;
  end if;', relation::oid, writ.shape_of(relation), case op when 'delete' then 'old_rows' else 'new_rows' end,
      (select array_agg(c.name order by c.place) from writ.audited_columns(relation, key) c), target, op) || body || '
  return null;
end ');
  execute format('revoke all on function writ.%I() from public', name);
end $$;

-- Whether the person may read what was recorded of a row (and of a column, unless null): a table they may select, a
-- row they see now. Runs as that person; only asks the table where row policies apply.
create function writ.define_sees(target integer, relation regclass, key text[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  body text;
begin
  select format('
begin
  if not has_table_privilege(%1$s, ''select'') then
    if not exists (select from pg_attribute a where a.attrelid = %1$s and (a.attname = column_name or column_name is null)
      and a.attnum > 0 and not a.attisdropped and has_column_privilege(%1$s, a.attnum, ''select'')) then return false; end if;
  end if;
  if not row_security_active(%1$s) then return true; end if;
  if %2$s then return false; end if;
  begin
    return exists (select from %3$s t where %4$s);
  exception when undefined_column then
    -- The key has another name, and the table was not put under audit again.
    return false;
  end;
end ', relation::oid,
    string_agg(format('not has_column_privilege(%s, %s::int2, ''select'')', relation::oid, c.place), ' or '),
    format('%I.%I', n.nspname, r.relname),
    string_agg(format('t.%I = (row_key::json ->> %s)::%s', c.name, k.n - 1, format_type(c.base, -1)), ' and ' order by k.n))
  into body
  from unnest(key) with ordinality k(name, n)
  join writ.audited_columns(relation, key) c on c.name = k.name
  join pg_class r on r.oid = relation join pg_namespace n on n.oid = r.relnamespace
  group by n.nspname, r.relname;
  execute format('create or replace function writ.sees_%s(row_key text, column_name text) returns boolean
    language plpgsql stable security invoker set search_path = pg_catalog, pg_temp as %L', target, '
#variable_conflict use_variable' || body);
  execute format('drop policy if exists governed_%1$s on writ.audit', target);
  execute format('drop policy if exists governed_%1$s on writ.reason', target);
  execute format('create policy governed_%1$s on writ.audit for select using (target = %1$s and writ.sees_%1$s(row_key, column_name))', target);
  execute format('create policy governed_%1$s on writ.reason for select using (target = %1$s and writ.sees_%1$s(row_key, null))', target);
end $$;

-- The table and, where it is partitioned, every partition: a write may name either.
create function writ.audited_relations(relation regclass) returns setof regclass
language sql stable set search_path = pg_catalog, pg_temp as $$
  select relation union select t.relid from pg_partition_tree(relation) t
$$;

-- Puts a table under audit, or brings its triggers up to date after its columns changed. The key must be unique and
-- not null. Answers writ.governed.id.
create function writ.govern(relation regclass, key text[]) returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  target integer;
  part regclass;
  name text;
begin
  if (select c.relkind from pg_class c where c.oid = relation) not in ('r', 'p') then
    raise exception '% is not a table', relation using errcode = 'wrong_object_type';
  end if;
  if coalesce(cardinality(key), 0) = 0
    or (select count(*) from writ.audited_columns(relation, key) c where c.is_key) <> cardinality(key) then
    raise exception 'the key of % must name its columns', relation using errcode = 'undefined_column';
  end if;
  insert into writ.governed (relation, key, shape) values (relation, key, writ.shape_of(relation))
  on conflict on constraint governed_relation_key do update set key = excluded.key, shape = excluded.shape, active = true,
    since = case when governed.active then governed.since else excluded.since end
  returning id into target;
  perform writ.define_audit(target, relation, key, 'insert', writ.record_rows_sql(target, 'insert', relation, key, 'new_rows'));
  perform writ.define_audit(target, relation, key, 'delete', writ.record_rows_sql(target, 'delete', relation, key, 'old_rows'));
  perform writ.define_audit(target, relation, key, 'update', writ.record_update_sql(target, relation, key));
  perform writ.define_sees(target, relation, key);
  for part in select * from writ.audited_relations(relation) loop
    execute format('create or replace trigger writ_audit_insert after insert on %s referencing new table as new_rows
      for each statement execute function writ.audit_%s_insert()', part, target);
    execute format('create or replace trigger writ_audit_update after update on %s referencing old table as old_rows new table as new_rows
      for each statement execute function writ.audit_%s_update()', part, target);
    execute format('create or replace trigger writ_audit_delete after delete on %s referencing old table as old_rows
      for each statement execute function writ.audit_%s_delete()', part, target);
    execute format('create or replace trigger writ_audit_truncate before truncate on %s
      for each statement execute function writ.refuse_truncate()', part);
    -- Whatever session_replication_role says: a parameter that can be granted is no way around the audit.
    foreach name in array array['writ_audit_insert', 'writ_audit_update', 'writ_audit_delete', 'writ_audit_truncate'] loop
      execute format('alter table %s enable always trigger %I', part, name);
    end loop;
  end loop;
  return target;
end $$;

-- What became of a table's columns since it was put under audit, one row a change.
create function writ.column_changes(g writ.governed) returns table (place smallint, kind text, name text, message text)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with was as (
    select (c->>0)::smallint as place, c->>1 as name, c->>2 as type, c->>3 as collation, writ.name_now(g, c->>1) as now from jsonb_array_elements(g.shape->'columns') c
  ), is_now as (
    select (c->>0)::smallint as place, c->>1 as name, c->>2 as type, c->>3 as collation from jsonb_array_elements(writ.shape_of(g.relation)->'columns') c
  )
  select n.place, 'came', n.name, format('"%s" came later', n.name) from is_now n where n.name not in (select w.now from was w where w.now is not null)
  union all
  select w.place, 'removed', w.name, format('"%s" was removed', w.name) from was w where w.now is null
  union all
  select n.place, 'renamed', n.name, format('"%s" is "%s" now', w.name, n.name) from was w join is_now n on n.name = w.now where w.now <> w.name
  union all
  select n.place, 'other type', n.name, format('"%s" has another type', n.name) from was w join is_now n on n.name = w.now
  where n.type <> w.type or n.collation is distinct from w.collation
$$;

-- The same as a sentence; null: nothing. All is recorded in any case, only slower, until the table is put under audit again.
create function writ.audit_behind(relation regclass) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select case
    when c.changes is not null then format('Columns of %s changed after it was put under audit: %s.', g.relation, c.changes)
    when position(quote_literal(g.shape::text) in f.prosrc) = 0 or g.shape <> writ.shape_of(g.relation)
      then format('The triggers of %s were made for another table, or before this database was restored.', g.relation) end
  from writ.governed g join pg_proc f on f.oid = to_regprocedure(format('writ.audit_%s_insert()', g.id))
  cross join lateral (select string_agg(d.message, ', ' order by d.place, d.kind) as changes from writ.column_changes(g) d) c
  where g.relation = audit_behind.relation and g.active
$$;

-- Ends the audit of a table; what was recorded stays and stays readable.
create function writ.ungovern(relation regclass) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  part regclass;
  name text;
begin
  update writ.governed g set active = false where g.relation = relation;
  for part in select * from writ.audited_relations(relation) loop
    foreach name in array array['writ_audit_insert', 'writ_audit_update', 'writ_audit_delete', 'writ_audit_truncate'] loop
      execute format('drop trigger if exists %I on %s', name, part);
    end loop;
  end loop;
end $$;

-- Lets a role write batches and read history. Its rights on the tables themselves stay what they are.
create function writ.grant_use(role name) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('grant usage on schema writ to %I', role);
  execute format('grant select on writ.migration, writ.governed, writ.batch, writ.audit, writ.reason to %I', role);
  execute format('grant execute on function writ.begin_batch(uuid, text, text, integer, integer, text),
    writ.give_reasons(text, text[], text[]), writ.outcome(uuid) to %I', role);
end $$;

-- Calls the grant of a later version for every role that uses the schema already.
create function writ.for_each_user(grant_name name) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  role name;
begin
  for role in select r.rolname from pg_namespace n, aclexplode(n.nspacl) a join pg_roles r on r.oid = a.grantee
    where n.nspname = 'writ' and a.privilege_type = 'USAGE' and a.grantee <> n.nspowner
  loop
    execute format('select writ.%I(%L)', grant_name, role);
  end loop;
end $$;

-- Lets a role take part in all that this schema offers, but for setting policies.
create function writ.admit(role name) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  part record;
begin
  for part in select p.proname as name from pg_proc p
    where p.pronamespace = 'writ'::regnamespace and starts_with(p.proname, 'grant_') and p.proname <> 'grant_policies' order by p.proname
  loop
    execute format('select writ.%I(%L)', part.name, role);
  end loop;
end $$;

revoke all on all functions in schema writ from public;
