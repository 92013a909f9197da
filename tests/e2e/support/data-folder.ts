import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * A new data folder. Other users may enter it, as for root the demo's server runs as one of them and would else
 * keep its files outside.
 */
export const newDataFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'writ-e2e-'));
  await chmod(folder, 0o711);
  return folder;
};

/** Removes a data folder, and stops the demo's server first where a killed host left it running. */
export const removeDataFolder = async (folder: string): Promise<void> => {
  const lock = join(folder, 'demo', 'cluster', 'postmaster.pid');
  const pid = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n')[0]);
  if (pid > 1) {
    // Immediate shutdown: nothing of it is kept.
    signal(pid, 'SIGQUIT');
    for (let i = 0; i < 100 && signal(pid, 0); i++) await pause(50);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
};

const signal = (pid: number, name: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
};
