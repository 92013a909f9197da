import { hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/model/failure.ts';
import type { ProfileKey } from './keys.ts';
import { readIfThere, writePrivate } from './private-file.ts';
import { type RandomBytes, seal, unseal } from './sealed.ts';

const secretsFile = z.object({ version: z.literal(1), sealed: z.record(z.string(), z.base64()) });
type SecretsFile = z.infer<typeof secretsFile>;

export interface SecretsOptions {
  readonly folder: string;
  /** The key of the person's profile on the connection, from `createKeys`; may throw when it is locked. */
  readonly keyOf: (connection: string, user: string) => Promise<ProfileKey>;
  readonly random: RandomBytes;
}

/** Passwords of connections that a person chose to keep. */
export interface Secrets {
  /** Null when none is kept or it cannot be opened any more. */
  password(connection: string, user: string): Promise<string | null>;
  remember(connection: string, user: string, password: string): Promise<void>;
  forget(connection: string, user: string): Promise<void>;
  /** Whose are kept; nobody's where the file cannot be read. */
  kept(): Promise<readonly { readonly connection: string; readonly user: string }[]>;
}

// The profile's key encrypts the journal; passwords get a key of their own derived from it (RFC 5869).
const passwordKey = ({ key }: ProfileKey): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'writ passwords 1', 32));

const nameOf = (connection: string, user: string): string => JSON.stringify([connection, user]);

/**
 * Passwords in one file, each sealed under its profile's key, so that the keychain holds one small key per profile and
 * nothing else. Calls run one after another.
 */
export const createSecrets = ({ folder, keyOf, random }: SecretsOptions): Secrets => {
  const file = join(folder, 'passwords.json');
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work, work);
    turn = next.catch(() => undefined);
    return next;
  };
  const read = async (): Promise<SecretsFile['sealed']> => {
    const bytes = await readIfThere(file);
    if (!bytes) return {};
    try {
      return secretsFile.parse(JSON.parse(bytes.toString('utf8'))).sealed;
    } catch (cause) {
      throw new AppError(
        'unavailable',
        'passwords-damaged',
        'The file of kept passwords cannot be read. Move it away and enter the passwords again.',
        { details: { file }, cause },
      );
    }
  };
  const write = (sealed: SecretsFile['sealed']): Promise<void> =>
    writePrivate(file, JSON.stringify({ version: 1, sealed }), random(8).toString('hex'));
  return {
    password: (connection, user) =>
      inTurn(async () => {
        const name = nameOf(connection, user);
        const sealed = (await read())[name];
        if (sealed === undefined) return null;
        const key = passwordKey(await keyOf(connection, user));
        return unseal(key, Buffer.from(sealed, 'base64'), name)?.toString('utf8') ?? null;
      }),
    remember: (connection, user, password) =>
      inTurn(async () => {
        const name = nameOf(connection, user);
        const key = passwordKey(await keyOf(connection, user));
        const sealed = seal(key, Buffer.from(password, 'utf8'), name, random).toString('base64');
        await write({ ...(await read()), [name]: sealed });
      }),
    forget: (connection, user) =>
      inTurn(async () => {
        const { [nameOf(connection, user)]: gone, ...rest } = await read();
        if (gone !== undefined) await write(rest);
      }),
    kept: () =>
      inTurn(async () => {
        const names = Object.keys(await read().catch(() => ({})));
        return names.map((name) => {
          const [connection = '', user = ''] = JSON.parse(name) as string[];
          return { connection, user };
        });
      }),
  };
};
