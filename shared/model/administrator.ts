import { z } from 'zod';
import { connection } from './connection.ts';

/** What people may do on a machine whose administrator has laid down its connections. */
export const administratorRules = z.object({
  /** Add, change, remove, import, and open connections of one's own. */
  ownConnections: z.boolean().default(true),
  /** Keep passwords on this machine. */
  keepPasswords: z.boolean().default(true),
  /** Work in the demo workspace. */
  demo: z.boolean().default(true),
});
export type AdministratorRules = z.infer<typeof administratorRules>;

/** The rules where no administrator has said anything. */
export const NO_RULES: AdministratorRules = { ownConnections: true, keepPasswords: true, demo: true };

/** The administrator's file: connections everybody on the machine has and cannot change, and what is allowed beside them. */
export const administratorFile = z.object({
  version: z.literal(1),
  connections: z.array(connection.refine(({ kind }) => kind !== 'embedded')).default([]),
  allow: administratorRules.default(NO_RULES),
});
export type AdministratorFile = z.infer<typeof administratorFile>;

/** A file of connections to hand to somebody else: no users, no secrets. */
export const connectionsFile = z.object({
  writ: z.literal('connections'),
  version: z.literal(1),
  connections: z.array(connection.omit({ user: true }).refine(({ kind }) => kind !== 'embedded')).max(1_000),
});
export type ConnectionsFile = z.infer<typeof connectionsFile>;
