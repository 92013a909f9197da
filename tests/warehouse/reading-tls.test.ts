import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unprivilegedUser } from '../../electron/warehouse/embedded/os-user.ts';
import { connectPostgres, type PostgresOptions } from '../../electron/warehouse/postgres/connect.ts';
import { hasOpenssl } from '../support/certificates.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { describeUnless } from '../support/skipped.ts';

const withOpenssl = describeUnless(hasOpenssl() ? null : 'the program openssl is not installed');

/** A server whose self-signed certificate names 127.0.0.1 and nothing else. */
withOpenssl('TLS', () => {
  let folder: string;
  let server: TestPostgres;
  let options: PostgresOptions;
  let certificate: string;
  const trusted = getCACertificates('default');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'writ-tls-'));
    await chmod(folder, 0o755);
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    await promisify(execFile)('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert],
      ...['-subj', '/CN=writ test', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ]);
    const owner = await unprivilegedUser();
    if (owner) await chown(key, owner.uid, owner.gid);
    await chmod(key, 0o600);
    await chmod(cert, 0o644);
    certificate = await readFile(cert, 'utf8');
    server = await startPostgres(['ssl=on', `ssl_cert_file=${cert}`, `ssl_key_file=${key}`]);
    options = {
      ...{ host: server.host, port: server.port, database: 'postgres', ...server.superuser },
      ...{ tls: 'verify-full', timeZone: 'UTC', version: '0.0.0' },
    };
  }, 60_000);

  afterAll(async () => {
    setDefaultCACertificates(trusted);
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const encrypted = async (change: Partial<PostgresOptions>): Promise<string | null | undefined> => {
    const link = await connectPostgres({ ...options, ...change });
    const { rows } = await link.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    await link.close();
    return rows[0]?.[0];
  };

  test('is off with disable, on with require whoever signed the certificate', async () => {
    expect(await encrypted({ tls: 'disable' })).toBe('false');
    expect(await encrypted({ tls: 'require' })).toBe('true');
  });

  test('refuses a certificate nobody trusts with verify-full', async () => {
    await expect(encrypted({})).rejects.toMatchObject({ kind: 'unavailable', code: 'certificate-refused' });
  });

  test('with verify-full accepts a trusted certificate for its own host only', async () => {
    setDefaultCACertificates([...trusted, certificate]);
    expect(await encrypted({})).toBe('true');
    await expect(encrypted({ host: 'localhost' })).rejects.toMatchObject({
      ...{
        kind: 'unavailable',
        code: 'certificate-refused',
        details: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      },
    });
  });
});
