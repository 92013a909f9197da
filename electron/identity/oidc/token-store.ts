import { createHash, hkdfSync } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProfileKey } from '../keys.ts';
import { readIfThere, writePrivate } from '../private-file.ts';
import { type RandomBytes, seal, unseal } from '../sealed.ts';
import { type Tokens, tokens } from './tokens.ts';

/** Tokens of profiles, each in a file of its own that is sealed under the profile's key. */
export interface TokenStore {
  /** Null when none are kept or they cannot be opened with this key. */
  read(profile: string, key: ProfileKey): Promise<Tokens | null>;
  write(profile: string, key: ProfileKey, kept: Tokens): Promise<void>;
  remove(profile: string): Promise<void>;
  /** The file that stands for the profile's lock. */
  lockFile(profile: string): string;
}

// The profile's key encrypts the journal; tokens get a key of their own derived from it (RFC 5869).
const tokenKey = ({ key }: ProfileKey): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'writ tokens 1', 32));

/** Tokens in one folder. Nothing is held in memory: another process may have renewed them. */
export const createTokenStore = (folder: string, random: RandomBytes): TokenStore => {
  const fileOf = (profile: string): string =>
    join(folder, createHash('sha256').update(profile).digest('hex').slice(0, 32));
  return {
    read: async (profile, key) => {
      const sealed = await readIfThere(`${fileOf(profile)}.tokens`);
      const plain = sealed && unseal(tokenKey(key), sealed, profile);
      if (!plain) return null;
      const parsed = tokens.safeParse(JSON.parse(plain.toString('utf8')));
      return parsed.success ? parsed.data : null;
    },
    write: (profile, key, kept) =>
      writePrivate(
        `${fileOf(profile)}.tokens`,
        seal(tokenKey(key), Buffer.from(JSON.stringify(kept), 'utf8'), profile, random),
        random(8).toString('hex'),
      ),
    remove: (profile) => rm(`${fileOf(profile)}.tokens`, { force: true }),
    lockFile: (profile) => `${fileOf(profile)}.lock`,
  };
};
