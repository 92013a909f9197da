-- Schema writ, version 11: rights on a table that lead past its approval can be taken away; what was taken is recorded, and
-- given back when asked or when the schema goes. Everything else people were granted stays theirs.

create table writ.taken_grant (
  id bigint generated always as identity primary key,
  relation regclass not null,
  role oid not null,
  privilege text not null check (privilege in ('TRIGGER', 'TRUNCATE')),
  grantable boolean not null,
  at timestamptz not null default clock_timestamp(),
  by text not null default session_user
);
comment on table writ.taken_grant is 'Rights the owner had given on governed tables and that were taken away; role 0 is everyone';

-- Takes the rights to place triggers (which run with the rights of whoever writes) and to empty the table. Runs as its
-- owner; rights that were passed on by others have to be taken by those first, which the error says.
create function writ.take_grants(relation regclass) returns setof writ.taken_grant language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  held record;
  taken writ.taken_grant;
begin
  for held in
    select r.part, a.grantee, a.privilege_type, a.is_grantable,
      case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end as name
    from writ.audited_relations(relation) r(part) join pg_class c on c.oid = r.part cross join lateral aclexplode(c.relacl) a
    where a.privilege_type in ('TRIGGER', 'TRUNCATE') and a.grantee <> c.relowner and a.grantor = c.relowner
  loop
    execute format('revoke %s on %s from %s', held.privilege_type, held.part, held.name);
    insert into writ.taken_grant (relation, role, privilege, grantable)
    values (held.part, held.grantee, held.privilege_type, held.is_grantable) returning * into taken;
    return next taken;
  end loop;
end $$;

-- Gives back what was taken of a table, or of all (null). Roles and tables that are gone are passed over.
create function writ.give_back_grants(relation regclass default null) returns integer language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  taken record;
  given integer := 0;
begin
  for taken in
    select t.*, case t.role when 0 then 'public' else quote_ident(r.rolname) end as name
    from writ.taken_grant t join pg_class c on c.oid = t.relation left join pg_roles r on r.oid = t.role
    where (t.role = 0 or r.oid is not null)
      and (relation is null or t.relation in (select p.part from writ.audited_relations(relation) p(part)))
    order by t.id
  loop
    execute format('grant %s on %s to %s%s', taken.privilege, taken.relation, taken.name, case when taken.grantable then ' with grant option' else '' end);
    delete from writ.taken_grant t where t.id = taken.id;
    given := given + 1;
  end loop;
  return given;
end $$;

revoke all on writ.taken_grant from public;
revoke all on all functions in schema writ from public;
