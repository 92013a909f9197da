import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import type { DemoPerson } from '../../../shared/model/connection.ts';
import { AppError } from '../../../shared/model/failure.ts';
import { findBinaries, ROOT_FOLDER } from './binaries.ts';
import { type ClusterOptions, clusterVersion, createCluster, startCluster, stopCluster } from './cluster.ts';
import { mayTraverse, type OsUser, unprivilegedUser } from './os-user.ts';
import { demoPeople } from './people.ts';
import { governDemo } from './seed/governance.ts';
import { seedPlan, seedRoles } from './seed/seed.ts';

/** The running demo warehouse; a plain PostgreSQL on 127.0.0.1 with one login per person. */
export interface EmbeddedWarehouse {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly people: readonly (DemoPerson & { readonly password: string })[];
  /** The cluster's superuser, for maintenance and tests; never offered in the window. */
  readonly superuser: { readonly user: string; readonly password: string };
  /** Stops the server unless another process is still using it. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** The application's data folder. */
  readonly folder: string;
  readonly onProgress: (stage: string, message: string, fraction: number | null) => void;
}

const DATABASE = 'plan';
const MAJOR = '18';
const HOST = '127.0.0.1';
const LEASE = 8711;

const secretsFile = z.object({
  superuser: z.string(),
  people: z.record(z.string(), z.string()),
  seeded: z.boolean(),
});
type Secrets = z.infer<typeof secretsFile>;

/**
 * Opens the demo workspace: creates and seeds it the first time, starts it or adopts a server that survived a killed
 * application after that. A first start that was interrupted is begun again. Throws AppError `unavailable`.
 */
export const openEmbedded = async ({ folder, onProgress }: EmbeddedOptions): Promise<EmbeddedWarehouse> => {
  onProgress('prepare', 'Looking for the demo workspace', 0.02);
  const user = await unprivilegedUser();
  const binaries = await findBinaries(user);
  const home = await homeOf(resolve(folder, 'demo'), user);
  const secrets = (await readSecrets(home)) ?? newSecrets();
  const options: ClusterOptions = {
    folder: join(home, 'cluster'),
    logFile: join(home, 'postgres.log'),
    binaries,
    user,
    superuser: { user: 'writ_demo', password: secrets.superuser },
    settings: ['max_connections=100'],
  };
  if (!secrets.seeded) {
    await stopCluster(options);
    await writeSecrets(home, secrets);
    onProgress('create', 'Creating the database of the demo workspace', 0.08);
    await createCluster(options);
  } else await refuseOtherVersion(options.folder);
  onProgress('start', 'Starting the demo workspace', 0.4);
  const port = await startCluster(options);
  if (!secrets.seeded) {
    onProgress('seed', 'Filling in the finance plan', 0.5);
    await seed(port, options, secrets, onProgress);
    await writeSecrets(home, { ...secrets, seeded: true });
  }
  onProgress('ready', 'The demo workspace is ready', 1);
  return {
    host: HOST,
    port,
    database: DATABASE,
    superuser: options.superuser,
    people: demoPeople.map((person) => ({ ...person, password: secrets.people[person.user] ?? '' })),
    stop: await lease(port, options),
  };
};

const newSecrets = (): Secrets => ({
  superuser: randomBytes(24).toString('base64url'),
  people: Object.fromEntries(
    demoPeople.map((person) => [person.user, randomBytes(24).toString('base64url')]),
  ),
  seeded: false,
});

/** Where cluster and passwords lie; as root possibly outside the data folder, for another user must reach the cluster. */
const homeOf = async (wanted: string, user: OsUser | null): Promise<string> => {
  const parent = resolve(wanted, '..');
  // For root the data folder may be entered, never listed, by the user the server runs as.
  await mkdir(parent, { recursive: true, mode: 0o700 });
  if (user) await chmod(parent, 0o711);
  const mark = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  const home = !user || (await mayTraverse(parent, user)) ? wanted : join(ROOT_FOLDER, `demo-${mark}`);
  if (home !== wanted) await mkdir(ROOT_FOLDER, { recursive: true, mode: 0o755 });
  await mkdir(home, { recursive: true, mode: 0o700 });
  await chmod(home, 0o700);
  // Root still reads everything in it; the server needs to enter it.
  if (user) await chown(home, user.uid, user.gid);
  return home;
};

