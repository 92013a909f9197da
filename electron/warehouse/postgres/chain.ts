import type { ChainAnswer } from '../../../shared/model/audit.ts';
import type { Link } from './connect.ts';
import { CHAIN_VERSION, governanceVersion } from './outcome.ts';

/**
 * Links what was committed since to the audit's hash chain and answers its head, with what stands at link `known` now. Null
 * where schema `writ` is absent, not for this person, or older than the chain.
 */
export const followChain = async (link: Link, known: number): Promise<ChainAnswer | null> => {
  if ((await governanceVersion(link)) < CHAIN_VERSION) return null;
  const { rows } = await link.query(
    `select n, head, pg_catalog.to_char(last_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), known_head from writ.follow($1::bigint)`,
    [String(known)],
    'Checking the audit',
  );
  const [n, head, at, knownHead] = rows[0] ?? [];
  return {
    now: n == null || head == null || at == null ? null : { n: Number(n), head, at },
    known: knownHead ?? null,
  };
};
