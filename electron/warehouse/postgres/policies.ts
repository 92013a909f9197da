import type pg from 'pg';
import { records } from './catalog-facts.ts';

/** Conditions of row-level security for the person connected, as SQL over one row; null where none limits. */
export interface RowPolicies {
  /** Some policy permits the command at all; with none, row security denies every row. */
  readonly insert: boolean;
  readonly update: string | null;
  readonly delete: string | null;
  /** What a row that is shown has to fulfil; unlike the others, a condition that cannot be known counts as failing. */
  readonly select: string | null;
}

interface Policy {
  readonly command: string;
  readonly permissive: boolean;
  readonly using: string | null;
  readonly check: string | null;
  readonly columns: readonly string[];
}

const NEVER = 'false';

// has_privs_of_role is what the server itself asks (rewrite/rowsecurity.c).
const POLICIES = `
  select p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid) as using_sql,
         pg_get_expr(p.polwithcheck, p.polrelid) as check_sql,
         coalesce((select json_agg(a.attname::text)::text
            from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
           where d.classid = 'pg_policy'::regclass and d.objid = p.oid and d.refclassid = 'pg_class'::regclass
             and d.refobjid = p.polrelid and d.refobjsubid <> 0), '[]') as columns
    from pg_policy p
   where p.polrelid = $1::oid
     and exists (select from unnest(p.polroles) as r(role)
                  where r.role = 0 or pg_has_role($2::oid, r.role, 'usage'))
   order by p.polname`;

/** Columns the person may read and may change; policies over others cannot be evaluated or foretold. */
export interface PolicyColumns {
  readonly readable: (column: string) => boolean;
  readonly changeable: (column: string) => boolean;
}

/**
 * Row policies of one table for the role that counts there, to be called where its row security is active. The WITH CHECK
 * of an update is foretold from the row as it is, by those policies whose columns the person cannot change.
 */
export const rowPolicies = async (
  client: pg.Client,
  { oid, role }: { readonly oid: string; readonly role: string },
  { readable, changeable }: PolicyColumns,
): Promise<RowPolicies> => {
  const rows = await records(client, POLICIES, [oid, role]);
  const policies = rows.map(
    (row): Policy => ({
      command: row.polcmd ?? '',
      permissive: row.polpermissive === 'true',
      using: row.using_sql ?? null,
      check: row.check_sql ?? null,
      columns: JSON.parse(row.columns ?? '[]') as string[],
    }),
  );
  const of = (command: string) => policies.filter((each) => each.command === command || each.command === '*');
  const known = (policy: Policy) => (policy.columns.every(readable) ? policy : null);
  // Plainly false is false for every row, whatever columns the policy's other condition looks at.
  const using = (policy: Policy) => (policy.using === NEVER ? NEVER : (known(policy)?.using ?? null));
  const updates = of('w');
  const check = (policy: Policy) => {
    if (policy.check === NEVER) return NEVER;
    return policy.columns.some(changeable) ? null : (known(policy)?.check ?? using(policy));
  };
  return {
    insert: admitsRows(of('a')),
    update: both(combine(updates, using), combine(updates, check)),
    delete: combine(of('d'), using),
    select: combine(of('r'), (policy) => known(policy)?.using ?? NEVER),
  };
};

/** Whether new rows are possible at all: some permissive policy that is not plainly false, and no restrictive one that is. */
const admitsRows = (policies: readonly Policy[]): boolean => {
  const never = ({ check, using }: Policy): boolean => (check ?? using) === NEVER;
  return (
    policies.some((policy) => policy.permissive && !never(policy)) &&
    !policies.some((policy) => !policy.permissive && never(policy))
  );
};

const both = (left: string | null, right: string | null): string | null =>
  left === null || left === right ? right : right === null ? left : `(${left}) and (${right})`;

/** One permissive policy must hold and every restrictive one; a condition that cannot be known counts as holding. */
const combine = (policies: readonly Policy[], sqlOf: (policy: Policy) => string | null): string | null => {
  const permissive = policies.filter((policy) => policy.permissive);
  if (!permissive.length) return NEVER;
  const some = permissive.map(sqlOf);
  const every = policies.flatMap((policy) => {
    const sql = policy.permissive ? null : sqlOf(policy);
    return sql === null ? [] : [`(${sql})`];
  });
  const parts = some.includes(null) ? every : [`(${some.map((sql) => `(${sql})`).join(' or ')})`, ...every];
  return parts.length ? parts.join(' and ') : null;
};
