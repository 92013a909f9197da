import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Session } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import { demoKey } from './demo-key.ts';
import type { Keychain } from './keychain.ts';
import { writePrivate } from './private-file.ts';
import { withProcessLock } from './process-lock.ts';
import type { RandomBytes } from './sealed.ts';
import { openVault } from './vault.ts';

const KEY_BYTES = 32;

export interface ProfileKey {
  /** 32 bytes. */
  readonly key: Buffer;
  readonly kept: Session['journalKey'];
}

export interface KeyOptions {
  readonly keychain: Keychain;
  /** Holds vaults and the demo key. */
  readonly folder: string;
  readonly random: RandomBytes;
}

export interface Keys {
  /**
   * The key of one person on one connection, created the first time. Throws AppError `denied`: `keychain-absent` where
   * neither keychain nor passphrase is there, `keychain-refused` where there is one that says no, `keychain-locked` and
   * `keychain-entry-missing` where it holds the key, `passphrase-needed`, and what the vault refuses.
   */
  profileKey(profile: string, how: { demo: boolean; passphrase?: string }): Promise<ProfileKey>;
  /** Destroys a profile's key, in its vault and in the keychain; one that does not answer keeps it, and it opens nothing. */
  forget(profile: string): Promise<void>;
}

// Profiles hold user and connection names; as a file or account name they need to be short and plain.
const nameOf = (profile: string): string => createHash('sha256').update(profile).digest('hex').slice(0, 32);

const locked = (cause: AppError): AppError =>
  new AppError(
    'denied',
    'keychain-locked',
    'The key of this profile is in the keychain, which does not answer. Unlock the keychain and try again.',
    { details: { detail: cause.message }, cause },
  );

const refused = (cause: AppError): AppError =>
  new AppError(
    'denied',
    'keychain-refused',
    'The keychain is locked or does not let Writ in. Unlock it or allow the access, then try again, or give a passphrase.',
    { details: { detail: cause.message }, cause },
  );

const absent = (cause: AppError): AppError =>
  new AppError(
    'denied',
    'keychain-absent',
    'There is no keychain to hold the key of the journal. Install or unlock one (on Linux a Secret Service such as ' +
      'GNOME Keyring or KWallet), or give a passphrase.',
    { details: { detail: cause.message }, cause },
  );

/** Written and taken back where a keychain says that it holds nothing: a locked one says the same, and is unlocked by it. */
const PROBE = 'availability';

/**
 * What the keychain holds for an account, once it is surely unlocked. A locked Secret Service answers null, and writing the key
 * then would put another in the place of the one that is there.
 */
const heldBy = async (keychain: Keychain, account: string): Promise<string | null> => {
  const held = await keychain.get(account);
  if (held !== null) return held;
  await keychain.set(PROBE, 'unlocked');
  await keychain.delete(PROBE);
  return keychain.get(account);
};

const keptKey = (kept: string, account: string): Buffer => {
  const key = Buffer.from(kept, 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new AppError(
    'denied',
    'keychain-entry-damaged',
    'The keychain entry of this profile is not a key. Restore it; it is not replaced while a journal may need it.',
    { details: { account } },
  );
};

/** Only where no other copy of Writ makes it too: the later of two keys would hide what is written under the first. */
const madeInKeychain = async (
  keychain: Keychain,
  account: string,
  { used, random }: { readonly used: () => boolean; readonly random: RandomBytes },
): Promise<Buffer> => {
  const kept = await heldBy(keychain, account);
  if (kept !== null) return keptKey(kept, account);
  if (used())
    throw new AppError(
      'denied',
      'keychain-entry-missing',
      'The keychain no longer holds the key of this profile, without which its edits cannot be read. Restore the entry from a backup of the keychain.',
      { details: { account } },
    );
  const key = random(KEY_BYTES);
  await keychain.set(account, key.toString('base64'));
  // A keychain that forgets must be noticed before anything is written under the key.
  if ((await keychain.get(account)) === key.toString('base64')) return key;
  throw new AppError('unavailable', 'keychain-unavailable', 'The keychain did not keep the key.');
};

/** Finds or makes the key of a profile: demo file, an existing vault, the keychain, or a new vault, in this order. */
export const createKeys = ({ keychain, folder, random }: KeyOptions): Keys => {
  const alone = <T>(make: () => Promise<T>): Promise<T> => withProcessLock(join(folder, 'keys.lock'), make);
  const lockedWith = async (vault: string, passphrase: string): Promise<ProfileKey> => {
    const open = () => openVault(vault, passphrase, random);
    return { key: await (existsSync(vault) ? open() : alone(open)), kept: 'passphrase' };
  };
  const demoKeyOf = (file: string): Promise<Buffer> => {
    const open = () => demoKey(file, random);
    return existsSync(file) ? open() : alone(open);
  };
  /** Says that the key is in the keychain; while that is locked, a passphrase must not make a second key. */
  const usedFile = (name: string): string => join(folder, `${name}.keychain`);
  const inKeychain = async (name: string): Promise<Buffer> => {
    const account = `journal ${name}`;
    const used = usedFile(name);
    const kept = await keychain.get(account);
    const key =
      kept === null
        ? await alone(() => madeInKeychain(keychain, account, { used: () => existsSync(used), random }))
        : keptKey(kept, account);
    if (!existsSync(used)) await writePrivate(used, '', random(8).toString('hex'));
    return key;
  };

  return {
    profileKey: async (profile, { demo, passphrase }) => {
      if (demo) return { key: await demoKeyOf(join(folder, 'demo.key')), kept: 'demo-file' };
      const name = nameOf(profile);
      const vault = join(folder, `${name}.vault`);
      // A profile locked with a passphrase stays so when a keychain turns up later: its journal needs that key.
      if (existsSync(vault)) {
        if (passphrase !== undefined) return lockedWith(vault, passphrase);
        throw new AppError(
          'denied',
          'passphrase-needed',
          'This profile is locked with a passphrase. Enter it to open.',
        );
      }
      try {
        return { key: await inKeychain(name), kept: 'keychain' };
      } catch (error) {
        const failure = AppError.wrap(error);
        if (failure.code !== 'keychain-unavailable') throw failure;
        if (existsSync(usedFile(name))) throw locked(failure);
        if (passphrase === undefined)
          throw (await keychain.state()).available ? refused(failure) : absent(failure);
      }
      return lockedWith(vault, passphrase);
    },
    forget: async (profile) => {
      const name = nameOf(profile);
      await rm(join(folder, `${name}.vault`), { force: true });
      if (!existsSync(usedFile(name))) return;
      try {
        await keychain.delete(`journal ${name}`);
        await rm(usedFile(name), { force: true });
      } catch (error) {
        if (AppError.wrap(error).code !== 'keychain-unavailable') throw error;
      }
    },
  };
};
