-- Schema writ, version 9: ways around approval, and the rights to take part in it.

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

-- The guard or the audit is gone, switched off, or is another function under the same name.
create function writ.guard_doors(target integer, relation regclass) returns table (code text, subject text, message text)
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select case when t.oid is null or t.tgfoid <> w.fn or t.tgargs is distinct from w.args then 'guard-missing' else 'guard-disabled' end, r.part::text,
    format('%s of %s is %s.', w.name, r.part, case when t.oid is null then 'missing' when t.tgfoid <> w.fn or t.tgargs is distinct from w.args then 'not the guard' else 'switched off' end)
  from writ.audited_relations(relation) r(part)
  cross join lateral (
    select 'writ_guard_' || o.op, case when o.op = 'truncate' then 'writ.guard_truncate()'::regprocedure else 'writ.guard()'::regprocedure end::oid, '{A}'::"char"[],
      case when o.op = 'truncate' then '' else target || E'\\000' end::bytea, case o.op when 'insert' then 4 when 'update' then 16 when 'delete' then 8 else 34 end
    from unnest(array['insert', 'update', 'delete', 'truncate']) o(op)
    union all
    select 'writ_audit_' || o.op, to_regprocedure(format('writ.audit_%s_%s()', target, o.op)), '{O,A}', ''::bytea,
      case o.op when 'insert' then 4 when 'update' then 16 else 8 end
    from unnest(array['insert', 'update', 'delete']) o(op)
  ) w(name, fn, enabled, args, type)
  left join pg_trigger t on t.tgrelid = r.part and t.tgname = w.name and t.tgtype = w.type and t.tgqual is null and t.tgattr = ''::int2vector
  where t.oid is null or t.tgfoid <> w.fn or t.tgargs is distinct from w.args or t.tgenabled <> all (w.enabled)
  union all
  -- Derived columns are not compared: that only triggers fill them is all there is.
  select case when t.oid is null then 'guard-missing' else 'guard-disabled' end, r.part::text,
    format('!writ_derived_%s of %s is %s.', d.op, r.part, case when t.oid is null then 'missing' else 'switched off' end)
  from unnest(array['insert', 'update']) d(op) cross join writ.audited_relations(relation) r(part)
  left join pg_trigger t on t.tgrelid = r.part and t.tgname = '!writ_derived_' || d.op and t.tgfoid = 'writ.refuse_derived()'::regprocedure
  where writ.derived_sql(relation, (writ.current_policy(target)).derived_columns, d.op) is not null and (t.oid is null or t.tgenabled <> 'A')
  union all
  -- The comparison knows the columns of then: one that came or has another name since takes anything in a new row.
  select 'guard-missing', format('%s.%I', relation, c.name), format('%s since the approval of %s was set up: bring the table up to date.', c.message, relation)
  from writ.governed g cross join lateral writ.column_changes(g) c where g.id = target and c.kind <> 'removed'
  union all
  select 'guard-missing', relation::text, format('The audit of %s is not the one that was made for it: bring the table up to date.', relation)
  from writ.governed g cross join unnest(array['insert', 'update', 'delete']) o(op) left join pg_proc f on f.oid = to_regprocedure(format('writ.audit_%s_%s()', target, o.op))
  where g.id = target and position(quote_literal(g.shape::text) in coalesce(f.prosrc, '')) = 0
  union all
  select 'guard-disabled', 'writ.ticket', 'The check of tickets at COMMIT is missing or switched off.'
  where not exists (select from pg_trigger t where t.tgrelid = 'writ.ticket'::regclass and t.tgname = 'settle' and t.tgenabled = 'A' and t.tgfoid = 'writ.settle_ticket()'::regprocedure)
  union all
  select 'inherited', i.other::text, format('%s inherits from or to %s: a write through it passes by the guard.', i.other, relation)
  from (select i.inhparent::regclass as other from pg_inherits i where i.inhrelid = relation
    union select i.inhrelid from pg_inherits i join pg_class c on c.oid = i.inhparent where i.inhparent = relation and c.relkind <> 'p') i
  union all
  -- What a rule does instead or besides runs with the owner's rights, and is not what the reviewer saw.
  select 'rule', r.part::text, format('The rule %s rewrites writes of %s.', w.rulename, r.part)
  from writ.audited_relations(relation) r(part) join pg_rewrite w on w.ev_class = r.part and w.ev_type <> '1' and w.ev_enabled <> 'D'
