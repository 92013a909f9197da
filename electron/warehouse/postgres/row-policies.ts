import type pg from 'pg';
import type { Opened } from './catalog-views.ts';
import { type RowPolicies, rowPolicies } from './policies.ts';

/** Where a condition asks other tables it names its own, which a view does not have. */
const ASKS_ELSEWHERE = /\bselect\b/i;

/**
 * Row policies that bear on an opened relation, as conditions over its columns; null where none are active. Under a view they
 * are those of its table, for the role in whose name the view writes.
 */
export const policiesFor = async (
  client: pg.Client,
  { fact, base, byTrigger }: Opened,
): Promise<RowPolicies | null> => {
  const view = fact.kind === 'v';
  const secured = view ? (byTrigger ? undefined : base?.fact) : fact;
  if (!secured?.rowSecurity) return null;
  const shown = new Map(fact.columns.map((column) => [column.name, column]));
  const nameOf = (column: string): string | undefined => (view ? base?.shownAs.get(column) : column);
  const policies = await rowPolicies(client, secured, {
    // A renamed column cannot be asked for by the name the policy has.
    readable: (column) => nameOf(column) === column && shown.get(column)?.select === true,
    changeable: (column) => shown.get(nameOf(column) ?? '')?.update === true,
  });
  if (!view) return policies;
  const asked = (sql: string | null): string | null =>
    sql !== null && ASKS_ELSEWHERE.test(sql) ? null : sql;
  return {
    insert: policies.insert,
    update: asked(policies.update),
    delete: asked(policies.delete),
    select: policies.select,
  };
};
