import { execFile, execFileSync } from 'node:child_process';
import { chmod, chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unprivilegedUser } from '../../electron/warehouse/embedded/os-user.ts';

const openssl = (args: readonly string[]) => promisify(execFile)('openssl', [...args]);

/** Whether the openssl program is there; tests that need certificates are skipped without it. */
export const hasOpenssl = (): boolean => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

export interface Authority {
  readonly cert: string;
  /** A certificate with its key, as files; `names` are subject alternative names such as `IP:127.0.0.1`. */
  issue(common: string, names?: string): Promise<{ readonly cert: string; readonly key: string }>;
}

/** A certificate authority whose files lie in a folder. */
export const makeAuthority = async (folder: string, name: string): Promise<Authority> => {
  const at = (file: string): string => join(folder, `${name}-${file}`);
  const [cert, key] = [at('ca.pem'), at('ca.key')];
  await openssl([
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert],
    ...['-subj', `/CN=writ test ${name}`],
  ]);
  await chmod(cert, 0o644);
  return {
    cert,
    issue: async (common, names) => {
      const [own, request, signed, extra] = ['key', 'csr', 'pem', 'ext'].map((end) =>
        at(`${common}.${end}`),
      ) as [string, string, string, string];
      await openssl([
        ...[
          'req',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-keyout',
          own,
          '-out',
          request,
          '-subj',
          `/CN=${common}`,
        ],
      ]);
      await writeFile(extra, names ? `subjectAltName=${names}\n` : '');
      await openssl([
        ...['x509', '-req', '-in', request, '-days', '2', '-out', signed, '-extfile', extra],
        ...['-CA', cert, '-CAkey', key, '-CAcreateserial'],
      ]);
      await chmod(own, 0o600);
      await chmod(signed, 0o644);
      return { cert: signed, key: own };
    },
  };
};

/** The same key under a passphrase (PKCS #8), as a file of its owner. */
export const encryptKey = async (key: string, passphrase: string): Promise<string> => {
  const out = `${key}.enc`;
  await openssl([
    'pkcs8',
    '-topk8',
    '-in',
    key,
    '-out',
    out,
    '-passout',
    `pass:${passphrase}`,
    '-v2',
    'aes-256-cbc',
  ]);
  await chmod(out, 0o600);
  return out;
};

/** Gives a file to the user the test server runs as. */
export const forServer = async (file: string): Promise<void> => {
  const owner = await unprivilegedUser();
  if (owner) await chown(file, owner.uid, owner.gid);
};
