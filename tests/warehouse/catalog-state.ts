import type pg from 'pg';

/** Everything the catalogue says of objects outside the system schemas: owners, rights, triggers, policies, roles. */
const STATE = `
  select 'schema ' || n.nspname || ' ' || pg_get_userbyid(n.nspowner) || ' ' || coalesce(n.nspacl::text, '') as line
    from pg_namespace n where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  union all
  select format('relation %s %s %s %s %s %s %s', c.oid::regclass, c.relkind, pg_get_userbyid(c.relowner), c.relacl, c.relrowsecurity, c.reloptions,
      case when c.relkind = 'v' then pg_get_viewdef(c.oid) end)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  union all
  select format('column %s %s %s %s %s', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attacl, a.attnotnull)
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and a.attnum > 0
  union all
  select format('function %s %s %s', f.oid::regprocedure, f.proacl, case when f.prokind in ('f', 'p') then pg_get_functiondef(f.oid) end)
    from pg_proc f join pg_namespace n on n.oid = f.pronamespace where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  union all
  select format('trigger %s %s %s', t.tgrelid::regclass, t.tgenabled, pg_get_triggerdef(t.oid)) from pg_trigger t
    where not t.tgisinternal
  union all
  select format('policy %s %s %s %s', p.polrelid::regclass, p.polname, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    from pg_policy p
  union all
  select format('constraint %s %s %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
    from pg_constraint k join pg_namespace n on n.oid = k.connamespace where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  union all
  select format('type %s %s', t.oid::regtype, t.typacl) from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  union all
  select format('role %s', r) from (select rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolconfig from pg_roles) r
  union all
  select format('member %s of %s', m.member::regrole, m.roleid::regrole) from pg_auth_members m
  union all
  select format('event trigger %s', evtname) from pg_event_trigger
  union all
  select format('default rights %s %s', defaclrole::regrole, defaclacl) from pg_default_acl
  union all
  select format('database %s %s', datname, datacl) from pg_database where datname = current_database()
  order by 1`;

/** The catalogue of a database as comparable lines, so that two moments can be shown to be the same. */
export const catalogState = async (client: pg.Client): Promise<readonly string[]> => {
  await client.query('begin; set local search_path = pg_catalog');
  const { rows } = await client.query<{ line: string }>(STATE);
  await client.query('commit');
  return rows.map(({ line }) => line);
};
