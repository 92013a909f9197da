import { AppError } from '../../shared/model/failure.ts';
import type { ProfileKey } from '../identity/keys.ts';
import { createSecrets } from '../identity/secrets.ts';
import { profileName } from '../profiles.ts';

/** Passwords people chose to keep, each under the key of its own profile; calls run one after another. */
export interface KeptPasswords {
  find(connection: string, user: string, key: ProfileKey): Promise<string | null>;
  keep(connection: string, user: string, key: ProfileKey, password: string): Promise<void>;
  forget(connection: string, user: string): Promise<void>;
  /** Whose are kept. */
  kept(): Promise<readonly { readonly connection: string; readonly user: string }[]>;
}

/** Kept passwords of one data folder; keys are held no longer than the process lives. */
export const openKeptPasswords = (folder: string, random: (count: number) => Buffer): KeptPasswords => {
  const keys = new Map<string, ProfileKey>();
  const secrets = createSecrets({
    folder,
    random,
    keyOf: async (connection, user) => {
      const key = keys.get(profileName(connection, user));
      if (!key) throw new AppError('denied', 'profile-locked', 'The profile of this password is locked.');
      return key;
    },
  });
  return {
    find: (connection, user, key) => {
      keys.set(profileName(connection, user), key);
      return secrets.password(connection, user);
    },
    keep: (connection, user, key, password) => {
      keys.set(profileName(connection, user), key);
      return secrets.remember(connection, user, password);
    },
    forget: secrets.forget,
    kept: secrets.kept,
  };
};