$$;

-- Persons who can switch the guard off, become somebody else, or write the records of approval themselves.
create function writ.person_doors(target integer, relation regclass) returns table (code text, subject text, message text)
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select 'owner', p.login, format('%s has the rights of %s, who owns %s and can switch the guard off.', p.login, pg_get_userbyid(o.owner), o.what)
  from (select distinct c.relowner as owner, r.part::text as what from writ.audited_relations(relation) r(part) join pg_class c on c.oid = r.part
    union select n.nspowner, 'schema writ' from pg_namespace n where n.nspname = 'writ'
    union select f.proowner, 'functions of schema writ' from pg_proc f where f.pronamespace = 'writ'::regnamespace) o
  join writ.people() p on pg_has_role(p.person, o.owner, 'member')
  where not (select r.rolsuper from pg_roles r where r.oid = p.person)
  union all
  select case when r.rolsuper then 'superuser' when r.rolcreaterole then 'creates-roles' else 'bypasses-policies' end, p.login,
    case when r.rolsuper then format('%s is a superuser: nothing binds that login.', p.login)
      when r.rolcreaterole then format('%s creates roles, and so may become an approver or another person.', p.login)
      else format('%s bypasses row policies.', p.login) end
  from writ.people() p join pg_roles r on r.oid = p.person where r.rolsuper or r.rolcreaterole or r.rolbypassrls
  union all
  select 'server-role', p.login, format('%s has the rights of %s, which reach past every guard.', p.login, g.rolname)
  from writ.people() p join pg_roles r on r.oid = p.person and not r.rolsuper
  join pg_roles g on g.rolname in ('pg_execute_server_program', 'pg_write_server_files', 'pg_write_all_data') and pg_has_role(p.person, g.oid, 'member')
  union all
  select distinct 'makes-approvers', p.login, format('%s may make others members of %s, who approve.', p.login, s.role)
  from unnest((writ.current_policy(target)).step_roles) s(role) join pg_roles g on g.rolname = s.role
  join writ.people() p on pg_has_role(p.person, g.oid, 'member with admin option')
  where not (select r.rolsuper from pg_roles r where r.oid = p.person)
  union all
  select distinct 'grant-on-records', p.login, format('%s has the right %s on %s: records of governance could be made up.', p.login, a.privilege_type, c.oid::regclass)
  from pg_class c cross join lateral aclexplode(c.relacl) a
  join writ.people() p on a.grantee = 0 or pg_has_role(p.person, a.grantee, 'member')
  where c.relnamespace = 'writ'::regnamespace and c.relkind = 'r' and a.grantee <> c.relowner and c.oid <> coalesce(to_regclass('writ.comment'), 0)
    and a.privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
  union all
  select distinct 'grant-on-records', p.login, format('%s may create objects in schema writ.', p.login)
  from pg_namespace n cross join lateral aclexplode(n.nspacl) a join writ.people() p on a.grantee = 0 or pg_has_role(p.person, a.grantee, 'member')
  where n.nspname = 'writ' and a.privilege_type = 'CREATE' and a.grantee <> n.nspowner
  union all
  select 'shared-login', s.login, format('%s is used by several persons: %s', s.login, s.why)
  from writ.shared_login s join writ.people() p on p.login = s.login
$$;

