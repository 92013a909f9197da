import { type Connection, tlsProblem } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { ProfileKey } from '../identity/keys.ts';
import type { TokenOwner } from '../identity/oidc/token-source.ts';
import type { Profile } from '../profile.ts';
import { profileName } from '../profiles.ts';
import type { Warehouse } from '../warehouse/adapter.ts';
import type { EmbeddedWarehouse } from '../warehouse/embedded/embedded.ts';
import { openPostgres } from '../warehouse/postgres/postgres.ts';
import { isReachable } from '../warehouse/postgres/reachable.ts';
import { proposedRole } from './claims.ts';
import type { Client, Shared } from './context.ts';
import { authoritiesOf, type Credential, credentialOf } from './credentials.ts';

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
      connect: (role) => connect(client, connection, person.user, { password: person.password }, role),
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

/** Signs in to a warehouse in the connection's way, with what is given or kept. */
export const openRemote = async (
  client: Client,
  connection: Connection,
  input: SignIn,
): Promise<{
  readonly profile: Profile;
  readonly owner: TokenOwner | null;
  readonly unlocked: Client['unlocked'];
}> => {
  const { shared } = client;
  const { user } = input;
  refuseUnsafe(connection);
  const key = await keyOf(client, connection, input);
  const found = await credentialOrNeed(client, connection, input, key);
  const credential = found instanceof AppError ? null : found;
  let profile: Profile;
  try {
    profile = await shared.profiles.acquire({
      connection,
      person: { user, name: user },
      key,
      connect: (role) =>
        found instanceof AppError
          ? neededBy(connection, found)
          : connect(client, connection, user, found, role),
    });
  } catch (error) {
    // Tokens the database refuses are of somebody else: the next attempt asks the person.
    if (credential?.owner && AppError.wrap(error).code === 'sign-in-refused')
      await shared.tokens.forget(credential.owner.profile).catch(() => {});
    throw error;
  }
  if (
    input.remember &&
    credential &&
    credential.keep !== null &&
    shared.administrator.rules().keepPasswords
  ) {
    // Being signed in does not depend on the password being kept.
    await shared.passwords.keep(connection.id, user, key, credential.keep).catch(() => {});
  }
  const unlocked = { profile: profileName(connection.id, user), key };
  return { profile, owner: credential?.owner ?? null, unlocked };
};

/** AppError `denied` for encryption that a connection must not be used with. */
export const refuseUnsafe = (connection: Connection): void => {
  const problem = tlsProblem(connection);
  if (problem) throw new AppError('denied', problem.code, problem.message);
};

/** The key of a person's profile on a connection that is not the demo's. */
export const keyOf = (
  { shared, unlocked }: Client,
  connection: Connection,
  { user, passphrase }: Pick<SignIn, 'user' | 'passphrase'>,
): Promise<ProfileKey> => {
  const name = profileName(connection.id, user);
  if (passphrase === undefined && unlocked?.profile === name) return Promise.resolve(unlocked.key);
  return shared.keys.profileKey(name, { demo: false, ...(passphrase === undefined ? {} : { passphrase }) });
};

/** Without a credential only this can be known: that the server is there and wants one, or that it cannot be reached. */
const neededBy = async ({ host, port }: Connection, failure: AppError): Promise<never> => {
  if (await isReachable(host, port, REACH_MS)) throw failure;
  throw new AppError('unavailable', 'connection-lost', 'The database cannot be reached. Check the network.');
};

const REACH_MS = 2_000;

/** What the person signs in with; where that is missing, a person known before may work without the warehouse all the same. */
const credentialOrNeed = async (
  client: Client,
  connection: Connection,
  { user, password }: SignIn,
  key: ProfileKey,
): Promise<Credential | AppError> => {
  try {
    return await credentialOf(client, connection, user, key, password);
  } catch (error) {
    const failure = AppError.wrap(error);
    if (failure.kind !== 'denied' || !client.shared.profiles.isKnown(connection.id, user)) throw failure;
    return failure;
  }
};

/** Opens the warehouse of a connection as a person: in the role given, null for the login's own rights, else the proposed one. */
export const connect = async (
  { shared }: Client,
  connection: Connection,
  user: string,
  { password, identity }: Pick<Credential, 'password' | 'identity'>,
  role?: string | null,
): Promise<Warehouse> => {
  // Renewing a token may bring other claims, which propose the role.
  if (typeof password === 'function') await password();
  return openPostgres({
    role: role === undefined ? proposedRole(shared.settings, connection, user) : (role ?? undefined),
    host: connection.host,
    port: connection.port,
    database: connection.database,
    user,
    password,
    tls: connection.tls,
    ...(identity ? { identity } : {}),
    ...(await authoritiesOf(connection)),
    timeZone: shared.timeZone,
    version: shared.version,
  });
};

/** Where the claims of a person propose another role than the link works in, and the person chose none, work goes on in that. */
export const followClaims = async ({ settings }: Shared, profile: Profile): Promise<void> => {
  const { connection, person } = profile.session;
  if (!profile.link.isReached) return;
  const proposed = proposedRole(settings, connection, person.user);
  if (proposed === profile.warehouse.identity.acting?.role) return;
  // Without a link it is done when that is back.
  await profile.followProposal().catch(() => {});
};
