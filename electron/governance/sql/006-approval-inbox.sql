-- Schema writ, version 6: what people see of batches under review and of the policy of a table.

-- Batches as this person may see them, as JSON: where they stand now, by whom they were approved, whether this person may
-- decide. `box`: waiting (for this person), mine, all; `ids` picks single ones.
create function writ.reviews(box text, relation text, ids uuid[], at_most integer) returns setof json
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  p writ.proposal;
  s record;
  policy writ.policy;
  refusal text;
  found_count integer := 0;
  v_target integer := writ.governed_id(relation);
begin
  for p in
    select q.* from writ.proposal q
    where (relation is null or q.target = v_target) and (ids is null or q.id = any (ids))
      and case box when 'mine' then q.person = session_user when 'waiting' then q.person <> session_user and writ.state_of(q.id) = 'submitted'
        else true end
      and (q.person = session_user or writ.may_review(q.target))
    order by case when box = 'waiting' then q.at end, q.at desc
  loop
    exit when found_count >= at_most;
    s := writ.standing(p);
    policy := writ.current_policy(p.target);
    refusal := case
      when s.state <> 'submitted' then null
      when s.stale is not null then 'The batch has to be submitted again: its approval is stale.'
      when p.person = session_user then 'Nobody approves an own batch.'
      when exists (select from writ.shared_login l where l.login = session_user) then 'This login is shared by several persons.'
      when exists (select from writ.review_event e where e.proposal = p.id and e.kind = 'approved' and e.person = session_user) then 'You approved it already.'
      when not writ.has_role(session_user, policy.step_roles[s.step]) then format('This step is approved by %s.', policy.step_roles[s.step]) end;
    continue when box = 'waiting' and (refusal is not null or s.step is null);
    found_count := found_count + 1;
    return next json_build_object('batch', p.id, 'source', (select json_build_object('schema', n.nspname, 'table', c.relname)
        from writ.governed g join pg_class c on c.oid = g.relation join pg_namespace n on n.oid = c.relnamespace where g.id = p.target),
      'person', p.person, 'note', p.note, 'state', s.state, 'sha256', p.payload_sha256,
      'counts', json_build_object('rows', p.rows, 'cells', p.cells, 'updated', p.updated, 'inserted', p.inserted, 'deleted', p.deleted),
      'sums', p.sums, 'submittedAt', writ.iso(p.at), 'changedAt', (select writ.iso(max(e.at)) from writ.review_event e where e.proposal = p.id),
      'ageSeconds', extract(epoch from clock_timestamp() - p.at)::float8, 'expiresAt', writ.iso(s.expires_at),
      'steps', case when not p.needs_approval then '[]' else coalesce((select json_agg(json_build_object('role', o.step_roles[n], 'count', o.step_counts[n], 'approvals',
          coalesce((select json_agg(json_build_object('person', e.person, 'at', writ.iso(e.at)) order by e.seq)
            from writ.review_event e where e.proposal = p.id and e.kind = 'approved' and e.step = n), '[]')) order by n)
        from writ.policy o, generate_subscripts(o.step_roles, 1) n where o.target = p.target and o.version = p.policy_version), '[]') end,
      'step', s.step - 1, 'canDecide', s.state = 'submitted' and refusal is null and s.step is not null, 'refusal', refusal, 'stale', s.stale,
      'comments', (select count(*) from writ.review_event e where e.proposal = p.id and e.comment is not null));
  end loop;
end $$;

create function writ.iso(t timestamptz) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- What the batch writes, for whoever may see it; its SHA-256 is for the reader to recompute.
create function writ.review_payload(id uuid) returns text language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  select (writ.seen_proposal(id, false)).payload
$$;

create function writ.review_log(id uuid) returns table (at text, person text, kind text, comment text, row_key text, column_name text)
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  select writ.iso(e.at), e.person, e.kind, e.comment, e.row_key, e.column_name
  from writ.review_event e where e.proposal = (writ.seen_proposal(review_log.id, false)).id order by e.seq
$$;

-- Entries of the audit by others on the cells of a batch. A reviewer learns which cells; who submitted gets the numbers alone,
-- for a payload can name rows that person may not read.
create function writ.touched_entries(id uuid, at_most integer, out seq bigint, out row_key text, out column_name text, out person text, out at timestamptz)
returns setof record language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  p writ.proposal := writ.seen_proposal(touched_entries.id, false);
  reviewer boolean := writ.may_review(p.target);
begin
  return query select t.seq, case when reviewer then t.row_key end, case when reviewer then t.column_name end,
    case when reviewer then t.person end, case when reviewer then t.at end
  from writ.touched_cells(p) t limit touched_entries.at_most;
end $$;

-- Who else touched the rows, and what stands there since: as far as this person may read the audit.
create function writ.review_touched(id uuid, at_most integer) returns table (row_key text, column_name text, person text, at text, after text)
language sql volatile security invoker set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select coalesce(t.row_key, a.row_key), coalesce(t.column_name, a.column_name), coalesce(t.person, a.person),
    to_char(coalesce(t.at, a.at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), a.after
  from writ.touched_entries(review_touched.id, review_touched.at_most) t left join writ.audit a on a.seq = t.seq
  where t.row_key is not null or a.seq is not null
$$;

-- The policy of a table as JSON, and what it means to this person.
create function writ.policy_of(relation text) returns json language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_target integer := writ.governed_id(policy_of.relation);
  p writ.policy := writ.current_policy(v_target);
begin
  return json_build_object('mode', coalesce(p.mode, 'open'), 'version', coalesce(p.version, 0), 'by', p.set_by, 'at', writ.iso(p.at),
    'steps', (select json_agg(json_build_object('role', p.step_roles[n], 'count', p.step_counts[n]) order by n) from generate_subscripts(p.step_roles, 1) n),
    'amountColumn', p.amount_column, 'amountAbove', p.amount_above::text, 'freeColumns', coalesce(p.free_columns, '{}'),
    'derivedColumns', coalesce(p.derived_columns, '{}'), 'validHours', ceil(extract(epoch from p.valid_for) / 3600)::integer,
    'shared', (select s.why from writ.shared_login s where s.login = session_user),
    'governed', v_target is not null, 'behind', writ.audit_behind(to_regclass(policy_of.relation)), 'canReview', v_target is not null and writ.may_review(v_target),
    'canSet', v_target is not null and has_function_privilege(session_user,
      'writ.set_policy(text, text, text[], integer[], text, numeric, text[], text[], interval)', 'execute'));
end $$;

revoke all on all functions in schema writ from public;
