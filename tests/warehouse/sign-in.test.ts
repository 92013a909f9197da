import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../electron/backend.ts';
import type { Connection } from '../../shared/model/connection.ts';
import { attachClient, setting, type TestClient } from '../support/backend-client.ts';
import { browse } from '../support/browser.ts';
import { type Authority, encryptKey, forServer, hasOpenssl, makeAuthority } from '../support/certificates.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { describeUnless } from '../support/skipped.ts';
import { testBackend } from '../support/test-backend.ts';
import { memoryKeychain } from '../unit/electron/identity/memory-keychain.ts';

const SOURCE = { schema: 'public', table: 'line' };
const SHEET = JSON.stringify(['public', 'line']);
const HOUR = 3_600_000;
const TASK = '00000000-0000-4000-8000-000000000001';

const withOpenssl = describeUnless(hasOpenssl() ? null : 'the program openssl is not installed');

withOpenssl('signing in to a server with TLS', () => {
  let files: string;
  let authority: Authority;
  let other: Authority;
  let postgres: TestPostgres;
  let admin: pg.Client;
  let folder: string;
  let backend: Backend;
  let client: TestClient;
  /** How far this machine's clock is ahead, in milliseconds. */
  let ahead = 0;
  let opened: string[] = [];
  /** Whether a browser goes where it is sent. */
  let browsing = true;

  beforeAll(async () => {
    files = await mkdtemp(join(tmpdir(), 'writ-sign-in-'));
    await chmod(files, 0o755);
    authority = await makeAuthority(files, 'own');
    other = await makeAuthority(files, 'other');
    const server = await authority.issue('server', 'IP:127.0.0.1');
    await forServer(server.key);
    postgres = await startPostgres([
      ...['ssl=on', `ssl_cert_file=${server.cert}`, `ssl_key_file=${server.key}`],
      `ssl_ca_file=${authority.cert}`,
    ]);
    const hba = join(postgres.cluster.folder, 'pg_hba.conf');
    await writeFile(hba, `hostssl all carol 127.0.0.1/32 cert\n${await readFile(hba, 'utf8')}`);
    admin = await postgres.client();
    await admin.query(`select pg_reload_conf();
      create role ann login; create role carol login; create role planners; grant planners to ann;
      create table line (id int primary key, amount numeric not null); insert into line values (1, 10), (2, 20);
      grant select, update on line to ann, carol`);
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(files, { recursive: true, force: true });
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'writ-backend-'));
    ahead = 0;
    opened = [];
    browsing = true;
    backend = await testBackend(folder, {
      now: () => new Date(Date.now() + ahead),
      keychain: memoryKeychain(),
      administratorFile: join(folder, 'absent.json'),
      openBrowser: (url) => {
        opened.push(url);
        if (browsing) void browse(url);
      },
    });
    client = attachClient(backend);
  });
  afterEach(async () => {
    await backend.close();
    await rm(folder, { recursive: true, force: true });
  });

  const place = (more: Partial<Connection>): Connection => ({
    id: 'c',
    name: 'Plan',
    kind: 'postgres',
    host: '127.0.0.1',
    port: postgres.port,
    database: 'postgres',
    tls: 'verify-full',
    caFile: authority.cert,
    ...more,
  });

  describe('with a client certificate', () => {
    const carol = async (more: Partial<Connection> = {}) => {
      const { cert, key } = await authority.issue('carol');
      return place({ signIn: { kind: 'certificate', certFile: cert, keyFile: key }, ...more });
    };
    const open = async (connection: Connection, password?: string, remember = false) => {
      await client.call('connections.save', { connection });
      return client.call('session.open', {
        ...{ connection: 'c', user: 'carol', remember },
        ...(password === undefined ? {} : { password }),
      });
    };

    test('the server knows who it is, without any password', async () => {
      expect((await open(await carol())).person.user).toBe('carol');
    });

    test('a certificate of another person or authority is refused by the server', async () => {
      const ben = await authority.issue('ben');
      const strange = await other.issue('carol');
      const signIn = (files: { cert: string; key: string }) =>
        ({ kind: 'certificate', certFile: files.cert, keyFile: files.key }) as const;
      await expect(open(place({ signIn: signIn(ben) }))).rejects.toMatchObject({
        kind: 'denied',
        code: 'sign-in-refused',
      });
      await expect(open(place({ signIn: signIn(strange) }))).rejects.toMatchObject({
        kind: 'denied',
        code: 'certificate-not-accepted',
      });
    });

    test('an encrypted key asks for its passphrase, which is kept sealed if wanted', async () => {
      const { cert, key } = await authority.issue('carol');
      const keyFile = await encryptKey(key, 'open sesame');
      const connection = place({ signIn: { kind: 'certificate', certFile: cert, keyFile } });
      await expect(open(connection)).rejects.toMatchObject({ code: 'key-passphrase-needed' });
      await expect(open(connection, 'wrong one')).rejects.toMatchObject({ code: 'key-passphrase-wrong' });
      await open(connection, 'open sesame', true);
      await client.call('session.close', {});
      expect((await open(connection)).person.user).toBe('carol');
      expect(await readFile(join(folder, 'passwords.json'), 'utf8')).not.toContain('sesame');
    });

    test('a key that others can read, of another certificate, or no key at all is told at its field', async () => {
      const mine = await authority.issue('carol');
      const ben = await authority.issue('ben');
      const attempt = (certFile: string, keyFile: string) =>
        open(place({ signIn: { kind: 'certificate', certFile, keyFile } }));
      await chmod(mine.key, 0o644);
      await expect(attempt(mine.cert, mine.key)).rejects.toMatchObject({ code: 'key-file-open' });
      await chmod(mine.key, 0o600);
      await expect(attempt(mine.cert, ben.key)).rejects.toMatchObject({
        code: 'certificate-mismatch',
        details: { field: 'keyFile' },
      });
      await expect(attempt(mine.cert, join(files, 'nowhere'))).rejects.toMatchObject({
        code: 'certificate-file',
        details: { field: 'keyFile' },
      });
      ahead = 5 * 24 * HOUR;
      await expect(attempt(mine.cert, mine.key)).rejects.toMatchObject({ code: 'certificate-expired' });
    });
  });

  describe('verified as the connection says', () => {
    const refusal = async (more: Partial<Connection>) => {
      await admin.query(`alter role ann password 'pw'`);
      await client.call('connections.save', { connection: place(more) });
      return client.refusal('session.open', { connection: 'c', user: 'ann', password: 'pw' });
    };

    test('verify-ca believes the authority for any host, verify-full for the host of the certificate', async () => {
      expect(await refusal({ tls: 'verify-full' })).toBe('no refusal');
      expect(await refusal({ tls: 'verify-ca', host: 'localhost' })).toBe('no refusal');
      expect(await refusal({ tls: 'verify-full', host: 'localhost' })).toBe(
        'unavailable certificate-refused',
      );
    });

    test('an authority that did not sign is not believed by either, and require asks nobody', async () => {
      const caFile = other.cert;
      expect(await refusal({ tls: 'verify-full', caFile })).toBe('unavailable certificate-refused');
      expect(await refusal({ tls: 'verify-ca', caFile })).toBe('unavailable certificate-refused');
      expect(await refusal({ tls: 'require', caFile })).toBe('no refusal');
    });

    test('outside this machine no encryption is refused, and a token goes to a verified server only', async () => {
      const host = 'db.example.com';
      const save = (connection: Connection) => client.refusal('connections.save', { connection });
      const issuer = 'https://id.example.com';
      const oidc = { kind: 'oidc' as const, issuer, clientId: 'w', scopes: [], userClaim: 'x' };
      expect(await save(place({ host, tls: 'disable' }))).toBe('denied tls-needed');
      expect(await save(place({ host, tls: 'require', signIn: oidc }))).toBe('denied tls-unverified');
      expect(await save(place({ host, tls: 'require' }))).toBe('no refusal');
      expect(await save(place({ host, tls: 'verify-ca', signIn: oidc }))).toBe('no refusal');
    });
  });

  describe('with an access token of a provider', () => {
    let provider: IdentityProvider;
    /** The one token the database lets in: the last one given out. */
    let current = '';
    beforeEach(async () => {
      provider = await startIdentityProvider();
      provider.onToken = async (token) => {
        current = token;
        await admin.query(`alter role ann password '${token}'`);
      };
      await client.call('connections.save', { connection: place({ signIn: provider.settings }) });
    });
    afterEach(() => provider.stop());

    const refreshes = () =>
      provider.tokenCalls.filter((call) => call.get('grant_type') === 'refresh_token').length;
    const signIn = async () => {
      const { user } = await client.call('session.browse', { task: TASK, connection: 'c' });
      return client.call('session.open', { connection: 'c', user });
    };
    const cut = () =>
      admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ann'`);
    const readable = async () => (await client.call('catalog.tables', {})).tables.length;

    test('the claim proposes the user, and the database lets the token in', async () => {
      expect(await client.refusal('session.open', { connection: 'c', user: 'ann' })).toBe(
        'denied sign-in-needed',
      );
      const session = await signIn();
      expect(session.person.user).toBe('ann');
      expect(session.roles).toContain('planners');
      expect(client.said('session.browse')).toEqual([{ task: TASK, url: opened[0] }]);
    });

    test('a claim gives no more than the database does: whose role refuses the token stays outside', async () => {
      provider.account = 'carol_admin';
      const { user } = await client.call('session.browse', { task: TASK, connection: 'c' });
      expect(user).toBe('carol_admin');
      await expect(client.call('session.open', { connection: 'c', user })).rejects.toMatchObject({
        ...{ kind: 'denied', code: 'sign-in-refused' },
        message: expect.stringContaining('The sign-in of the provider was refused.'),
      });
      // Nothing of it is tried again unasked.
      expect(await client.refusal('session.open', { connection: 'c', user })).toBe('denied sign-in-needed');
    });

    test('a lost link comes back with a renewed token, while the old one opens nothing any more', async () => {
      await signIn();
      const first = current;
      ahead = 2 * HOUR;
      await cut();
      // The loss is noticed by whoever asks first, the program itself or this.
      await expect.poll(() => readable().catch(() => 0), { timeout: 20_000 }).toBe(1);
      expect(current).not.toBe(first);
      expect(refreshes()).toBe(1);
      await expect(postgres.client('ann', first)).rejects.toMatchObject({ code: '28P01' });
    });

    test('a token that has ended unnoticed, as the clock was put back, is renewed when the database refuses it', async () => {
      await signIn();
      const first = current;
      ahead = -3 * HOUR;
      await admin.query(`alter role ann password 'another'`);
      await cut();
      await expect.poll(() => readable().catch(() => 0), { timeout: 20_000 }).toBe(1);
      expect(current).not.toBe(first);
      expect(refreshes()).toBe(1);
      expect(client.said('session.state').map(({ state }) => state)).not.toContain('signed-out');
    });

    test('links opened while it holds cost no renewal', async () => {
      await signIn();
      await Promise.all(Array.from({ length: 4 }, readable));
      expect(refreshes()).toBe(0);
    });

    test('an ended sign-in is said without losing edits, and the same person goes on after signing in again', async () => {
      await signIn();
      await client.call('sheets.open', { source: SOURCE });
      await client.call('edits.append', { step: setting(SHEET, 'amount', [['["1"]', '10', '11']]) });
      ahead = 2 * HOUR;
      provider.broken = '/token';
      await cut();
      await client.heard('session.state', ({ state }) => state === 'lost');
      client.forget();
      // A provider in trouble is waited for; one that has ended the sign-in is not.
      await provider.endSignIns();
      provider.broken = null;
      await client.heard('session.state', ({ state }) => state === 'signed-out');
      const before = refreshes();
      const { counts } = await client.call('edits.append', {
        step: setting(SHEET, 'amount', [['["2"]', '20', '21']]),
      });
      expect(counts.cells).toBe(2);
      expect(refreshes()).toBe(before);

      await signIn();
      expect(client.said('session.state').at(-1)?.state).toBe('connected');
      const { pending } = await client.call('sheets.open', { source: SOURCE });
      expect(pending.counts.cells).toBe(2);
    });

    test.each(['ended at the provider', 'used a second time'])(
      'a sign-in that was %s in a long day without the network: what was submitted waits for the next one, and nobody else sends it',
      async (how) => {
        await admin.query('update line set amount = id * 10');
        await signIn();
        const [name = ''] = (await readdir(join(folder, 'tokens'))).filter((each) =>
          each.endsWith('.tokens'),
        );
        const file = join(folder, 'tokens', name);
        const first = await readFile(file);
        ahead = 2 * HOUR;
        await cut();
        const opens = () => client.refusal('sheets.open', { source: SOURCE });
        await expect
          .poll(async () => [await opens(), refreshes()], { timeout: 20_000 })
          .toEqual(['no refusal', 1]);
        await client.call('edits.append', { step: setting(SHEET, 'amount', [['["1"]', '10', '11']]) });
        ahead = 10 * HOUR;
        provider.broken = '/token';
        const linkState = async () => (await client.call('link.get', {})).state;
        // One that is just being opened is not in the server's list yet, and would outlive the others.
        await expect.poll(() => cut().then(linkState), { timeout: 20_000 }).toBe('offline');
        const { sha256 } = await client.call('batches.preview', { sheet: SHEET });
        const batch = randomUUID();
        await client.call('outbox.queue', { sheet: SHEET, batch, sha256 });
        if (how === 'used a second time') await writeFile(file, first);
        else await provider.endSignIns();
        provider.broken = null;
        await client.call('link.retry', {});
        await expect.poll(linkState, { timeout: 20_000 }).toBe('signed-out');
        const waits = async () => (await client.call('outbox.list', {})).batches.map(({ state }) => state);
        expect(await waits()).toEqual(['waiting']);

        // Whoever signs in as somebody else gets neither the session nor what waits in it.
        provider.account = 'carol_admin';
        await client.call('session.browse', { task: TASK, connection: 'c' });
        expect(await client.refusal('session.open', { connection: 'c', user: 'ann' })).toBe(
          'denied sign-in-needed',
        );
        expect(await waits()).toEqual(['waiting']);
        provider.account = 'ann';
        await signIn();
        await expect.poll(waits, { timeout: 20_000 }).toEqual([]);
        const { rows } = await admin.query<{ amount: string }>('select amount::text from line order by id');
        expect(rows.map(({ amount }) => amount)).toEqual(['11', '20']);
      },
    );

    test('signing out forgets and revokes the tokens, and the provider asks again who it is', async () => {
      await signIn();
      const token = current;
      expect(await client.call('session.signout', {})).toEqual({ revoked: true });
      expect(await provider.accountOf(token)).toBe(null);
      expect(await client.refusal('session.open', { connection: 'c', user: 'ann' })).toBe(
        'denied sign-in-needed',
      );
      await signIn();
      expect(opened.map((url) => new URL(url).searchParams.get('prompt'))).toEqual([null, 'login']);
    });

    test('a sign-in that the browser never answers can be cancelled', async () => {
      browsing = false;
      const refused = client.refusal('session.browse', { task: TASK, connection: 'c' });
      await client.heard('session.browse');
      await client.call('exchange.cancel', { task: TASK });
      expect(await refused).toBe('cancelled sign-in-cancelled');
    });

    test('a user that no claim names is asked for', async () => {
      const connection = place({ signIn: { ...provider.settings, userClaim: 'absent' } });
      await client.call('connections.save', { connection });
      expect(await client.refusal('session.browse', { task: TASK, connection: 'c' })).toBe(
        'invalid user-needed',
      );
      expect((await client.call('session.browse', { task: TASK, connection: 'c', user: 'ann' })).user).toBe(
        'ann',
      );
    });

    test('neither password nor token stands in the data folder', async () => {
      await signIn();
      await client.call('session.close', {});
      const { stdout } = await grep(folder, [...provider.given]);
      expect(stdout).toBe('');
    });
  });
});

/** Files below the folder that hold one of the texts. */
const grep = async (folder: string, texts: readonly string[]): Promise<{ stdout: string }> => {
  const { execFile } = await import('node:child_process');
  return new Promise((done) => {
    execFile('grep', ['-rlaF', ...texts.flatMap((text) => ['-e', text]), folder], (_error, stdout) =>
      done({ stdout }),
    );
  });
};
