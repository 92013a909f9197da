-- Schema writ, version 4: approval, its tables and where a batch stands. Versions 5 to 9 build on it: decisions, the inbox,
-- the guard, tickets, side doors. A table under the policy "approval" takes a write only in a transaction that holds a
-- ticket for an approved batch, and what the audit recorded in that transaction must be exactly what was approved.
-- People keep their own rights on the table; the ticket adds none. SQLSTATE of what is refused here:
--   WR101 approval is needed             WR105 the batch is not in a state that allows it
--   WR102 this person may not decide     WR106 the payload is not the one that was seen
--   WR103 the approval is stale          WR107 a login shared by several persons
--   WR104 not what was approved          WR108 a rehearsal is never committed

create table writ.policy (
  target integer not null,
  version integer not null,
  mode text not null check (mode in ('open', 'approval')),
  step_roles text[] not null default '{}',
  step_counts integer[] not null default '{}',
  amount_column text,
  amount_above numeric,
  free_columns text[] not null default '{}',
  derived_columns text[] not null default '{}',
  valid_for interval,
  set_by text not null default session_user,
  at timestamptz not null default clock_timestamp(),
  primary key (target, version)
);
comment on table writ.policy is 'How changes reach a table; every version ever set, with by whom and when. The highest one counts';

create table writ.shared_login (
  login text primary key,
  why text not null,
  by text not null default session_user,
  at timestamptz not null default clock_timestamp()
);
comment on table writ.shared_login is 'Logins used by several persons: they can neither submit for review nor approve';

create table writ.proposal (
  id uuid primary key,
  target integer not null,
  relation text not null,
  person text not null default session_user,
  person_oid oid not null,
  payload text not null,
  payload_sha256 text not null,
  policy_version integer not null,
  note text,
  needs_approval boolean not null,
  rows integer not null,
  updated integer not null,
  inserted integer not null,
  deleted integer not null,
  cells integer not null,
  sums json not null,
  moved numeric not null,
  since bigint not null,
  foretold bytea,
  at timestamptz not null default clock_timestamp()
);
comment on table writ.proposal is 'Batches submitted for review, never changed; where they stand is in writ.review_event';
comment on column writ.proposal.foretold is 'SHA-256 of what the audit will record if it is written row by row in order (writ.recorded); null where that cannot be foretold';
comment on column writ.proposal.moved is 'Sum of the absolute changes of the policy''s amount column';
comment on column writ.proposal.since is 'writ.audit.seq when it was submitted: later entries tell who touched the rows meanwhile';
create index proposal_target on writ.proposal (target, at);

-- Whose submissions of one table wait for each other: an amount is counted over several batches.
create table writ.amount_turn (
  target integer not null,
  person text not null,
  primary key (target, person)
);

create table writ.review_event (
  seq bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  proposal uuid not null,
  kind text not null check (kind in ('submitted', 'approved', 'returned', 'withdrawn', 'expired', 'committed', 'failed', 'comment')),
  state text not null check (state in ('submitted', 'approved', 'returned', 'withdrawn', 'expired', 'committed', 'failed')),
  person text not null default session_user,
  person_oid oid not null,
  step integer,
  payload_sha256 text,
  row_key text,
  column_name text,
  comment text
);
comment on table writ.review_event is 'What happened to a batch under review: transitions, approvals, comments. The last one holds its state';
create index review_event_proposal on writ.review_event (proposal, seq);

create table writ.ticket (
  batch uuid primary key,
  txid xid8 not null default pg_catalog.pg_current_xact_id(),
  target integer not null,
  person text not null default session_user,
  rehearsal boolean not null,
  since bigint not null,
  finished boolean not null default false,
  looks integer not null default 0,
  unique (txid, target)
);
comment on table writ.ticket is 'Which transaction may write to a table under approval, and for which batch';

create trigger append_only before update or delete or truncate on writ.policy for each statement execute function writ.refuse_change();
create trigger append_only before update or delete or truncate on writ.proposal for each statement execute function writ.refuse_change();
create trigger append_only before update or delete or truncate on writ.review_event for each statement execute function writ.refuse_change();

-- Whether a login has a role now, and uses its rights. Superusers are in every role by decree; only real membership counts.
-- Read from the tables: pg_has_role answers from a cache that a transaction under way may not have brought up to date.
create function writ.has_role(person text, role text) returns boolean language sql volatile set search_path = pg_catalog, pg_temp as $$
  with recursive held as (
    select p.oid, p.rolinherit from pg_roles p where p.rolname = has_role.person and not p.rolsuper
    union
    -- Whether a membership is inherited is its own since PostgreSQL 16, the member's before.
    select r.oid, r.rolinherit from held h join pg_auth_members m on m.member = h.oid join pg_roles r on r.oid = m.roleid
    where coalesce((to_jsonb(m)->>'inherit_option')::boolean, h.rolinherit)
  )
  select exists (select from held h join pg_roles r on r.oid = h.oid where r.rolname = has_role.role)
$$;

