import type { Connection } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import { createSecrets } from '../identity/secrets.ts';
import { profileName } from '../profiles.ts';
import type { Warehouse } from '../warehouse/adapter.ts';
import { demoPeople } from '../warehouse/embedded/people.ts';
import { openPostgres } from '../warehouse/postgres/postgres.ts';
import { type Client, DEMO, type Handlers } from './context.ts';
import { closeViews } from './rows.ts';

type SessionHandlers = Pick<
  Handlers,
  | 'connections.list'
  | 'connections.save'
  | 'connections.remove'
  | 'session.open'
  | 'session.current'
  | 'session.close'
>;

export const sessionHandlers: SessionHandlers = {
  'connections.list': ({ shared }) => ({
    connections: [DEMO, ...shared.settings.read().connections],
    people: [...demoPeople],
  }),
  'connections.save': ({ shared }, { connection }) => {
    if (connection.id === DEMO.id || connection.kind === 'embedded') {
      throw new AppError('invalid', 'demo-connection', 'The demo workspace cannot be changed.');
    }
    const rest = shared.settings.read().connections.filter((each) => each.id !== connection.id);
    shared.settings.update({ connections: [...rest, connection] });
    return { connection };
  },
  'connections.remove': ({ shared }, { id }) => {
    shared.settings.update({
      connections: shared.settings.read().connections.filter((each) => each.id !== id),
    });
    return {};
  },
  'session.open': async (client, input) => {
    const connection = connectionOf(client, input.connection);
    const opened =
      connection.kind === 'embedded' ? openDemo(client, input.user) : openRemote(client, connection, input);
    const profile = await opened;
    await leave(client);
    client.profile = profile;
    profile.warehouse.onLost(
      (message) => client.profile === profile && client.send('session.state', { state: 'lost', message }),
    );
    client.send('session.state', {
      state: 'connected',
      message: `Connected to ${connection.name} as ${profile.session.person.user}.`,
    });
    return profile.session;
  },
  'session.current': (client) => ({ session: client.profile?.session ?? null }),
  'session.close': async (client) => {
    await leave(client);
    client.send('session.state', { state: 'closed', message: 'Signed out.' });
    return {};
  },
};

/** Ends a client's session; the profile closes with its last client. */
export const leave = async (client: Client): Promise<void> => {
  const { profile } = client;
  closeViews(client);
  client.profile = null;
  if (profile) await client.shared.profiles.release(profile);
};

const connectionOf = (client: Client, id: string): Connection => {
  const found = [DEMO, ...client.shared.settings.read().connections].find((each) => each.id === id);
  if (!found)
    throw new AppError('invalid', 'connection-unknown', 'This connection is not in the list any more.');
  return found;
};

const openDemo = async (client: Client, user: string) => {
  const { shared } = client;
  const embedded = await shared.embedded((event) => client.send('start.progress', event));
  const person = embedded.people.find((each) => each.user === user);
  if (!person)
    throw new AppError('invalid', 'person-unknown', 'This person is not part of the demo workspace.');
  const connection = { ...DEMO, port: embedded.port };
  const key = await shared.keys.profileKey(profileName(DEMO.id, user), { demo: true });
  return shared.profiles.acquire({
    connection,
    person: { user: person.user, name: person.name, title: person.title },
    key,
    connect: () => connect(client, connection, person.user, person.password),
  });
};

const openRemote = async (
  client: Client,
  connection: Connection,
  input: { user: string; password?: string | undefined; remember: boolean; passphrase?: string | undefined },
) => {
  const { shared } = client;
  const how =
    input.passphrase === undefined ? { demo: false } : { demo: false, passphrase: input.passphrase };
  const key = await shared.keys.profileKey(profileName(connection.id, input.user), how);
  const secrets = createSecrets({
    folder: shared.dataFolder,
    keyOf: () => Promise.resolve(key),
    random: shared.randomBytes,
  });
  const password = input.password ?? (await secrets.password(connection.id, input.user));
  if (password === null) {
    throw new AppError('denied', 'password-needed', 'Enter the password of this database login.');
  }
  // Another window being this person already is no proof: every sign-in is checked by the warehouse.
  if (shared.profiles.isOpen(connection.id, input.user)) {
    await (await connect(client, connection, input.user, password)).close();
  }
  const profile = await shared.profiles.acquire({
    connection,
    person: { user: input.user, name: input.user },
    key,
    connect: () => connect(client, connection, input.user, password),
  });
  if (input.remember) await secrets.remember(connection.id, input.user, password);
  return profile;
};

const connect = (
  client: Client,
  connection: Connection,
  user: string,
  password: string,
): Promise<Warehouse> =>
  openPostgres({
    host: connection.host,
    port: connection.port,
    database: connection.database,
    user,
    password,
    tls: connection.tls,
    timeZone: client.shared.timeZone,
    version: client.shared.version,
  });
