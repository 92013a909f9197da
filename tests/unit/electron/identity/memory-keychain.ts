import type { Keychain } from '../../../../electron/identity/keychain.ts';

/** A keychain that works, in memory; `entries` shows what it holds. */
export const memoryKeychain = (): Keychain & { readonly entries: Map<string, string> } => {
  const entries = new Map<string, string>();
  return {
    entries,
    state: async () => ({ available: true, detail: 'In memory.' }),
    get: async (account) => entries.get(account) ?? null,
    set: async (account, secret) => void entries.set(account, secret),
    delete: async (account) => entries.delete(account),
  };
};
