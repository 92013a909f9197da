import { z } from 'zod';
import { administratorRules } from '../model/administrator.ts';
import { connection, demoPerson, session, testedStep } from '../model/connection.ts';
import { savedFile } from './exchange.ts';

const none = z.object({});
const text = z.string().max(10_000);
const id = z.object({ id: z.string() });
/** A password, a passphrase or another secret; never logged, never part of an answer. */
const secret = text;

/** Rows one person changed on this machine and did not submit; null where they cannot be counted, for the reason given. */
const heldEdits = z.object({
  user: z.string(),
  rows: z.int().nullable(),
  sheets: z.int(),
  /** Batches that were submitted and have not ended: under review, or of unknown outcome. */
  batches: z.int(),
  reason: z.string().optional(),
});
export type HeldEdits = z.infer<typeof heldEdits>;

const listed = z.object({
  connections: z.array(connection),
  people: z.array(demoPerson),
  /** Ids of connections that come from the administrator's file and cannot be changed here. */
  managed: z.array(z.string()),
  /** People whose password, or passphrase of a key file, is kept on this machine. */
  passwords: z.array(z.object({ connection: z.string(), user: z.string() })),
  /** What the last sign-in at a provider proposed for a connection, by its id: whom it is meant for, and the role to begin with. */
  proposed: z.record(
    z.string(),
    z.object({ user: z.string(), value: z.string(), role: z.string().nullable() }),
  ),
  /** Removed connections for which edits may lie on this machine; they can be brought back. */
  removed: z.array(connection),
  rules: administratorRules,
  /** What is wrong with the files connections come from, as sentences. */
  problems: z.array(z.string()),
});
export type ListedConnections = z.infer<typeof listed>;

/** Operations on connections and on who is signed in. */
export const connectionOperations = {
  'connections.list': { kind: 'query', input: none, output: listed },
  /**
   * AppError `conflict edits-held` where another database would take over edits made on this one; `moved` says that it is the
   * same database at another place.
   */
  'connections.save': {
    kind: 'command',
    input: z.object({ connection, moved: z.boolean().default(false) }),
    output: z.object({ connection }),
  },
  /** What people hold on this machine for a connection, to be said before it is removed. */
  'connections.held': {
    kind: 'query',
    input: id.extend({ passphrase: secret.optional() }),
    output: z.object({ people: z.array(heldEdits) }),
  },
  /** The same edits as a CSV file, cell by cell; `unread` names people whose journal cannot be opened. */
  'connections.edits': {
    kind: 'query',
    input: id.extend({ passphrase: secret.optional() }),
    output: z.object({ file: savedFile, unread: z.array(z.string()) }),
  },
  /**
   * Deletes what lies on this machine of a removed connection, edits and the key they are under included; nothing brings it
   * back. `seen` is what the person was told: AppError `conflict edits-changed` where it is not that any more, `connection-in-use`
   * and `unavailable journal-in-use` where somebody works with it.
   */
  'connections.erase': {
    kind: 'command',
    input: id.extend({ seen: z.array(heldEdits), passphrase: secret.optional() }),
    output: none,
  },
  /** Takes it from the list, with kept passwords and tokens; journals of edits stay, and the connection can be brought back. */
  'connections.remove': { kind: 'command', input: id, output: none },
  'connections.restore': { kind: 'command', input: id, output: z.object({ connection }) },
  /** The connections of the list (all, or those named) as a file without users, passwords and tokens. */
  'connections.export': {
    kind: 'query',
    input: z.object({ ids: z.array(z.string()).optional() }),
    output: z.object({ fileName: z.string(), json: z.string() }),
  },
  /** Adds connections of such a file. One that is there already is left as it is. */
  'connections.import': {
    kind: 'command',
    input: z.object({ json: z.string().max(5_000_000) }),
    output: z.object({ added: z.array(connection), known: z.array(z.string()) }),
  },
  /**
   * Tries a connection step by step, saved or not; each step is also told by `connections.tested` as it begins and ends. A step
   * that fails ends the test. Nothing is kept. Cancelled by `exchange.cancel` with its name.
   */
  'connections.test': {
    kind: 'query',
    input: z.object({
      task: z.uuid(),
      connection,
      user: z.string(),
      password: secret.optional(),
      passphrase: secret.optional(),
    }),
    output: z.object({ steps: z.array(testedStep) }),
  },
  /** Forgets the kept password of a person on a connection. */
  'passwords.forget': {
    kind: 'command',
    input: z.object({ connection: z.string(), user: z.string() }),
    output: none,
  },
  /**
   * Signs in at the connection's provider in the person's own browser and answers with the database user to open the session
   * as: the one given, else the one the provider proposes. `session.browse` tells the address. Cancelled by `exchange.cancel`.
   */
  'session.browse': {
    kind: 'command',
    input: z.object({
      task: z.uuid(),
      connection: z.string(),
      user: z.string().optional(),
      /** The provider asks who it is, even where it knows. */
      again: z.boolean().default(false),
      /** Of the connections of this provider the claims choose one. AppError `denied not-proposed` where they choose none. */
      choose: z.boolean().default(false),
    }),
    output: z.object({ user: z.string(), connection }),
  },
  /** Starts the embedded warehouse when the connection is the embedded one; progress arrives as `start.progress`. */
  'session.open': {
    kind: 'command',
    input: z.object({
      connection: z.string(),
      user: z.string(),
      /** The password of the login, or what opens the key file of a certificate. */
      password: secret.optional(),
      /** Keep the password, encrypted under the key in the OS keychain or the vault. */
      remember: z.boolean().default(false),
      /** Opens (or, the first time, creates) the passphrase vault where there is no keychain. */
      passphrase: secret.optional(),
    }),
    output: session,
  },
  /**
   * Works on as another role of the login, or (null) with its own rights, in all windows of this person; `session.acting` tells.
   * AppError `denied role-refused` where the database does not let it.
   */
  'session.act': {
    kind: 'command',
    input: z.object({ role: z.string().min(1).max(63).nullable() }),
    output: z.object({ session }),
  },
  'session.current': { kind: 'query', input: none, output: z.object({ session: session.nullable() }) },
  'session.close': { kind: 'command', input: none, output: none },
  /** Ends the session and forgets the tokens; `revoked` tells whether the provider has revoked them (null: there were none). */
  'session.signout': {
    kind: 'command',
    input: none,
    output: z.object({ revoked: z.boolean().nullable() }),
  },
} as const satisfies Record<string, { kind: 'query' | 'command'; input: z.ZodType; output: z.ZodType }>;

export const connectionEvents = {
  /**
   * `signed-out`: the link is lost and the warehouse or the provider refuses to let this person in again; only the person can
   * help. Edits are kept meanwhile.
   */
  'session.state': z.object({
    state: z.enum(['connected', 'lost', 'signed-out', 'closed']),
    message: z.string(),
  }),
  /** The role may be another one than before. */
  'session.acting': z.object({ session }),
  'connections.tested': z.object({ task: z.string(), step: testedStep }),
  /** The address that was opened in the browser, for a person whose browser did not come up. */
  'session.browse': z.object({ task: z.string(), url: z.string() }),
} as const satisfies Record<string, z.ZodType>;
