import { scrypt } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../shared/model/failure.ts';
import { readIfThere, writePrivate } from './private-file.ts';
import { type RandomBytes, seal, unseal } from './sealed.ts';

export const MIN_PASSPHRASE = 8;
const KEY_BYTES = 32;

/** scrypt (RFC 7914) cost: 128 MiB and a few tenths of a second for each guess. */
const COST = { N: 131_072, r: 8, p: 1 } as const;

const vaultFile = z.object({
  version: z.literal(1),
  kdf: z.object({
    name: z.literal('scrypt'),
    // Bounds keep a doctored file from asking for all memory.
    N: z.int().min(16_384).max(1_048_576),
    r: z.int().min(8).max(16),
    p: z.int().min(1).max(4),
    salt: z.base64(),
  }),
  sealed: z.base64(),
});
type VaultFile = z.infer<typeof vaultFile>;

const CONTEXT = 'writ vault 1';

const derive = (passphrase: string, { N, r, p, salt }: VaultFile['kdf']): Promise<Buffer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // The same characters can be typed as different code points on different keyboards.
  const secret = passphrase.normalize('NFKC');
  const options = { N, r, p, maxmem: 256 * N * r };
  scrypt(secret, Buffer.from(salt, 'base64'), KEY_BYTES, options, (error, key) =>
    error ? reject(error) : resolve(key),
  );
  return promise;
};

const parse = (bytes: Buffer): VaultFile => {
  try {
    return vaultFile.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new AppError(
      'unavailable',
      'vault-damaged',
      'The passphrase vault cannot be read. Restore its file from a backup; without it the journal stays locked.',
      { cause },
    );
  }
};

const create = async (file: string, passphrase: string, random: RandomBytes): Promise<Buffer> => {
  if ([...passphrase].length < MIN_PASSPHRASE) {
    throw new AppError(
      'invalid',
      'passphrase-short',
      `The passphrase needs at least ${MIN_PASSPHRASE} characters.`,
    );
  }
  const key = random(KEY_BYTES);
  const kdf = { name: 'scrypt', ...COST, salt: random(KEY_BYTES).toString('base64') } as const;
  const sealed = seal(await derive(passphrase, kdf), key, CONTEXT, random).toString('base64');
  const content: VaultFile = { version: 1, kdf, sealed };
  await writePrivate(file, JSON.stringify(content), random(8).toString('hex'));
  return key;
};

/**
 * The 32-byte key kept in a file under a passphrase; the first call creates it. Throws AppError: `passphrase-wrong`,
 * `passphrase-short` (on creation), `vault-damaged`.
 */
export const openVault = async (file: string, passphrase: string, random: RandomBytes): Promise<Buffer> => {
  const bytes = await readIfThere(file);
  if (!bytes) return create(file, passphrase, random);
  const { kdf, sealed } = parse(bytes);
  const key = unseal(await derive(passphrase, kdf), Buffer.from(sealed, 'base64'), CONTEXT);
  if (key?.length === KEY_BYTES) return key;
  throw new AppError(
    'denied',
    'passphrase-wrong',
    'The passphrase is not the one this profile was locked with.',
  );
};