create function writ.current_policy(target integer) returns writ.policy language sql volatile set search_path = pg_catalog, pg_temp as $$
  select p from writ.policy p where p.target = current_policy.target order by p.version desc limit 1
$$;

create function writ.governed_id(relation text) returns integer language sql volatile set search_path = pg_catalog, pg_temp as $$
  select g.id from writ.governed g where g.relation = to_regclass(governed_id.relation) and g.active
$$;

create function writ.person_oid() returns oid language sql stable set search_path = pg_catalog, pg_temp as $$
  select r.oid from pg_roles r where r.rolname = session_user
$$;

create function writ.state_of(proposal uuid) returns text language sql volatile set search_path = pg_catalog, pg_temp as $$
  select e.state from writ.review_event e where e.proposal = state_of.proposal order by e.seq desc limit 1
$$;

create function writ.last_audit() returns bigint language sql volatile set search_path = pg_catalog, pg_temp as $$
  select case when s.is_called then s.last_value else 0 end from writ.audit_seq_seq s
$$;

create function writ.refuse_shared() returns void language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from writ.shared_login s where s.login = session_user) then
    raise exception '% is a login shared by several persons; who approves what cannot be told apart', session_user using errcode = 'WR107';
  end if;
end $$;

-- Records what happened and tells whoever listens; the message is only a hint to look again.
create function writ.note_event(proposal uuid, kind text, state text, comment text, step integer default null, sha256 text default null,
  row_key text default null, column_name text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into writ.review_event (proposal, kind, state, comment, step, payload_sha256, row_key, column_name, person_oid)
  values (note_event.proposal, note_event.kind, note_event.state, nullif(note_event.comment, ''), note_event.step, note_event.sha256,
    note_event.row_key, note_event.column_name, writ.person_oid());
  perform pg_notify('writ_review', note_event.proposal::text);
end $$;

-- Where a batch stands: its state, the step that waits (null: none), why its approvals hold no longer (null: they do),
-- and until when they do. Asked again at every decision, at the ticket, and at COMMIT.
create function writ.standing_of(proposal writ.proposal, as_state text, out state text, out step integer, out stale text, out expires_at timestamptz)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  policy writ.policy := writ.current_policy(proposal.target);
  given record;
begin
  state := as_state;
  if state not in ('submitted', 'approved') then return; end if;
  if policy.version <> proposal.policy_version or policy.mode <> 'approval' then
    stale := 'policy-changed';
    return;
  end if;
  if not proposal.needs_approval then return; end if;
  select min(e.at + policy.valid_for) as until,
    coalesce(bool_and(e.person <> proposal.person and e.payload_sha256 = proposal.payload_sha256
      and writ.has_role(e.person, policy.step_roles[e.step])
      and exists (select from pg_roles r where r.oid = e.person_oid and r.rolname = e.person)
      and not exists (select from writ.shared_login s where s.login = e.person)), true) as hold
  into given
  from writ.review_event e where e.proposal = proposal.id and e.kind = 'approved';
  expires_at := given.until;
  if expires_at <= clock_timestamp() then
    stale := 'expired';
  elsif not given.hold then
    stale := 'approver-lost-role';
  end if;
  select min(s.n)::integer into step
  from unnest(policy.step_counts) with ordinality s(needed, n)
  where s.needed > (select count(distinct e.person) from writ.review_event e where e.proposal = proposal.id and e.kind = 'approved' and e.step = s.n);
end $$;

create function writ.standing(proposal writ.proposal, out state text, out step integer, out stale text, out expires_at timestamptz)
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select * from writ.standing_of(proposal, writ.state_of(proposal.id))
$$;

-- Whether the person of this session may see a batch under review: the submitter's own, or one of a table they review.
create function writ.may_review(target integer) returns boolean language sql volatile set search_path = pg_catalog, pg_temp as $$
  select coalesce(bool_or(writ.has_role(session_user, r.role)), false)
  from (select (writ.current_policy(may_review.target)).step_roles) p, unnest(p.step_roles) r(role)
$$;

-- The batch, locked, when this person may see it; else as if it were not there.
create function writ.seen_proposal(id uuid, lock boolean) returns writ.proposal language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  found_one writ.proposal;
begin
  if lock then
    select p.* into found_one from writ.proposal p where p.id = seen_proposal.id for update;
  else
    select p.* into found_one from writ.proposal p where p.id = seen_proposal.id;
  end if;
  if found_one.id is null or not (found_one.person = session_user or writ.may_review(found_one.target)) then
    raise exception 'there is no batch % to review', seen_proposal.id using errcode = 'WR105';
  end if;
  return found_one;
end $$;

create function writ.sha256_of(payload text) returns text language sql immutable set search_path = pg_catalog, pg_temp as $$
  select encode(sha256(convert_to(payload, 'UTF8')), 'hex')
$$;

revoke all on all tables in schema writ from public;
revoke all on all functions in schema writ from public;
alter table writ.policy enable row level security;
alter table writ.shared_login enable row level security;
alter table writ.proposal enable row level security;
alter table writ.review_event enable row level security;
alter table writ.ticket enable row level security;
alter table writ.amount_turn enable row level security;
