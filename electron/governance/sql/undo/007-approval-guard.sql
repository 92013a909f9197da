-- Undoes version 7 of schema writ.

-- Tables under approval take writes from whoever has the rights, as before.
do $$
declare
  placed record;
begin
  for placed in
    select t.tgrelid::regclass as relation, t.tgname as name
    from pg_trigger t join pg_proc f on f.oid = t.tgfoid
    where f.pronamespace = 'writ'::regnamespace and not t.tgisinternal and t.tgparentid = 0 and (starts_with(t.tgname, 'writ_guard_') or starts_with(t.tgname, '!writ_derived_'))
  loop
    execute format('drop trigger %I on %s', placed.name, placed.relation);
  end loop;
end $$;
do $$
declare
  made regprocedure;
begin
  for made in select f.oid::regprocedure from pg_proc f where f.pronamespace = 'writ'::regnamespace and f.proname ~ '^(compare|foretell)_[0-9]+$' loop
    execute format('drop function %s', made);
  end loop;
end $$;
drop trigger keep_guard on writ.governed;
drop function writ.written_sql, writ.same_sql, writ.same_cell, writ.default_sql, writ.payload_key_sql,
  writ.define_comparison, writ.recorded, writ.define_foretelling, writ.guard, writ.guard_truncate, writ.refuse_derived,
  writ.derived_sql, writ.guard_derived, writ.define_guard, writ.drop_guard, writ.keep_guard, writ.names_now;
