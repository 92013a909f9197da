import { getCACertificates } from 'node:tls';
import type pg from 'pg';
import type { Connection } from '../../../shared/model/connection.ts';

/** A client certificate with its key, both PEM; the passphrase opens the key where it is encrypted. */
export interface ClientIdentity {
  readonly cert: string;
  readonly key: string;
  readonly passphrase?: string | undefined;
}

export interface TlsSettings {
  readonly tls: Connection['tls'];
  /** PEM of the authorities to trust instead of this machine's. */
  readonly ca?: string | undefined;
  readonly identity?: ClientIdentity | undefined;
}

/**
 * libpq's sslmode in the terms of Node's TLS (manual 32.19): `require` encrypts and believes any certificate, `verify-ca` wants
 * a trusted authority, `verify-full` also the host's name. TLS 1.2 is the oldest that is spoken.
 */
export const tlsOptions = ({ tls, ca, identity }: TlsSettings): pg.ClientConfig['ssl'] => {
  if (tls === 'disable') return false;
  const proof = identity
    ? {
        cert: identity.cert,
        key: identity.key,
        ...(identity.passphrase === undefined ? {} : { passphrase: identity.passphrase }),
      }
    : {};
  const own = { ...proof, minVersion: 'TLSv1.2' as const };
  if (tls === 'require') return { ...own, rejectUnauthorized: false };
  return {
    ...own,
    rejectUnauthorized: true,
    ca: ca ?? [...getCACertificates('default'), ...getCACertificates('system')],
    ...(tls === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
  };
};
