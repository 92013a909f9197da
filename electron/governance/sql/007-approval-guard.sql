-- Schema writ, version 7: the guard of tables under approval, and the comparison of what the audit recorded in a
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
-- cells and rows are there too many, are missing, are different. One pass a kind, whatever the number of cells; `deletes` and
-- `inserts` say that the audit has such rows.
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
  execute format('create or replace function writ.compare_%s(body jsonb, since bigint, deletes boolean, inserts boolean, out more bigint, out missing bigint, out different bigint)
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
  if deletes or jsonb_array_length(body->3) > 0 then
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
  if inserts or jsonb_array_length(body->5) > 0 then
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
  -- A row removed and made again would hide behind its first making: null leaves no trace in the audit.
  if jsonb_array_length(body->3) + jsonb_array_length(body->5) > 0 then
    more := more + (select count(*) from (select from writ.audit a
      where a.seq > since and a.txid = pg_current_xact_id() and a.target = %5$s and a.kind <> ''update'' and a.column_name = %12$L
      group by a.kind, a.row_key having count(*) > 1) again);
  end if;
end ',
    writ.same_cell(v_same, 'e.before', 'e.after', 'e.column_name'), writ.same_cell(v_same, 'e.before', 'a.before', 'e.column_name'),
    writ.same_cell(v_same, 'e.after', 'a.after', 'e.column_name'), v_key, target, policy.derived_columns::text, v_stored::text,
    writ.same_cell(v_same, '(c->>1)', 'a.before', 'c->>0'), coalesce(v_made, '{}')::text, v_expected, v_actual, g.key[1]));
  execute format('revoke all on function writ.compare_%s(jsonb, bigint, boolean, boolean) from public', target);
end $$;

-- What the audit recorded in this transaction from `since` on, in one pass: whether there are new or removed rows, whether any
-- does not name its batch, and (where `digest_wanted`) a SHA-256 of the changed cells, column by column, in the order they were
-- written. An order other than the one foretold only costs the comparison in full; so there is nothing to sort.
create function writ.recorded(since bigint, target integer, batch uuid, derived text[], digest_wanted boolean,
  out deletes boolean, out inserts boolean, out unnamed boolean, out digest bytea)
language sql volatile set search_path = pg_catalog, pg_temp set enable_seqscan = off set enable_sort = off set max_parallel_workers_per_gather = 0
set jit = off set work_mem = '64MB' as $$
  with told as (
    select a.kind, a.column_name, bool_or(a.batch is distinct from recorded.batch) as unnamed,
      string_agg(row(a.row_key, a.before, a.after)::text, '') filter (where recorded.digest_wanted and a.kind = 'update') as cells
    from (select * from writ.audit a where a.seq > recorded.since and a.txid = pg_current_xact_id() and a.target = recorded.target order by a.seq) a
    group by a.kind, a.column_name
  )
  select coalesce(bool_or(t.kind = 'delete'), false), coalesce(bool_or(t.kind = 'insert'), false), coalesce(bool_or(t.unnamed), false),
    sha256(string_agg(sha256(convert_to(row(t.column_name)::text || t.cells, 'UTF8')), ''::bytea order by t.column_name collate "C")
      filter (where t.cells is not null and t.column_name <> all (recorded.derived)))
  from told t
$$;

-- Creates the function that foretells the digest of writ.recorded from a payload: its cells as the table will print them, rows
-- with the same columns together. Null where rows are made or removed, or where a value is none of its column.
create function writ.define_foretelling(target integer) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  g writ.governed;
  v_written text;
  v_same text;
