import type pg from 'pg';
import { installedVersions } from '../governance/migrations.ts';
import { governanceState } from '../governance/plan-install.ts';
import type { Command } from './command.ts';

const TABLES = `
  select coalesce(c.oid::pg_catalog.regclass::text, '(dropped)') as table, g.active::text, p.mode, g.since::text, g.by,
    writ.audit_behind(g.relation) as behind
  from writ.governed g left join pg_catalog.pg_class c on c.oid = g.relation
  left join lateral (select p.mode from writ.policy p where p.target = g.id order by p.version desc limit 1) p on true
  order by 1`;

const DOORS = `select d.code, d.message from writ.side_doors($1) d order by 1, 2`;

const ROLES = `
  select r.rolname as role, pg_catalog.has_function_privilege(r.oid,
    'writ.set_policy(text, text, text[], integer[], text, numeric, text[], text[], interval)', 'execute')::text as sets
  from pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a join pg_catalog.pg_roles r on r.oid = a.grantee
  where n.nspname = 'writ' and a.privilege_type = 'USAGE' and a.grantee <> n.nspowner order by 1`;

type Row = Readonly<Record<string, string | null>>;
const rowsOf = async (
  client: pg.Client,
  sql: string,
  values: readonly string[] = [],
): Promise<readonly Row[]> => (await client.query<Row>(sql, [...values])).rows;

/** Tells what is installed, which tables are governed how, who takes part, and the open side doors. */
export const statusCommand: Command = {
  usage: 'status',
  about: 'Tells versions, governed tables and their policies, who takes part, and open ways around approval.',
  options: {},
  run: async (client, _values, _places, { out }) => {
    const { state, refusal } = await governanceState(client);
    out(`Schema writ: ${state}.`);
    if (state === 'absent') return 0;
    if (refusal !== null) {
      out(refusal);
      return 1;
    }
    for (const { version, name, checksum, at, by } of await installedVersions(client))
      out(`  version ${version} ${name}, ${at} by ${by}, sha256 ${checksum.slice(0, 12)}`);
    for (const { table, active, mode, since, by, behind } of await rowsOf(client, TABLES)) {
      out(
        `Table ${table}: ${active === 'true' ? `audited since ${since} by ${by}, policy ${mode ?? 'open'}` : 'no longer audited'}`,
      );
      if (behind != null) out(`  ${behind} "writ govern ${table}" brings it up to date.`);
      if (mode === 'approval' && active === 'true')
        for (const { message } of await rowsOf(client, DOORS, [table ?? '']))
          out(`  approval is advisory: ${message}`);
    }
    for (const { role, sets } of await rowsOf(client, ROLES))
      out(`Role ${role} takes part${sets === 'true' ? ' and sets policies' : ''}.`);
    return 0;
  },
};
