import { z } from 'zod';
import { governancePlan, governanceState, governanceWish } from '../model/governance.ts';

/** Schema `writ` on the connected warehouse, as the person connected may have it. */
export const governanceOperations = {
  'governance.state': { kind: 'query', input: z.object({}), output: governanceState },
  /** What an installation would do; nothing is done. Null: all tables this person can govern, and the roles that write them. */
  'governance.plan': {
    kind: 'query',
    input: z.object({ wish: governanceWish.nullable() }),
    output: governancePlan,
  },
  /** Runs the script that was shown, named by its SHA-256, as the person and in one transaction; another one is refused. */
  'governance.install': {
    kind: 'command',
    input: z.object({ wish: governanceWish, sha256: z.string() }),
    output: governanceState,
  },
} as const;
