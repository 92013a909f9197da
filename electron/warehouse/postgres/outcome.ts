import { AppError } from '../../../shared/model/failure.ts';
import type { Capabilities } from '../../../shared/model/rights.ts';
import type { Link } from './connect.ts';

const DOING = 'Looking up a batch';
/** Version of schema writ this program works with. */
export const GOVERNANCE_VERSION = 2;

const capabilitySql = `select pg_catalog.to_regclass('writ.migration') is not null,
  coalesce(pg_catalog.has_schema_privilege(pg_catalog.to_regnamespace('writ')::oid, 'usage'), false)`;

const versionOf = async (link: Link): Promise<{ there: boolean; usable: boolean; version: number }> => {
  const [there, usable] = (await link.query(capabilitySql, [], DOING)).rows[0] ?? [];
  if (there !== 'true' || usable !== 'true') return { there: there === 'true', usable: false, version: 0 };
  const { rows } = await link.query('select coalesce(max(version), 0) from writ.migration', [], DOING);
  return { there: true, usable: true, version: Number(rows[0]?.[0] ?? 0) };
};

/** What this warehouse can do for this person; without use of schema `writ` outcomes are proven by transaction id. */
export const capabilitiesOf = async (link: Link): Promise<Capabilities> => {
  const { there, usable, version } = await versionOf(link);
  const governance = !there || !usable ? 'absent' : version < GOVERNANCE_VERSION ? 'outdated' : 'installed';
  return {
    transactions: true,
    rowPolicies: true,
    governance,
    outcomeProof: usable ? 'batch-id' : 'transaction-id',
  };
};

/**
 * What became of a batch: by its id where schema `writ` is, else by the transaction id kept as proof. Without either
 * COMMIT was never sent. Rejects with AppError `unavailable` where PostgreSQL no longer remembers the transaction.
 */
export const outcomeOf = async (
  link: Link,
  batch: string,
  proof: string | null,
): Promise<'committed' | 'not-committed' | 'in-progress'> => {
  const { usable } = await versionOf(link);
  if (usable) {
    const { rows } = await link.query('select writ.outcome($1::uuid)', [batch], DOING);
    const state = rows[0]?.[0];
    if (state === 'committed' || state === 'in-progress') return state;
    // A batch committed before schema writ was installed, or while it was not usable, is known by its transaction only.
    if (proof === null) return 'not-committed';
  }
  if (proof === null) return 'not-committed';
  const { rows } = await link.query('select pg_catalog.pg_xact_status($1::xid8)', [proof], DOING);
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