const readSecrets = async (home: string): Promise<Secrets | null> => {
  const text = await readFile(join(home, 'secrets.json'), 'utf8').catch(() => null);
  if (text === null) {
    if (await stat(join(home, 'cluster')).catch(() => null)) {
      throw new AppError(
        'unavailable',
        'demo-secrets-missing',
        `The demo workspace in ${home} has lost its password file. Move that folder away to start with a new demo.`,
      );
    }
    return null;
  }
  const parsed = secretsFile.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new AppError(
    'unavailable',
    'demo-secrets-damaged',
    `The password file in ${home} is damaged. Move that folder away to start with a new demo.`,
  );
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const writeSecrets = async (home: string, secrets: Secrets): Promise<void> => {
  const file = join(home, 'secrets.json');
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, JSON.stringify(secrets), { mode: 0o600, flush: true });
  await rename(partial, file).catch(async (cause) => {
    await rm(partial, { force: true });
    throw cause;
  });
};

const refuseOtherVersion = async (folder: string): Promise<void> => {
  const version = await clusterVersion(folder);
  if (version === MAJOR) return;
  throw new AppError(
    'unavailable',
    'demo-version',
    version === null
      ? `The demo workspace's database in ${folder} is incomplete. Move the folder above it away to start with a new demo.`
      : `The demo workspace was made with PostgreSQL ${version}; this version of Writ runs PostgreSQL ${MAJOR}. Move the folder above ${folder} away to start with a new demo.`,
  );
};

const connect = async (port: number, options: ClusterOptions, database: string): Promise<pg.Client> => {
  const client = new pg.Client({
    host: HOST,
    port,
    ...options.superuser,
    database,
    application_name: 'Writ maintenance',
  });
  client.on('error', () => {});
  await client.connect();
  return client;
};

const seed = async (
  port: number,
  options: ClusterOptions,
  secrets: Secrets,
  onProgress: EmbeddedOptions['onProgress'],
): Promise<void> => {
  const admin = await connect(port, options, 'postgres');
  try {
    await admin.query(`create database ${DATABASE}`);
    await admin.query(`revoke connect, temporary on database ${DATABASE} from public`);
    await seedRoles(admin, secrets.people);
    await admin.query(`grant connect on database ${DATABASE} to planner, reviewer, plan_admin`);
  } finally {
    await admin.end();
  }
  const client = await connect(port, options, DATABASE);
  try {
    await client.query('begin');
    await client.query('revoke all on schema public from public');
    await client.query(`grant create on database ${DATABASE} to plan_owner`);
    await seedPlan(client);
    onProgress('seed', 'Installing governance', 0.9);
    await client.query('commit');
    await governDemo(client);
  } finally {
    await client.end();
  }
};

/**
 * Two hosts may use one server (a window and a browser tab's host). Each holds a shared advisory lock while it does;
 * whoever leaves and can then take it exclusively is the last one, and stops the server.
 */
const lease = async (port: number, options: ClusterOptions): Promise<() => Promise<void>> => {
  const client = await connect(port, options, 'postgres');
  await client.query('select pg_advisory_lock_shared($1)', [LEASE]);
  let left: Promise<void> | undefined;
  const leave = async (): Promise<void> => {
    const last = await client
      .query('select pg_advisory_unlock_shared($1), pg_try_advisory_lock($1) as last', [LEASE])
      .then((result) => (result.rows[0] as { last: boolean }).last)
      // The link is gone: the server is down or was stopped by someone else.
      .catch(() => true);
    await client.end().catch(() => {});
    if (last) await stopCluster(options);
  };
  return () => {
    left ??= leave();
    return left;
  };
};
