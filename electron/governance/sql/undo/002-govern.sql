-- Undoes version 2 of schema writ.

-- The triggers of the audit on every table, its partitions and what was detached from it, and the functions made for them.
do $$
declare
  placed record;
begin
  for placed in
    select t.tgrelid::regclass as relation, t.tgname as name
    from pg_trigger t join pg_proc f on f.oid = t.tgfoid
    where f.pronamespace = 'writ'::regnamespace and not t.tgisinternal and starts_with(t.tgname, 'writ_audit_')
  loop
    execute format('drop trigger %I on %s', placed.name, placed.relation);
  end loop;
end $$;
do $$
declare
  made record;
begin
  for made in select p.polname as name, p.polrelid::regclass as relation from pg_policy p
    where p.polrelid in ('writ.audit'::regclass, 'writ.reason'::regclass) and p.polname ~ '^governed_[0-9]+$'
  loop
    execute format('drop policy %I on %s', made.name, made.relation);
  end loop;
end $$;
do $$
declare
  made regprocedure;
begin
  for made in select f.oid::regprocedure from pg_proc f where f.pronamespace = 'writ'::regnamespace and f.proname ~ '^(audit_[0-9]+_(insert|update|delete)|sees_[0-9]+)$' loop
    execute format('drop function %s', made);
  end loop;
end $$;

drop function writ.audited_columns, writ.canonical_settings, writ.row_key_sql, writ.compare_sql, writ.match_sql,
  writ.record_sql, writ.record_rows_sql, writ.record_update_sql, writ.define_audit, writ.define_sees,
  writ.audited_relations, writ.record_anew_sql, writ.canonical_values, writ.audit_behind,
  writ.column_changes,
  writ.govern, writ.ungovern, writ.grant_use, writ.for_each_user, writ.admit;
