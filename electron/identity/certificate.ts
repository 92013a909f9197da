import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../../shared/model/failure.ts';
import type { CertificateSignIn } from '../../shared/model/sign-in.ts';

/** A client certificate and its key as PEM, found to belong together. */
export interface ReadCertificate {
  readonly cert: string;
  readonly key: string;
  readonly passphrase?: string | undefined;
}

const MAX_BYTES = 1_000_000;
/** Read or written by somebody else than the owner. */
const OTHERS = 0o077;
const GROUP_READS = 0o040;

/** A PEM file of a connection. AppError `unavailable certificate-file` names the field and the file. */
export const readPem = async (file: string, field: 'caFile' | 'certFile' | 'keyFile'): Promise<string> => {
  try {
    const { size } = await stat(file);
    const text = size > MAX_BYTES ? '' : await readFile(file, 'utf8');
    if (text.includes('-----BEGIN ')) return text;
  } catch (cause) {
    throw new AppError(
      'unavailable',
      'certificate-file',
      `The file ${file} cannot be read. Choose another.`,
      {
        details: { field, file },
        cause,
      },
    );
  }
  throw new AppError(
    'invalid',
    'certificate-file',
    `The file ${file} is not in PEM format. Choose another.`,
    {
      details: { field, file },
    },
  );
};

/**
 * Reads and checks a client certificate before a server is asked, so that a wrong file is told at its field. AppError:
 * `certificate-file`, `key-file-open`, `key-passphrase-needed`, `key-passphrase-wrong`, `certificate-mismatch`, `certificate-expired`.
 */
export const readCertificate = async (
  { certFile, keyFile }: CertificateSignIn,
  passphrase: string | undefined,
  now: Date,
): Promise<ReadCertificate> => {
  const cert = await readPem(certFile, 'certFile');
  await refuseOpenKey(keyFile);
  const key = await readPem(keyFile, 'keyFile');
  const parsed = parseCertificate(cert, certFile);
  if (!parsed.checkPrivateKey(parseKey(key, passphrase)))
    throw new AppError(
      'invalid',
      'certificate-mismatch',
      'The key file belongs to another certificate. Choose its own.',
      {
        details: { field: 'keyFile' },
      },
    );
  if (parsed.validToDate < now)
    throw new AppError(
      'denied',
      'certificate-expired',
      `The certificate ended on ${parsed.validToDate.toISOString().slice(0, 10)}. Ask the administrator for a new one.`,
      { details: { field: 'certFile' } },
    );
  return { cert, key, ...(passphrase === undefined ? {} : { passphrase }) };
};

/** As libpq (manual 32.19.2): a key that others can read is no proof; root may share one with a group. */
const refuseOpenKey = async (file: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const found = await stat(file).catch(() => null);
  if (!found) return;
  const refused = found.uid === 0 ? OTHERS & ~GROUP_READS : OTHERS;
  if ((found.mode & refused) === 0) return;
  throw new AppError(
    'denied',
    'key-file-open',
    `The key file ${file} can be read by others. Make it readable for its owner alone (chmod 600).`,
    { details: { field: 'keyFile', file } },
  );
};

const parseCertificate = (cert: string, file: string): X509Certificate => {
  try {
    return new X509Certificate(cert);
  } catch (cause) {
    throw new AppError(
      'invalid',
      'certificate-file',
      `The file ${file} holds no certificate. Choose another.`,
      {
        details: { field: 'certFile', file },
        cause,
      },
    );
  }
};

const parseKey = (key: string, passphrase: string | undefined) => {
  try {
    return createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    // What OpenSSL says of a wrong passphrase differs by cipher; a key that reads at all is never the cause of it.
    const needed = passphrase === undefined && isEncrypted(key);
    if (needed)
      throw new AppError(
        'denied',
        'key-passphrase-needed',
        'The key file is encrypted. Enter its passphrase.',
      );
    if (isEncrypted(key))
      throw new AppError('denied', 'key-passphrase-wrong', 'The passphrase does not open the key file.');
    throw new AppError('invalid', 'certificate-file', 'The key file cannot be used. Choose another.', {
      details: { field: 'keyFile' },
      cause: error,
    });
  }
};

/** RFC 7468 (PKCS #8) and the older form of OpenSSL. */
const isEncrypted = (key: string): boolean => /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(key);
