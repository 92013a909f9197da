import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const run = (...command: string[]): boolean =>
  spawnSync(command[0] ?? '', command.slice(1), { stdio: 'ignore' }).status === 0;

/** Mounts a file system of so many megabytes over an empty folder; the answer takes it away. Null where that is not allowed. */
export const mountDisk = (folder: string, megabytes: number): (() => void) | null =>
  run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'none', folder)
    ? () => void run('umount', '-l', folder)
    : null;

/** Why no small file system can be mounted here; null where one can. */
export const mountMissing = (): string | null => {
  const folder = mkdtempSync(join(tmpdir(), 'writ-mount-'));
  const unmount = process.platform === 'linux' ? mountDisk(folder, 1) : null;
  unmount?.();
  rmdirSync(folder);
  return unmount ? null : 'a small file system can only be mounted as root on Linux';
};
