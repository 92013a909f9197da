import { z } from 'zod';
import { isLoopback, type SignInMethod, signInMethod } from './sign-in.ts';

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

/** Whether a server is on this machine: a loopback name or address, or the folder of a Unix socket. */
export const isOnThisMachine = (host: string): boolean => isLoopback(host) || host.startsWith('/');

/**
 * Why a connection must not be used with its kind of encryption, as a code and a sentence; null where it may. What proves who a
 * person is never crosses a network in clear, and a token, which works for whoever holds it, goes only to a server that proved
 * its name.
 */
export const tlsProblem = (of: Connection): { readonly code: string; readonly message: string } | null => {
  const { kind } = signInOf(of);
  if (kind === 'certificate' && of.tls === 'disable')
    return {
      code: 'tls-needed',
      message: 'A client certificate needs encryption. Choose how the server is verified.',
    };
  if (isOnThisMachine(of.host)) return null;
  if (of.tls === 'disable')
    return {
      code: 'tls-needed',
      message:
        'Without encryption only a server on this machine can be used. Choose how the server is verified.',
    };
  if (kind === 'oidc' && of.tls === 'require')
    return {
      code: 'tls-unverified',
      message:
        'An access token is sent only to a server that proved who it is. Choose a verified encryption.',
    };
  return null;
};

/** One step of testing a connection. `ms` is how long it took; `message` says what was found, or what to do. */
export const testedStep = z.object({
  name: z.enum(['dns', 'network', 'tls', 'sign-in', 'role', 'governance']),
  state: z.enum(['running', 'ok', 'warning', 'failed', 'skipped']),
  ms: z.number(),
  message: z.string(),
});
export type TestedStep = z.infer<typeof testedStep>;

/** A person of the demo workspace, each with an own database login. */
export const demoPerson = z.object({
  user: z.string(),
  name: z.string(),
  title: z.string(),
  about: z.string(),
});
export type DemoPerson = z.infer<typeof demoPerson>;

/**
 * The role a session works as instead of the login's own rights; `refused`: it was proposed, the database does not let this login
 * take it, and the login's own rights count.
 */
export const actingRole = z.object({ role: z.string(), refused: z.boolean() });
export type ActingRole = z.infer<typeof actingRole>;

/** Who is connected to what, as the warehouse itself answers (`session_user`). */
export const session = z.object({
  connection,
  person: z.object({ user: z.string(), name: z.string(), title: z.string().optional() }),
  /** Roles this login is a member of. */
  roles: z.array(z.string()),
  acting: actingRole.optional(),
  serverVersion: z.string(),
  /** How the journal's key is kept on this machine. */
  journalKey: z.enum(['keychain', 'passphrase', 'demo-file']),
  /** What had to be done to open a damaged journal of edits; absent where it was sound. */
  journalRecovery: z
    .object({
      /** Where the damaged file lies now. */
      movedTo: z.string().nullable(),
      /** Changes taken over. */
      entries: z.int(),
      /** Changes that could not be read; null where the file does not tell. */
      lost: z.int().nullable(),
    })
    .optional(),
});
export type Session = z.infer<typeof session>;
