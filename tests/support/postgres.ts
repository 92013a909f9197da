import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type ClusterOptions, startCluster, stopCluster } from '../../electron/warehouse/embedded/cluster.ts';
import { unprivilegedUser } from '../../electron/warehouse/embedded/os-user.ts';
import { testBinaries } from './binaries.ts';
import { provideCluster, templatePassword } from './cluster-template.ts';

/** A throwaway PostgreSQL for one test file. */
export interface TestPostgres {
  readonly host: string;
  readonly port: number;
  readonly superuser: { readonly user: string; readonly password: string };
  readonly cluster: ClusterOptions;
  /** Major release of the server. */
  readonly release: number;
  /** A connected client, ended by `stop`. */
  client(user?: string, password?: string, database?: string): Promise<pg.Client>;
  /** Creates an empty database and answers its name. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a cluster of its own in a temporary folder (less than a second); `settings` are extra `name=value` pairs. */
export const startPostgres = async (settings: readonly string[] = []): Promise<TestPostgres> => {
  const home = await mkdtemp(join(tmpdir(), 'writ-pg-'));
  await chmod(home, 0o755);
  const user = await unprivilegedUser();
  const superuser = { user: 'postgres', password: templatePassword() ?? randomBytes(12).toString('hex') };
  const binaries = await testBinaries();
  // Log and data lie in a folder the unprivileged user can write when the tests run as root.
  const folder = join(home, 'cluster');
  const cluster: ClusterOptions = { folder, logFile: join(home, 'log'), binaries, user, superuser, settings };
  await provideCluster(cluster);
  const port = await startCluster(cluster);
  const host = '127.0.0.1';
  const clients = new Set<pg.Client>();
  const client = async (name = superuser.user, password = superuser.password, database = 'postgres') => {
    const connected = new pg.Client({ host, port, user: name, password, database });
    connected.on('error', () => {});
    await connected.connect();
    clients.add(connected);
    return connected;
  };
  let databases = 0;
  return {
    host,
    port,
    superuser,
    cluster,
    release: Number.parseInt(binaries.version, 10),
    client,
    createDatabase: async () => {
      const name = `db_${++databases}`;
      const admin = await client();
      await admin.query(`create database ${name}`);
      await admin.end();
      return name;
    },
    stop: async () => {
      await Promise.allSettled([...clients].map((each) => each.end()));
      // Its data goes with it: no checkpoint has to be waited for.
      await stopCluster(cluster, 'immediate');
      await rm(home, { recursive: true, force: true });
    },
  };
};
