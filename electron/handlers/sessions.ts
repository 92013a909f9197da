import { type Connection, type Session, signInOf } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import { resolveOpenBatches } from '../governance/resolve.ts';
import { signInWithBrowser, userOf } from '../identity/oidc/browser-sign-in.ts';
import { within } from '../profile.ts';
import { announceToProfile } from './announce.ts';
import { followAndTell } from './announce-reviews.ts';
import { chosenBy, forgetClaims, keepClaims } from './claims.ts';
import { openDemo, openRemote, refuseUnsafe, type SignIn } from './connect.ts';
import { connectionOf, connectionsOf } from './connections.ts';
import { type Client, type Handlers, profileOf } from './context.ts';
import { tellAudit } from './history.ts';
import { settleAndSend } from './offline.ts';
import { closeSheets } from './sheets.ts';
import { runTask } from './tasks.ts';

type SessionHandlers = Pick<
  Handlers,
  'session.browse' | 'session.open' | 'session.act' | 'session.current' | 'session.close' | 'session.signout'
>;

/** How long a sign-in waits for batches that were left open; what takes longer goes on behind it. */
const RESOLVE_MS = 3_000;

export const sessionHandlers: SessionHandlers = {
  'session.browse': (client, input) =>
    runTask(client, input.task, async ({ signal }) => {
      const { shared } = client;
      const connection = connectionOf(client, input.connection);
      const settings = signInOf(connection);
      if (settings.kind !== 'oidc')
        throw new AppError('invalid', 'no-provider', 'This connection has no sign-in provider.');
      refuseUnsafe(connection);
      const { tokens, claims } = await signInWithBrowser({
        settings,
        open: (url) => {
          client.send('session.browse', { task: input.task, url });
          shared.openBrowser(url);
        },
        now: () => shared.now().getTime(),
        signal,
        again: input.again || shared.settings.read().signedOut.includes(connection.id),
      });
      const all = connectionsOf(shared);
      const opened = input.choose ? chosenBy(claims, settings, all) : connection;
      const method = signInOf(opened);
      // A claim only proposes who to be; whether that works the warehouse says.
      const proposed = method.kind === 'oidc' ? userOf(claims, method) : null;
      const user = (input.choose ? null : input.user) || proposed;
      if (!user) throw userNeeded(opened);
      keepClaims(shared.settings, all, { connection: opened, user, claims });
      client.arrived = { connection: opened.id, user, tokens };
      return { user, connection: opened };
    }),
  'session.open': (client, input) => inTurn(client, () => signIn(client, input.connection, input)),
  'session.act': (client, { role }) =>
    inTurn(client, async () => {
      const profile = profileOf(client);
      await profile.act(role);
      return { session: profile.session };
    }),
  'session.current': (client) => ({ session: client.profile?.session ?? null }),
  'session.close': (client) =>
    inTurn(client, async () => {
      await leave(client);
      client.send('session.state', { state: 'closed', message: 'Signed out.' });
      return {};
    }),
  'session.signout': (client) =>
    inTurn(client, async () => {
      const revoked = await forgetTokens(client);
      await leave(client);
      client.send('session.state', { state: 'closed', message: 'Signed out.' });
      return { revoked };
    }),
};

const userNeeded = (connection: Connection): AppError => {
  const method = signInOf(connection);
  const claim = method.kind === 'oidc' ? ` (claim "${method.userClaim}")` : '';
  return new AppError(
    'invalid',
    'user-needed',
    `The provider names no database user${claim}. Enter the user and sign in again.`,
  );
};

/** Ends a client for good, after a sign-in under way. */
export const endClient = (client: Client): Promise<void> => {
  client.closed = true;
  client.arrived = null;
  for (const task of client.tasks.values()) task.abort();
  return inTurn(client, () => leave(client));
};

const signIn = async (client: Client, id: string, input: SignIn): Promise<Session> => {
  const connection = connectionOf(client, id);
  const { profile, owner, unlocked } =
    connection.kind === 'embedded'
      ? { profile: await openDemo(client, input.user), owner: null, unlocked: null }
      : await openRemote(client, connection, input);
  if (client.closed) {
    await client.shared.profiles.release(profile);
    throw new AppError('cancelled', 'client-gone', 'The window was closed.');
  }
  await leave(client);
  client.profile = profile;
  client.owner = owner;
  client.unlocked = unlocked;
  remember(client, connection, input.user);
  const { link, session } = profile;
  client.send('link.changed', link.state);
  if (link.isDown) {
    client.send('session.state', {
      state: link.state.state === 'signed-out' ? 'signed-out' : 'lost',
      message: link.state.message,
    });
    return session;
  }
  await within(
    RESOLVE_MS,
    Promise.all([
      resolveOpenBatches(profile).then((all) => announceToProfile(client.shared, profile, all)),
      followAndTell(client.shared, profile),
    ]),
  );
  tellAudit(client.shared, profile);
  client.send('session.state', {
    state: 'connected',
    message: `Connected to ${connection.name} as ${session.person.name}.`,
  });
  void settleAndSend(client.shared, profile);
  return session;
};

/** Notes who has a journal for the connection, and that the provider need not ask again. */
const remember = ({ shared }: Client, { id, kind }: Connection, user: string): void => {
  if (kind === 'embedded') return;
  const { logins, signedOut } = shared.settings.read();
  const known = logins[id] ?? [];
  if (known.includes(user) && !signedOut.includes(id)) return;
  shared.settings.update({
    logins: { ...logins, [id]: [...new Set([...known, user])] },
    signedOut: signedOut.filter((each) => each !== id),
  });
};

/** Forgets the tokens of whoever is signed in: whether the provider revoked them, null where there are none. */
const forgetTokens = async ({ shared, owner, profile }: Client): Promise<boolean | null> => {
  if (!owner || !profile) return null;
  const { connection, person } = profile.session;
  const { signedOut } = shared.settings.read();
  shared.settings.update({ signedOut: [...new Set([...signedOut, connection.id])] });
  forgetClaims(shared.settings, connection.id, person.user);
  return (await shared.tokens.signOut(owner)).revoked;
};

/** Ends a client's session; the profile closes with its last client. */
const leave = async (client: Client): Promise<void> => {
  const { profile } = client;
  closeSheets(client);
  client.profile = null;
  client.owner = null;
  client.unlocked = null;
  client.troubled = false;
  if (profile) await client.shared.profiles.release(profile);
};

const inTurn = <T>(client: Client, work: () => Promise<T>): Promise<T> => {
  const next = client.turn.then(work);
  client.turn = next.catch(() => {});
  return next;
};
