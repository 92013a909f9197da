import { AppError } from '../../../shared/model/failure.ts';
import type { Capabilities } from '../../../shared/model/rights.ts';
import type { Link } from './connect.ts';

const DOING = 'Looking up a batch';
/** Version of schema writ this program works with. */
export const GOVERNANCE_VERSION = 22;

/** The version that brought the hash chain of the audit. */
export const CHAIN_VERSION = 20;
/** The version that lets one look back to a moment or a batch. */
export const HISTORY_VERSION = 21;

// A person without use of the schema may not even ask for its tables by name.
const schemaSql = `select coalesce(pg_catalog.bool_or(pg_catalog.has_schema_privilege(oid, 'usage')), false), count(*)
from pg_catalog.pg_namespace where nspname = 'writ'`;

const versionOf = async (link: Link): Promise<{ usable: boolean; version: number }> => {
  const [usable, count] = (await link.query(schemaSql, [], DOING)).rows[0] ?? [];
  if (usable !== 'true' || count === '0') return { usable: false, version: 0 };
  const { rows } = await link.query('select coalesce(max(version), 0) from writ.migration', [], DOING);
  return { usable: true, version: Number(rows[0]?.[0] ?? 0) };
};

/** The version of schema `writ` that this person can use; 0 without. */
export const governanceVersion = async (link: Link): Promise<number> => (await versionOf(link)).version;

/** What this warehouse can do for this person; without use of schema `writ` outcomes are proven by transaction id. */
export const capabilitiesOf = async (link: Link): Promise<Capabilities> => {
  const { usable, version } = await versionOf(link);
  const governance = !usable ? 'absent' : version < GOVERNANCE_VERSION ? 'outdated' : 'installed';
  return {
    transactions: true,
    rowPolicies: true,
    governance,
    outcomeProof: usable ? 'batch-id' : 'transaction-id',
  };
};

/** The proof of a transaction, to be kept until its outcome is known: whether the batch id was written, and its id. */
export const proofOf = (transaction: string, governed: boolean): string =>
  `${governed ? 'batch' : 'transaction'}:${transaction}`;

/**
 * What became of a batch: by its id where its transaction wrote one into schema `writ`, else by the transaction id. No
 * proof means that COMMIT was never sent. Rejects with AppError `unavailable` where PostgreSQL cannot tell any more.
 */
export const outcomeOf = async (
  link: Link,
  batch: string,
  proof: string | null,
): Promise<'committed' | 'not-committed' | 'in-progress'> => {
  const [, kind, transaction] = /^(batch|transaction):(\d+)$/.exec(proof ?? '') ?? [];
  if (kind === 'transaction' && transaction !== undefined) return byTransaction(link, batch, transaction);
  if ((await versionOf(link)).usable) return byBatch(link, batch);
  if (proof === null) return 'not-committed';
  throw new AppError(
    'unavailable',
    'outcome-out-of-reach',
    'The batch was written with governance, which this sign-in can no longer use. Ask the administrator for it, then look again.',
    { details: { batch } },
  );
};

const byBatch = async (link: Link, batch: string): Promise<'committed' | 'not-committed' | 'in-progress'> => {
  const { rows } = await link.query('select writ.outcome($1::uuid)', [batch], DOING);
  const state = rows[0]?.[0];
  return state === 'committed' || state === 'in-progress' ? state : 'not-committed';
};

const byTransaction = async (
  link: Link,
  batch: string,
  transaction: string,
): Promise<'committed' | 'not-committed' | 'in-progress'> => {
  const { rows } = await link.query('select pg_catalog.pg_xact_status($1::xid8)', [transaction], DOING);
  switch (rows[0]?.[0]) {
    case 'committed':
      return 'committed';
    case 'aborted':
      return 'not-committed';
    case 'in progress':
      return 'in-progress';
    default:
      throw new AppError(
        'unavailable',
        'outcome-forgotten',
        'The database no longer remembers this transaction. Compare the rows with the edits and discard what was written.',
        { details: { batch } },
      );
  }
};
