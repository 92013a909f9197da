-- Schema writ, version 10: comments on cells and rows of governed tables. Whoever sees the cell sees what was said of it.

create table writ.comment (
  id bigint generated always as identity primary key,
  target integer not null,
  row_key text not null,
  column_name text,
  person text not null default session_user,
  at timestamptz not null default clock_timestamp(),
  text text not null check (length(btrim(text)) between 1 and 4000),
  resolved boolean not null default false,
  resolved_by text,
  resolved_at timestamptz
);
comment on table writ.comment is 'What people said about a cell (or a row: column_name null) of a governed table';
create index comment_place on writ.comment (target, row_key);

-- Whether the person may read what is recorded of a row; runs as that person. A table without such a function shows nothing.
create function writ.sees(target integer, row_key text, column_name text) returns boolean
language plpgsql stable security invoker set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  seen boolean;
begin
  execute format('select writ.sees_%s($1, $2)', target) into seen using row_key, column_name;
  return seen;
exception when undefined_function then
  return false;
end $$;

-- Who resolved it and when is not for the person to say; nothing else of a comment can change.
create function writ.stamp_resolved() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.resolved then
    new.resolved_by := session_user;
    new.resolved_at := clock_timestamp();
  else
    new.resolved_by := null;
    new.resolved_at := null;
  end if;
  return new;
end $$;
create trigger stamp before update on writ.comment for each row execute function writ.stamp_resolved();
create trigger keep before delete or truncate on writ.comment for each statement execute function writ.refuse_change();

-- Tells whoever listens to look again.
create function writ.tell_comment() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_notify('writ_comment', new.target::text);
  return null;
end $$;
create trigger tell after insert or update on writ.comment for each row execute function writ.tell_comment();

alter table writ.comment enable row level security;
create policy seen on writ.comment for select using (writ.sees(target, row_key, column_name));
create policy said on writ.comment for insert with check (person = session_user and writ.sees(target, row_key, column_name));
create policy resolved on writ.comment for update using (writ.sees(target, row_key, column_name));

-- Lets a role read and write comments; `person` and the times are the database's own.
create function writ.grant_comments(role name) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('grant select, insert (target, row_key, column_name, text), update (resolved) on writ.comment to %I', role);
  execute format('grant execute on function writ.sees(integer, text, text) to %I', role);
end $$;

revoke all on writ.comment from public;
revoke all on function writ.sees(integer, text, text), writ.stamp_resolved(), writ.tell_comment(), writ.grant_comments(name) from public;

select writ.for_each_user('grant_comments');
