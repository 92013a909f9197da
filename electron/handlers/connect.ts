import type { Connection } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { Profile } from '../profile.ts';
import { profileName } from '../profiles.ts';
import type { Warehouse } from '../warehouse/adapter.ts';
import type { EmbeddedWarehouse } from '../warehouse/embedded/embedded.ts';
import { openPostgres } from '../warehouse/postgres/postgres.ts';
import type { Client } from './context.ts';

/** The demo's connection; its port is known once it runs. */
export const DEMO: Connection = {
  id: 'demo',
  name: 'Demo workspace',
  kind: 'embedded',
  host: '127.0.0.1',
  port: 5432,
  database: 'plan',
  tls: 'disable',
};

/** Signs in as a person of the demo workspace, which is started when it does not run. */
export const openDemo = async (client: Client, user: string): Promise<Profile> => {
  const { shared } = client;
  const start = (dead?: EmbeddedWarehouse) =>
    shared.demo.open((event) => client.send('start.progress', event), dead);
  const signIn = async (embedded: EmbeddedWarehouse): Promise<Profile> => {
    const person = embedded.people.find((each) => each.user === user);
    if (!person)
      throw new AppError('invalid', 'person-unknown', 'This person is not part of the demo workspace.');
    const connection = { ...DEMO, port: embedded.port, database: embedded.database };
    return shared.profiles.acquire({
      connection,
      person: { user: person.user, name: person.name, title: person.title },
      key: await shared.keys.profileKey(profileName(DEMO.id, user), { demo: true }),
      connect: () => connect(client, connection, person.user, person.password),
    });
  };
  const embedded = await start();
  try {
    return await signIn(embedded);
  } catch (error) {
    if (AppError.wrap(error).code !== 'connection-lost') throw error;
    // Its server was stopped behind this program's back.
    return signIn(await start(embedded));
  }
};

/** Who signs in to a connection, and how. */
export interface SignIn {
  readonly user: string;
  readonly password?: string | undefined;
  readonly remember: boolean;
  readonly passphrase?: string | undefined;
}

/** Signs in to a warehouse with the password given or kept. */
export const openRemote = async (client: Client, connection: Connection, input: SignIn): Promise<Profile> => {
  const { shared } = client;
  const { user, passphrase } = input;
  const key = await shared.keys.profileKey(profileName(connection.id, user), {
    demo: false,
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  const password = input.password ?? (await shared.passwords.find(connection.id, user, key));
  if (password === null)
    throw new AppError('denied', 'password-needed', 'Enter the password of this database login.');
  const profile = await shared.profiles.acquire({
    connection,
    person: { user, name: user },
    key,
    connect: () => connect(client, connection, user, password),
  });
  if (input.remember) {
    // Being signed in does not depend on the password being kept.
    await shared.passwords.keep(connection.id, user, key, password).catch(() => {});
  }
  return profile;
};

const connect = (
  { shared }: Client,
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
    timeZone: shared.timeZone,
    version: shared.version,
  });
