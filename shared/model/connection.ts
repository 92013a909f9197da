import { z } from 'zod';
import { type SignInMethod, signInMethod } from './sign-in.ts';

/** How a warehouse is reached. Secrets are never part of it. */
export const connection = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['embedded', 'postgres']),
  host: z.string(),
  port: z.int().min(1).max(65535),
  database: z.string(),
  /** libpq's sslmode, reduced to what is safe to offer; verify-full is the default outside loopback. */
  tls: z.enum(['disable', 'require', 'verify-ca', 'verify-full']),
  /** PEM file of the authorities to trust instead of this machine's. */
  caFile: z.string().max(1_000).optional(),
  /** Absent: a password. */
  signIn: signInMethod.optional(),
  /** Proposed user name; one login per person. */
  user: z.string().optional(),
});
export type Connection = z.infer<typeof connection>;

/** How people sign in to a connection; a password where it does not say. */
export const signInOf = (connection: Connection): SignInMethod => connection.signIn ?? { kind: 'password' };

/** A person of the demo workspace, each with an own database login. */
export const demoPerson = z.object({
  user: z.string(),
  name: z.string(),
  title: z.string(),
  about: z.string(),
});
export type DemoPerson = z.infer<typeof demoPerson>;

/** Who is connected to what, as the warehouse itself answers (`session_user`). */
export const session = z.object({
  connection,
  person: z.object({ user: z.string(), name: z.string(), title: z.string().optional() }),
  roles: z.array(z.string()),
  serverVersion: z.string(),
  /** How the journal's key is kept on this machine. */
  journalKey: z.enum(['keychain', 'passphrase', 'demo-file']),
});
export type Session = z.infer<typeof session>;
