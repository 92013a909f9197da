import { createCipheriv, createDecipheriv } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

export type RandomBytes = (count: number) => Buffer;

/** Encrypts with AES-256-GCM (NIST SP 800-38D) under a fresh nonce; `context` must be the same to open it again. */
export const seal = (key: Buffer, plain: Buffer, context: string, random: RandomBytes): Buffer => {
  const nonce = random(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context, 'utf8'));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
};

/** Inverse of `seal`; null when key, context or bytes are not the ones it was sealed with. */
export const unseal = (key: Buffer, sealed: Buffer, context: string): Buffer | null => {
  if (sealed.length < NONCE + TAG) return null;
  const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG })
    .setAAD(Buffer.from(context, 'utf8'))
    .setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
  try {
    return Buffer.concat([cipher.update(sealed.subarray(NONCE + TAG)), cipher.final()]);
  } catch {
    return null;
  }
};
