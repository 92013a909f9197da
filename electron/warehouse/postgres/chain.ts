import type { ChainAnswer } from '../../../shared/model/audit.ts';
import type { Link } from './connect.ts';
import { CHAIN_VERSION, governanceVersion } from './outcome.ts';

/**
 * Links what was committed since to the audit's hash chain and answers its head, with what stands at link `known` now. Null
 * where schema `writ` is absent, not for this person, or older than the chain.
 */
export const followChain = async (link: Link, known: number): Promise<ChainAnswer | null> => {
  if ((await governanceVersion(link)) < CHAIN_VERSION) return null;
  // Without parameters, so that it is one message and a transaction of its own: else nothing is linked (writ.stands_alone).
  const { rows } = await link.query(
    `select n, head, at, known_head from writ.follow(${BigInt(known)})`,
    [],
    'Checking the audit',
  );
  const [n, head, at, knownHead] = rows[0] ?? [];
  return {
    now: n == null || head == null || at == null ? null : { n: Number(n), head, at },
    known: knownHead ?? null,
  };
};
