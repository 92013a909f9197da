import { type Connection, signInOf, type TestedStep } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import { readCertificate } from '../identity/certificate.ts';
import type { Warehouse } from '../warehouse/adapter.ts';
import { type ProbedTls, probeName, probeNetwork, probeTls } from '../warehouse/postgres/probe.ts';
import { connect, keyOf, refuseUnsafe } from './connect.ts';
import type { Client, Handlers } from './context.ts';
import { authoritiesOf, type Credential, credentialOf } from './credentials.ts';
import { usersOf } from './held-edits.ts';
import { runTask } from './tasks.ts';

type Found = readonly [state: 'ok' | 'warning' | 'skipped', message: string];
type Step = TestedStep['name'];

const STEPS: readonly Step[] = ['dns', 'network', 'tls', 'sign-in', 'role', 'governance'];
const DAY_MS = 86_400_000;
/** A certificate that ends sooner is worth a word. */
const SOON_DAYS = 21;

/** Tries a connection step by step and tells each; a step that fails ends the test. Keeps nothing. */
export const testConnection: Handlers['connections.test'] = (client, input) =>
  runTask(client, input.task, async ({ signal }) => {
    const { connection, task } = input;
    const { clock } = client.shared;
    const steps: TestedStep[] = [];
    let failed = false;
    const tell = (step: TestedStep): void => client.send('connections.tested', { task, step });
    const run = async (name: Step, work: () => Promise<Found> | Found): Promise<void> => {
      if (failed) return;
      tell({ name, state: 'running', ms: 0, message: '' });
      const began = clock();
      const end = (state: TestedStep['state'], message: string): void => {
        const step: TestedStep = { name, state, ms: Math.round(clock() - began), message };
        steps.push(step);
        tell(step);
      };
      try {
        end(...(await work()));
      } catch (error) {
        const failure = AppError.wrap(error);
        if (failure.kind === 'cancelled') throw failure;
        failed = true;
        end('failed', failure.message);
      }
      signal.throwIfAborted();
    };
    await testPlace(client, connection, run, signal);
    const opened: Warehouse[] = [];
    const use = (look: (warehouse: Warehouse) => Promise<Found>) => async (): Promise<Found> => {
      const [warehouse] = opened;
      return warehouse ? look(warehouse) : ['skipped', ''];
    };
    try {
      await run('sign-in', async () => {
        refuseUnsafe(connection);
        const credential = await credentialToTry(client, connection, input);
        opened.push(await connect(client, connection, input.user, credential));
        return ['ok', `Signed in ${HOW[signInOf(connection).kind]}.`];
      });
      await run('role', use(roleOf));
      await run('governance', use(governanceOf));
    } finally {
      for (const warehouse of opened) await warehouse.close();
    }
    for (const name of STEPS.slice(steps.length))
      steps.push({ name, state: 'skipped', ms: 0, message: 'Not tried, as a step before it failed.' });
    return { steps };
  });

const HOW = {
  password: 'with a password',
  oidc: 'with an access token of the provider',
  certificate: 'with a client certificate',
} as const;

const testPlace = async (
  client: Client,
  connection: Connection,
  run: (name: Step, work: () => Promise<Found> | Found) => Promise<void>,
  signal: AbortSignal,
): Promise<void> => {
  const { host, port, tls } = connection;
  await run('dns', async () => {
    const addresses = await probeName(host);
    return addresses ? ['ok', addresses.join(', ')] : ['skipped', 'The address needs no name.'];
  });
  await run('network', async () => {
    (await probeNetwork({ host, port, tls }, signal)).destroy();
    return ['ok', `The server answers on port ${port}.`];
  });
  await run('tls', async () => {
    if (tls === 'disable') return ['skipped', 'Switched off; the server is on this machine.'];
    const place = { host, port, tls, ...(await authoritiesOf(connection)) };
    const probed = await probeTls(place, await probeNetwork(place, signal), signal);
    return tlsFound(probed, client.shared.now());
  });
};

const tlsFound = ({ protocol, subject, issuer, until, doubt }: ProbedTls, now: Date): Found => {
  const days = Math.floor((until.getTime() - now.getTime()) / DAY_MS);
  const what = `${protocol}, certificate of ${subject} by ${issuer}, valid until ${until.toISOString().slice(0, 10)}`;
  if (doubt !== null) return ['warning', `${what}. It is not verified: another server could take its place.`];
  if (days < SOON_DAYS)
    return ['warning', `${what}. It ends in ${days} days; its administrator has to renew it.`];
  return ['ok', `${what}.`];
};

/** What is given, kept or signed in with. Tokens just signed in for are left for the session, and no key is made for a test. */
const credentialToTry = async (
  client: Client,
  connection: Connection,
  input: {
    readonly user: string;
    readonly password?: string | undefined;
    readonly passphrase?: string | undefined;
  },
): Promise<Pick<Credential, 'password' | 'identity'>> => {
  const { arrived, shared } = client;
  const { user, password } = input;
  if (arrived?.connection === connection.id && arrived.user === user)
    return { password: arrived.tokens.accessToken };
  const worked = usersOf(connection, shared.settings.read().logins).includes(user);
  const method = signInOf(connection);
  if (method.kind === 'password' && password !== undefined) return { password };
  if (method.kind === 'certificate' && (password !== undefined || !worked))
    return { password: '', identity: await readCertificate(method, password, shared.now()) };
  if (worked) return credentialOf(client, connection, user, await keyOf(client, connection, input), password);
  if (method.kind === 'oidc')
    throw new AppError(
      'denied',
      'sign-in-needed',
      'Nobody has signed in at the provider yet. Connect once, then test again.',
    );
  throw new AppError('denied', 'password-needed', 'Enter the password of this database login.');
};

const roleOf = (warehouse: Warehouse): Promise<Found> =>
  warehouse.tables().then((tables) => {
    const { user, roles, acting, serverVersion } = warehouse.identity;
    const writable = tables.filter((table) => table.writable).length;
    const member = roles.length ? `, member of ${roles.join(', ')}` : '';
    const as = acting && !acting.refused ? `, working as ${acting.role}` : '';
    const who = `${user}${member}${as} on PostgreSQL ${serverVersion}`;
    if (acting?.refused)
      return [
        'warning',
        `${who}. The sign-in proposes the role ${acting.role}, which the database does not let ${user} take; the own rights count.`,
      ];
    if (tables.length === 0)
      return ['warning', `${who}. It may read no table; ask the administrator for rights.`];
    return ['ok', `${who}. ${tables.length} tables can be read, ${writable} of them written.`];
  });

const governanceOf = async (warehouse: Warehouse): Promise<Found> => {
  switch ((await warehouse.capabilities()).governance) {
    case 'installed':
      return ['ok', 'Installed: approval, periods and history are kept by the database.'];
    case 'outdated':
      return ['warning', 'An older version is installed. Ask the administrator to bring it up to date.'];
    case 'absent':
      return ['warning', 'Not installed: entry works, but without approval, periods and history.'];
  }
};
