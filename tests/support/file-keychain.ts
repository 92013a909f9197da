import { readFileSync, writeFileSync } from 'node:fs';
import type { Keychain } from '../../electron/identity/keychain.ts';

/** A keychain that programs started one after the other share: a file, for tests alone. */
export const fileKeychain = (file: string): Keychain => {
  const read = (): Record<string, string> => {
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch {
      return {};
    }
  };
  const write = (entries: Record<string, string>): void => writeFileSync(file, JSON.stringify(entries));
  return {
    state: async () => ({ available: true, detail: 'In a file.' }),
    get: async (account) => read()[account] ?? null,
    set: async (account, secret) => write({ ...read(), [account]: secret }),
    delete: async (account) => {
      const { [account]: known, ...rest } = read();
      write(rest);
      return known !== undefined;
    },
  };
};
