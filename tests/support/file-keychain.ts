import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Keychain } from '../../electron/identity/keychain.ts';

/** A keychain that several programs share: a folder with a file for each entry, for tests alone. */
export const fileKeychain = (folder: string): Keychain => {
  mkdirSync(folder, { recursive: true });
  const fileOf = (account: string): string => join(folder, Buffer.from(account).toString('hex'));
  const get = (account: string): string | null => {
    try {
      return readFileSync(fileOf(account), 'utf8');
    } catch {
      return null;
    }
  };
  return {
    state: async () => ({ available: true, detail: 'In a folder.' }),
    get: async (account) => get(account),
    set: async (account, secret) => {
      const draft = `${fileOf(account)}.${process.pid}`;
      writeFileSync(draft, secret);
      renameSync(draft, fileOf(account));
    },
    delete: async (account) => {
      const known = get(account) !== null;
      rmSync(fileOf(account), { force: true });
      return known;
    },
  };
};
