import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../../shared/model/failure.ts';

const run = promisify(execFile);

/** The unprivileged operating-system user PostgreSQL runs as when the application runs as root. */
export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root: null for ordinary users, else the `postgres` user, created when it is missing. */
export const unprivilegedUser = async (): Promise<OsUser | null> => {
  if (process.getuid?.() !== 0) return null;
  const known = await lookUp();
  if (known) return known;
  await run('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    'postgres',
  ]).catch((cause) => {
    throw new AppError(
      'unavailable',
      'embedded-postgres-root',
      'PostgreSQL does not run as root, and a user "postgres" could not be created. Start Writ as an ordinary user.',
      { cause },
    );
  });
  const created = await lookUp();
  if (!created)
    throw new AppError('unavailable', 'embedded-postgres-root', 'The user "postgres" could not be created.');
  return created;
};

const lookUp = async (): Promise<OsUser | null> => {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
};

/** Whether the user may enter every folder down to `path` (which may not exist yet) by its permission bits. */
export const mayTraverse = async (path: string, user: OsUser): Promise<boolean> => {
  for (let at = path; ; at = dirname(at)) {
    const info = await stat(at).catch(() => null);
    if (info) {
      const shift = info.uid === user.uid ? 6 : info.gid === user.gid ? 3 : 0;
      if (!((info.mode >> shift) & 1)) return false;
    }
    if (at === dirname(at)) return true;
  }
};
