import type { SheetRights } from '../../../shared/model/rights.ts';
import type { RelationFact } from './catalog-facts.ts';
import type { KeyFact } from './catalog-keys.ts';
import type { RowPolicies } from './policies.ts';

/** Why nothing can be written whoever asks, by kind of relation. */
const NEVER: Readonly<Record<string, string>> = {
  m: 'A materialized view is filled by the database; its rows can only be read.',
};

/**
 * What the person may do, as one prediction: an action is offered only when the database would accept it for privileges.
 * `fact` holds the rights of columns, `policies` those of rows where row security is active.
 */
export const rightsOf = (fact: RelationFact, key: KeyFact, policies: RowPolicies | null): SheetRights => {
  const { columns } = fact;
  const select = columns.some((column) => column.select);
  const typed = columns.filter((column) => !column.generated && column.identity !== 'always');
  const blocked = blockedReason(fact, key);
  const updateColumns = typed.filter((column) => column.select && column.update).map(({ name }) => name);
  const insertColumns = typed.filter((column) => column.select && column.insert).map(({ name }) => name);
  const unreachable = typed.filter(
    (column) =>
      column.notNull &&
      column.defaultSql === null &&
      column.identity === null &&
      !insertColumns.includes(column.name),
  );
  const insert =
    insertColumns.length > 0 && unreachable.length === 0 && fact.writes.insert && policies?.insert !== false;
  const update = fact.writes.update && policies?.update !== 'false';
  const remove = fact.deletable && fact.writes.delete && policies?.delete !== 'false';
  if (blocked !== null) return readOnly(select, policies !== null, blocked);
  const rights = {
    select,
    insert,
    delete: remove,
    updateColumns: update ? updateColumns : [],
    insertColumns: insert ? insertColumns : [],
    rowPolicies: policies !== null,
  };
  if (insert || remove || rights.updateColumns.length) return rights;
  return readOnly(select, policies !== null, missingRights(fact));
};

const readOnly = (select: boolean, rowPolicies: boolean, readOnlyReason: string): SheetRights => ({
  ...{ select, insert: false, delete: false, updateColumns: [], insertColumns: [], rowPolicies },
  readOnlyReason,
});

const blockedReason = (fact: RelationFact, key: KeyFact): string | null => {
  if (fact.readOnlyServer) return 'This server accepts no changes (it is a replica or set to read-only).';
  const never = NEVER[fact.kind];
  if (never) return never;
  if (!Object.values(fact.writes).includes(true))
    return fact.kind === 'v'
      ? 'This view cannot be written: it combines or summarises rows of its tables.'
      : 'The server behind this foreign table accepts no changes.';
  if (!key.columns.length) return key.reason ?? 'Rows cannot be told apart, so they can only be read.';
  return null;
};

const missingRights = (fact: RelationFact): string =>
  `This sign-in may read but not change "${fact.table}". Ask an administrator of the database for the right to change it.`;