begin
  select * into strict g from writ.governed w where w.id = target;
  select string_agg(format('when %L then %s', c.name, writ.same_sql('@a@', '@b@', c.base, c.comparable)), ' ' order by c.place),
    -- Only another spelling of the same value: what would be rounded stays as it is, and is then found to be different.
    string_agg(format('when %L then case when %s then %s else @v@ end', c.name,
      writ.same_sql('@v@', writ.written_sql('@v@', g.relation, c.name), c.base, c.comparable), writ.written_sql('@v@', g.relation, c.name)), ' ' order by c.place)
      filter (where writ.same_sql('', '', c.base, c.comparable) <> 'false')
  into v_same, v_written
  from writ.audited_columns(g.relation, g.key) c;
  v_written := coalesce(format('case c.name %s else @v@ end', v_written), '@v@');
  execute format('create or replace function writ.foretell_%s(body jsonb) returns bytea
    language plpgsql volatile set search_path = pg_catalog, pg_temp set jit = off set work_mem = ''64MB'' %s as %L', target,
    writ.canonical_settings(g.relation), format('
#variable_conflict use_column
begin
  if jsonb_array_length(body->3) + jsonb_array_length(body->5) > 0 then return null; end if;
  return (
    select sha256(string_agg(sha256(convert_to(row(t.name)::text || t.cells, ''UTF8'')), '''' order by t.name collate "C"))
    from (
      select c.name, string_agg(row(c.row_key, %1$s, %2$s)::text, '''' order by c.columns collate "C", c.place) as cells
      from (
        select %3$s as row_key, array(select jsonb_array_elements_text(jsonb_path_query_array(r->1, ''$[*][0]''))) as columns, r.place,
          c->>0 as name, c->>1 as before, c->>2 as after
        from jsonb_array_elements(body->4) with ordinality r(r, place) cross join lateral jsonb_array_elements(r->1) c
      ) c
      where not %4$s
      group by c.name
    ) t);
exception when data_exception then
  return null;
end ', replace(v_written, '@v@', 'c.before'), replace(v_written, '@v@', 'c.after'), writ.payload_key_sql(g.relation, g.key),
    writ.same_cell(v_same, 'c.before', 'c.after', 'c.name')));
  execute format('revoke all on function writ.foretell_%s(jsonb) from public', target);
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

-- Columns that triggers of the table fill are not compared, so nobody but these may fill them: this looks at a row before any
-- of them (its name sorts first), and passes what code of the table's owner writes. Not a definer: it asks who writes.
create function writ.refuse_derived() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if pg_has_role(current_user, (select c.relowner from pg_class c where c.oid = tg_relid), 'usage') then return new; end if;
  raise exception '% of % is filled by triggers of the table alone', array_to_string(tg_argv, ', '), tg_relid::regclass using errcode = 'WR104';
end $$;

-- When a row gives a value to one of these columns: another one than it had, or than the table gives by itself.
create function writ.derived_sql(relation regclass, names text[], op text) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select string_agg(case op when 'update' then writ.compare_sql('is distinct from', 'old', 'new', c.name, c.comparable)
    else format('new.%I::text is distinct from %s', c.name, coalesce(writ.written_sql(writ.default_sql(relation, c.name), relation, c.name), 'null')) end, ' or ' order by c.place)
  from writ.audited_columns(relation, '{}') c
  where c.name = any (names) and (op = 'update' or writ.default_sql(relation, c.name) is not null)
$$;

-- Places these triggers on a table, or takes them away where no column is derived; partitions get them from their table.
create function writ.guard_derived(relation regclass, names text[]) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  part regclass;
  op text;
  condition text;
begin
  foreach op in array array['insert', 'update'] loop
    execute format('drop trigger if exists "!writ_derived_%s" on %s', op, relation);
    condition := writ.derived_sql(relation, names, op);
    continue when condition is null;
    execute format('create trigger "!writ_derived_%1$s" before %1$s on %2$s for each row when (%3$s) execute function writ.refuse_derived(%4$s)',
      op, relation, condition, (select string_agg(quote_literal(n.name), ', ') from unnest(names) n(name)));
    for part in select * from writ.audited_relations(relation) loop
      execute format('alter table %s enable always trigger "!writ_derived_%s"', part, op);
    end loop;
  end loop;
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
  perform writ.define_foretelling(target);
  perform writ.guard_derived(relation, (writ.current_policy(target)).derived_columns);
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
  perform writ.guard_derived(relation, '{}');
  for part in select * from writ.audited_relations(relation) loop
    foreach name in array array['writ_guard_insert', 'writ_guard_update', 'writ_guard_delete', 'writ_guard_truncate'] loop
      execute format('drop trigger if exists %I on %s', name, part);
    end loop;
  end loop;
end $$;

-- What a list of columns is called now; one that was removed keeps its name, and then means no column.
create function writ.names_now(g writ.governed, names text[]) returns text[] language sql stable set search_path = pg_catalog, pg_temp as $$
  select array(select coalesce(writ.name_now(g, n.name), n.name) from unnest(names) with ordinality n(name, place) order by n.place)
$$;

-- The audit is what the comparison reads: it follows changed columns with the guard, and does not end under approval. A policy
-- that names a column which has another name now is set anew.
create function writ.keep_guard() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  p writ.policy := writ.current_policy(new.id);
  renamed writ.policy := p;
begin
  if p.mode = 'approval' then
    if not new.active then
      raise exception '% is under approval; set its policy to open first', new.relation using errcode = 'object_not_in_prerequisite_state';
    end if;
    renamed.amount_column := (writ.names_now(old, array[p.amount_column]))[1];
    renamed.free_columns := writ.names_now(old, p.free_columns);
    renamed.derived_columns := writ.names_now(old, p.derived_columns);
    if renamed is distinct from p then
      renamed.version := p.version + 1;
      renamed.set_by := session_user;
      renamed.at := clock_timestamp();
      insert into writ.policy select renamed.*;
    end if;
    perform writ.define_guard(new.id);
  end if;
  return null;
end $$;
create trigger keep_guard after update on writ.governed for each row execute function writ.keep_guard();

revoke all on all functions in schema writ from public;
