import { z } from 'zod';
import { source } from './sheet.ts';

/** A role of the warehouse. */
const role = z.string().min(1).max(63);

/** What an administrator wants of an installation: tables to put under audit, roles that take part, roles that set policies. */
export const governanceWish = z.object({
  tables: z.array(source).max(2_000),
  users: z.array(role).max(500),
  administrators: z.array(role).max(100),
});
export type GovernanceWish = z.infer<typeof governanceWish>;

/** Where schema `writ` stands on a warehouse, and whether this person may change that. */
export const governanceState = z.object({
  state: z.enum(['absent', 'outdated', 'installed']),
  mayInstall: z.boolean(),
  /** Why not, as a sentence; null where the person may. */
  refusal: z.string().nullable(),
});
export type GovernanceState = z.infer<typeof governanceState>;

/** A table that could be governed, and what governing it would do to it. */
export const governanceTable = z.object({
  source,
  owner: z.string(),
  /** Columns that name a row in the audit. */
  key: z.array(z.string()),
  governed: z.boolean(),
  /** What became of its columns since, as a sentence: putting it under audit again renews its triggers. Null: nothing. */
  behind: z.string().nullable(),
  /** Why it cannot be governed by this person; null where it can. */
  problem: z.string().nullable(),
  /** Triggers it would get, partitions included. */
  triggers: z.array(z.string()),
  estimatedRows: z.number().nullable(),
});
export type GovernanceTable = z.infer<typeof governanceTable>;

/** What an installation would do; nothing was done yet. `sql` is the script that would run, `sha256` names it. */
export const governancePlan = governanceState.extend({
  wish: governanceWish,
  versions: z.array(z.object({ version: z.int(), name: z.string() })),
  tables: z.array(governanceTable),
  /** Roles that may write tables of the list, by the rights they hold now. */
  roles: z.array(role),
  sql: z.string(),
  sha256: z.string(),
});
export type GovernancePlan = z.infer<typeof governancePlan>;
