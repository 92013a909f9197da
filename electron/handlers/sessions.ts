import type { Connection, Session } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import { resolveOpenBatches } from '../governance/resolve.ts';
import { within } from '../profile.ts';
import { demoPeople } from '../warehouse/embedded/people.ts';
import { announceToProfile } from './announce.ts';
import { followAndTell } from './announce-reviews.ts';
import { DEMO, openDemo, openRemote, type SignIn } from './connect.ts';
import type { Client, Handlers } from './context.ts';
import { closeSheets } from './sheets.ts';

type SessionHandlers = Pick<
  Handlers,
  | 'connections.list'
  | 'connections.save'
  | 'connections.remove'
  | 'session.open'
  | 'session.current'
  | 'session.close'
>;

/** How long a sign-in waits for batches that were left open; what takes longer goes on behind it. */
const RESOLVE_MS = 3_000;

export const sessionHandlers: SessionHandlers = {
  'connections.list': ({ shared }) => ({
    connections: [DEMO, ...shared.settings.read().connections],
    people: [...demoPeople],
  }),
  'connections.save': ({ shared }, { connection }) => {
    if (connection.id === DEMO.id || connection.kind === 'embedded')
      throw new AppError('invalid', 'demo-connection', 'The demo workspace cannot be changed.');
    const { connections } = shared.settings.read();
    const known = connections.some((each) => each.id === connection.id);
    shared.settings.update({
      connections: known
        ? connections.map((each) => (each.id === connection.id ? connection : each))
        : [...connections, connection],
    });
    return { connection };
  },
  'connections.remove': async ({ shared }, { id }) => {
    const { connections } = shared.settings.read();
    const removed = connections.find((each) => each.id === id);
    shared.settings.update({ connections: connections.filter((each) => each.id !== id) });
    if (removed?.user !== undefined) await shared.passwords.forget(id, removed.user);
    return {};
  },
  'session.open': (client, input) => inTurn(client, () => signIn(client, input.connection, input)),
  'session.current': (client) => ({ session: client.profile?.session ?? null }),
  'session.close': (client) =>
    inTurn(client, async () => {
      await leave(client);
      client.send('session.state', { state: 'closed', message: 'Signed out.' });
      return {};
    }),
};

/** Ends a client for good, after a sign-in under way. */
export const endClient = (client: Client): Promise<void> => {
  client.closed = true;
  for (const task of client.tasks.values()) task.abort();
  return inTurn(client, () => leave(client));
};

const signIn = async (client: Client, id: string, input: SignIn): Promise<Session> => {
  const connection = connectionOf(client, id);
  const profile = await (connection.kind === 'embedded'
    ? openDemo(client, input.user)
    : openRemote(client, connection, input));
  if (client.closed) {
    await client.shared.profiles.release(profile);
    throw new AppError('cancelled', 'client-gone', 'The window was closed.');
  }
  await leave(client);
  client.profile = profile;
  await within(
    RESOLVE_MS,
    Promise.all([
      resolveOpenBatches(profile).then((all) => announceToProfile(client.shared, profile, all)),
      followAndTell(client.shared, profile),
    ]),
  );
  client.send('session.state', {
    state: 'connected',
    message: `Connected to ${connection.name} as ${profile.session.person.name}.`,
  });
  return profile.session;
};

/** Ends a client's session; the profile closes with its last client. */
const leave = async (client: Client): Promise<void> => {
  const { profile } = client;
  closeSheets(client);
  client.profile = null;
  client.troubled = false;
  if (profile) await client.shared.profiles.release(profile);
};

const inTurn = <T>(client: Client, work: () => Promise<T>): Promise<T> => {
  const next = client.turn.then(work);
  client.turn = next.catch(() => {});
  return next;
};

const connectionOf = (client: Client, id: string): Connection => {
  const found = [DEMO, ...client.shared.settings.read().connections].find((each) => each.id === id);
  if (!found)
    throw new AppError('invalid', 'connection-unknown', 'This connection is not in the list any more.');
  return found;
};
