import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { AppError } from '../../../shared/model/failure.ts';
import type { Binaries } from './binaries.ts';
import type { OsUser } from './os-user.ts';

/** A PostgreSQL cluster of one folder; `superuser` signs in with a password over 127.0.0.1 only. */
export interface ClusterOptions {
  /** Data directory; it is created by `createCluster` with mode 0700. */
  readonly folder: string;
  readonly logFile: string;
  readonly binaries: Binaries;
  readonly user: OsUser | null;
  readonly superuser: { readonly user: string; readonly password: string };
  /** Extra `name=value` settings. */
  readonly settings?: readonly string[];
}

const LOOPBACK = '127.0.0.1';
const START_TRIES = 3;
/** How long a clean shutdown may take. */
const CLEAN_SECONDS = 10;

const program = (options: ClusterOptions, name: string): string =>
  join(options.binaries.folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);

const runAs = (options: ClusterOptions, name: string, args: readonly string[]): Promise<void> =>
  new Promise((done, failed) => {
    // The server inherits nothing of the caller's environment but what it needs to start.
    const env = { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot, LC_MESSAGES: 'C', TZ: 'UTC' };
    const identity = options.user ? { uid: options.user.uid, gid: options.user.gid } : {};
    execFile(
      program(options, name),
      args,
      { ...identity, cwd: '/', env, windowsHide: true },
      (error, _out, stderr) => {
        if (error) failed(new Error(stderr.trim() || error.message, { cause: error }));
        else done();
      },
    );
  });

const own = async (options: ClusterOptions, path: string): Promise<void> => {
  if (options.user) await chown(path, options.user.uid, options.user.gid);
};

/** Runs initdb: UTF-8, scram-sha-256, checksums on. What a broken earlier attempt left in the folder is removed. */
export const createCluster = async (options: ClusterOptions): Promise<void> => {
  await rm(options.folder, { recursive: true, force: true });
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  await own(options, options.folder);
  // initdb wants an empty directory, so the password lies in a sibling that only this user can enter.
  const secrets = `${options.folder}.init`;
  await mkdir(secrets, { recursive: true, mode: 0o700 });
  const secretFile = join(secrets, 'password');
  try {
    await own(options, secrets);
    await writeFile(secretFile, options.superuser.password, { mode: 0o600 });
    await own(options, secretFile);
    await runAs(options, 'initdb', [
      `--pgdata=${options.folder}`,
      `--username=${options.superuser.user}`,
      `--pwfile=${secretFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The provider that depends on no library of the system came with PostgreSQL 17.
      ...(Number.parseInt(options.binaries.version, 10) >= 17 ? ['--locale-provider=builtin'] : []),
      '--locale=C.UTF-8',
    ]);
  } catch (cause) {
    throw cannotRun('PostgreSQL could not create the demo workspace', cause);
  } finally {
    await rm(secrets, { recursive: true, force: true });
  }
};

/** Starts the server, or adopts one that survived a killed application; resolves with its port once it answers. */
export const startCluster = async (options: ClusterOptions): Promise<number> => {
  const running = await runningPort(options);
  if (running) return running;
  await clearZombieLock(options);
  await (await open(options.logFile, 'a', 0o600)).close();
  await chmod(options.logFile, 0o600);
  await own(options, options.logFile);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const settings = [
      `port=${port}`,
      `listen_addresses=${LOOPBACK}`,
      'unix_socket_directories=',
      'password_encryption=scram-sha-256',
      'shared_buffers=128MB',
      'log_min_messages=warning',
      'log_statement=none',
      'log_parameter_max_length=0',
      'log_parameter_max_length_on_error=0',
      ...(options.settings ?? []),
    ];
    try {
      await runAs(options, 'pg_ctl', [
        'start',
        '--wait',
        '--timeout=60',
        '--silent',
        `--pgdata=${options.folder}`,
        `--log=${options.logFile}`,
        `--options=${settings.map((s) => `-c ${s.replace(/=(.*)$/, (_m, v: string) => `=${v === '' ? "''" : v}`)}`).join(' ')}`,
      ]);
      return port;
    } catch (cause) {
      // A second process may have started the same cluster in between, or the port may have been taken.
      const other = await runningPort(options);
      if (other) return other;
      if (attempt === START_TRIES) {
        throw cannotRun('PostgreSQL did not start', cause, await logTail(options.logFile));
      }
    }
  }
};

/**
 * Clean shutdown, or an immediate one for data that is thrown away; resolves when the server is gone. A cluster that is not running is
 * no error. One that does not come to its end is ended: what was committed is in its log, and the next start recovers it.
 */
export const stopCluster = async (
  options: ClusterOptions,
  mode: 'fast' | 'immediate' = 'fast',
): Promise<void> => {
  if ((await runningPort(options)) === null) return;
  const stop = (how: string, seconds: number): Promise<void> =>
    runAs(options, 'pg_ctl', [
      ...['stop', '--wait', `--timeout=${seconds}`, `--mode=${how}`],
      ...['--silent', `--pgdata=${options.folder}`],
    ]);
  if (mode === 'fast')
    try {
      await stop('fast', CLEAN_SECONDS);
      return;
    } catch {
      // Whether it is gone meanwhile is for the other to see.
    }
  await stop('immediate', 30);
};

/** The port of a live server on this folder, by its lock file (process id on line 1, port on line 4); else null. */
export const runningPort = async (options: ClusterOptions): Promise<number | null> => {
  const lock = await readFile(join(options.folder, 'postmaster.pid'), 'utf8').catch(() => null);
  if (lock === null) return null;
  const lines = lock.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  const status = lines[7]?.trim();
  if (!Number.isInteger(pid) || pid <= 1 || !Number.isInteger(port) || port === 0) return null;
  if (status !== 'ready' || !alive(pid) || !(await isPostgres(pid)) || !(await answers(port))) return null;
  return port;
};

/** Whether initdb has completed in this folder, and for which major version. */
export const clusterVersion = async (folder: string): Promise<string | null> => {
  if (!(await stat(join(folder, 'global', 'pg_control')).catch(() => null))) return null;
  return (await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => '')).trim() || null;
};

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Guards against a recycled process id where the system tells what runs under it (Linux). */
const isPostgres = async (pid: number): Promise<boolean> => {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => null);
  return name === null ? process.platform !== 'linux' : name.startsWith('postgres');
};

const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = createConnection({ host: LOOPBACK, port });
    socket.once('connect', () => done(true)).once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });

/**
 * A killed server whose parent does not collect it (containers without an init) still owns its process id, and the
 * next server would take it for alive. Its lock file is removed; backends still attached are detected by shared memory.
 */
const clearZombieLock = async (options: ClusterOptions): Promise<void> => {
  const file = join(options.folder, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!(pid > 1)) return;
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  if (/^\d+ \(postgres\) Z /.test(state)) await rm(file, { force: true });
};

const freePort = (): Promise<number> =>
  new Promise((done, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, LOOPBACK, () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });

const logTail = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(-6).join('\n').trim();

const cannotRun = (what: string, cause: unknown, log = ''): AppError => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    'unavailable',
    'embedded-postgres-failed',
    `${what}. ${[reason, log].filter(Boolean).join(' — ')}`,
    {
      cause,
    },
  );
};
