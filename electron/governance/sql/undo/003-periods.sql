-- Undoes version 3 of schema writ.

-- Tables go on without periods.
do $$
declare
  placed record;
begin
  for placed in
    select t.tgrelid::regclass as relation, t.tgname as name
    from pg_trigger t join pg_proc f on f.oid = t.tgfoid
    where f.pronamespace = 'writ'::regnamespace and not t.tgisinternal and starts_with(t.tgname, 'writ_period_')
  loop
    execute format('drop trigger %I on %s', placed.name, placed.relation);
  end loop;
end $$;
do $$
declare
  made regprocedure;
begin
  for made in select f.oid::regprocedure from pg_proc f where f.pronamespace = 'writ'::regnamespace and f.proname ~ '^period_[0-9]+_(insert|update|delete)$' loop
    execute format('drop function %s', made);
  end loop;
end $$;
drop trigger look_at_commit on writ.period_touch;
drop trigger follow_periods on writ.governed;
drop function writ.periods_sql, writ.periods_anew_sql, writ.follow_periods;
drop function writ.period_sql, writ.hold_periods, writ.refuse_period, writ.look_at_commit, writ.define_period_trigger,
  writ.guard_periods, writ.define_calendar, writ.list_periods, writ.map_periods, writ.unmap_periods, writ.may_close,
  writ.close_period, writ.reopen_period, writ.settle_periods, writ.grant_periods;
drop table writ.period_touch, writ.period_map, writ.period_event, writ.period, writ.calendar;
