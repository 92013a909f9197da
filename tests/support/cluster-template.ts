import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ClusterOptions, createCluster } from '../../electron/warehouse/embedded/cluster.ts';
import { unprivilegedUser } from '../../electron/warehouse/embedded/os-user.ts';
import { testBinaries } from './binaries.ts';

/** Where the run's empty cluster lies, and the password of its superuser; workers inherit both. */
const FOLDER = 'WRIT_TEST_CLUSTER';
const PASSWORD = 'WRIT_TEST_CLUSTER_PASSWORD';

/** Makes one empty cluster for a run, which each file of tests copies: a copy costs a third of making one. Vitest calls it. */
export const setup = async (): Promise<() => Promise<void>> => {
  const home = await mkdtemp(join(tmpdir(), 'writ-pg-template-'));
  await chmod(home, 0o755);
  const user = await unprivilegedUser();
  const folder = join(home, 'cluster');
  const superuser = { user: 'postgres', password: randomBytes(12).toString('hex') };
  const binaries = await testBinaries();
  await createCluster({ folder, logFile: join(home, 'log'), binaries, user, superuser });
  process.env[FOLDER] = folder;
  process.env[PASSWORD] = superuser.password;
  return () => rm(home, { recursive: true, force: true });
};

/** Password of the superuser of clusters made in this run, where they are copies. */
export const templatePassword = (): string | undefined => process.env[PASSWORD];

/** An empty cluster that was never started: a copy of the run's, or where there is none (a bench, a window's test) a new one. */
export const provideCluster = async (cluster: ClusterOptions): Promise<void> => {
  const template = process.env[FOLDER];
  if (!template) await createCluster(cluster);
  else if (process.platform === 'win32') await cp(template, cluster.folder, { recursive: true });
  else await promisify(execFile)('cp', ['-a', template, cluster.folder]);
};