-- Code that runs with the rights of somebody who can pass by the guard, in the hands of a person.
create function writ.code_doors(relation regclass) returns table (code text, subject text, message text)
language sql volatile set search_path = pg_catalog, pg_temp as $$
  with guarded as (
    select r.part, c.relowner as owner from writ.audited_relations(relation) r(part) join pg_class c on c.oid = r.part
  ), powerful as (
    select g.owner from guarded g union select n.nspowner from pg_namespace n where n.nspname = 'writ'
  )
  -- A function of theirs that may switch triggers off or write the records; writing the table is for the guard to refuse.
  select 'definer-function', f.oid::regprocedure::text,
    format('%s runs with the rights of %s and may switch the guard of %s off.', f.oid::regprocedure, pg_get_userbyid(f.proowner), relation)
  from pg_proc f join pg_roles o on o.oid = f.proowner
  where f.prosecdef and f.pronamespace <> 'writ'::regnamespace
    and (o.rolsuper or exists (select from powerful w where pg_has_role(f.proowner, w.owner, 'usage')))
    and exists (select from writ.people() p where has_function_privilege(p.person, f.oid, 'execute'))
    and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = f.oid and d.deptype = 'e')
    and f.prosrc ~* ('session_replication_role|\mexecute\M|\m(enable|disable)\s+(always\s+|replica\s+)?(trigger|rule)\M|\mreassign\s+owned\M|\mgrant\M'
      || '|\m(create|alter|drop)\s+(or\s+replace\s+)?(table|trigger|function|procedure|schema|policy|rule|role|user|event)\M'
      || '|\mwrit\.(ticket|proposal|review_event|policy|audit|batch|governed|shared_login|period|period_map|calendar)\M')
  union all
  -- A trigger runs with the rights of whoever writes: an approver who corrects a row would run what a person placed there.
  select distinct 'trigger-grant', p.login, format('%s may place triggers on %s, which then run with the rights of others.', p.login, g.part)
  from guarded g join writ.people() p on has_table_privilege(p.person, g.part, 'trigger') and not pg_has_role(p.person, g.owner, 'usage')
  union all
  select distinct 'trigger-function', p.login, format('%s can change %s, which runs whenever others write %s.', p.login, f.oid::regprocedure, g.part)
  from guarded g join pg_trigger t on t.tgrelid = g.part and not t.tgisinternal and t.tgenabled <> 'D' join pg_proc f on f.oid = t.tgfoid
  join writ.people() p on pg_has_role(p.person, f.proowner, 'member') and not pg_has_role(p.person, g.owner, 'usage')
  union all
  -- An event trigger runs with the rights of whoever changes definitions: of the owner of schema writ, when a policy is set.
  select distinct 'event-trigger', p.login, format('%s can change the event trigger %s, which runs with the rights of administrators.', p.login, e.evtname)
  from pg_event_trigger e join pg_proc f on f.oid = e.evtfoid
  join writ.people() p on pg_has_role(p.person, f.proowner, 'member') or pg_has_role(p.person, e.evtowner, 'member')
  where e.evtenabled <> 'D' and not (select r.rolsuper from pg_roles r where r.oid = p.person)
$$;

-- Ways around the approval of a table, as the catalogue shows them. None: what is written there was approved. TRUNCATE, rights
-- of writing, foreign keys, views and replication are no ways around: the guard fires for each of them.
create function writ.side_doors(relation text) returns table (code text, subject text, message text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_target integer := writ.governed_id(side_doors.relation);
  v_relation regclass := to_regclass(side_doors.relation);
begin
  if v_target is null or (writ.current_policy(v_target)).mode is distinct from 'approval' then return; end if;
  return query select d.code, d.subject, d.message from writ.guard_doors(v_target, v_relation) d;
  return query select d.code, d.subject, d.message from writ.person_doors(v_target, v_relation) d;
  return query select d.code, d.subject, d.message from writ.code_doors(v_relation) d;
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
    writ.review_payload(uuid), writ.review_log(uuid), writ.review_touched(uuid, integer), writ.touched_entries(uuid, integer), writ.policy_of(text), writ.side_doors(text),
    writ.take_ticket(uuid, text, boolean), writ.finish_ticket(uuid) to %I', role);
end $$;

-- Lets a role set policies and declare shared logins.
create function writ.grant_policies(role name) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('grant execute on function writ.set_policy(text, text, text[], integer[], text, numeric, text[], text[], interval),
    writ.declare_shared(text, text) to %I', role);
end $$;

revoke all on all functions in schema writ from public;

-- Who may use the schema already takes part in approval as well.
select writ.for_each_user('grant_approval');
