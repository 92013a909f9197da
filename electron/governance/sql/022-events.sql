-- Schema writ, version 22: decisions in the hash chain. What was submitted, approved, returned or withdrawn, every policy,
-- closed and reopened periods, shared logins, and which tables are audited are entries of writ.audit as well, under target 0, and so have
-- their place in the chain: a decision that was changed, made up or cut away shows as a changed cell would.

-- Records one row of a table of decisions as it is after the change; `tg_argv` names its key. Payloads are long and have a
-- SHA-256 of their own in the row.
create function writ.record_event() returns trigger language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  v_before constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'payload' end;
  v_after constant jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'payload' end;
begin
  insert into writ.audit (at, txid, target, kind, person, application, row_key, column_name, before, after)
  select clock_timestamp(), pg_current_xact_id(), 0, 'event', session_user, split_part(current_setting('application_name'), ' batch:', 1),
    (select jsonb_agg(coalesce(v_after, v_before)->k.name order by k.n) from unnest(tg_argv) with ordinality k(name, n))::text, tg_table_name, v_before::text, v_after::text;
  return null;
end $$;

do $$
declare
  event record;
  arguments text;
begin
  for event in
    select * from (values
      ('proposal', 'insert', '{id}'::text[]), ('review_event', 'insert', '{seq}'), ('policy', 'insert', '{target,version}'),
      ('period_event', 'insert', '{seq}'), ('shared_login', 'insert or update or delete', '{login}'), ('calendar', 'insert or update or delete', '{id}'),
      ('period_map', 'insert or update or delete', '{target,calendar}'), ('governed', 'insert or update or delete', '{id}')
    ) e(name, ops, key)
  loop
    select string_agg(quote_literal(k.name), ', ' order by k.n) into arguments from unnest(event.key) with ordinality k(name, n);
    execute format('create trigger recorded after %s on writ.%I for each row execute function writ.record_event(%s)', event.ops, event.name, arguments);
    execute format('alter table writ.%I enable always trigger recorded', event.name);
    -- What was decided before is recorded as it stands now.
    execute 'alter table writ.audit disable trigger from_triggers';
    execute format('insert into writ.audit (at, txid, target, kind, person, row_key, column_name, after)
      select clock_timestamp(), pg_current_xact_id(), 0, ''event'', session_user, (select jsonb_agg(r.row->k.name order by k.n) from unnest(%L::text[]) with ordinality k(name, n))::text,
        %L, r.row::text from (select to_jsonb(e) - ''payload'' as row from writ.%I e) r', event.key, event.name, event.name);
    execute 'alter table writ.audit enable always trigger from_triggers';
  end loop;
end $$;

-- Whatever session_replication_role says, and against the owner's own slips.
alter table writ.policy enable always trigger append_only;
alter table writ.proposal enable always trigger append_only;
alter table writ.review_event enable always trigger append_only;
alter table writ.period_event enable always trigger append_only;
do $$
begin
  execute format('revoke update, delete, truncate on writ.policy, writ.review_event, writ.period_event from %I', current_user);
end $$;

revoke all on all functions in schema writ from public;
