import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { browse } from '../support/browser.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { expect, test, type Writ } from './fixtures.ts';
import { cell, typeInto } from './support/grid.ts';

const PASSWORD = 'Planted-Password-7f3a';
const PASSPHRASE = 'Planted-Passphrase-91c2';
const CELL = 'Planted-Cell-5d8e';

let server: TestPostgres;
let provider: IdentityProvider;

test.beforeAll(async () => {
  server = await startPostgres();
  const admin = await server.client();
  await admin.query(`create role ann login; create role ben login password '${PASSWORD}';
    create table note (id int primary key, memo text); insert into note values (1, 'plain');
    grant select, update on note to ann, ben`);
  provider = await startIdentityProvider();
  provider.onToken = async (token) => {
    await admin.query(`alter role ann password '${token}'`);
  };
});
test.afterAll(async () => {
  await provider.stop();
  await server.stop();
});

const fill = async (page: Page, fields: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, value] of Object.entries(fields))
    await page.getByRole('textbox', { name, exact: true }).fill(value);
};

/** Opens the form of a new connection to the test's server. */
const newConnection = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('button', { name: 'Connections' }).last().click();
  await page.getByRole('button', { name: 'Connect to a PostgreSQL database' }).click();
  await fill(page, { Name: name, Host: server.host, Port: String(server.port), Database: 'postgres' });
};

/** Gives the passphrase where no keychain holds the key, and opens the one sheet. */
const enter = async (page: Page): Promise<void> => {
  const passphrase = page.getByLabel('Passphrase');
  const sheet = page.getByRole('button', { name: 'Note', exact: true });
  await expect(passphrase.or(sheet).first()).toBeVisible();
  if (await passphrase.isVisible()) {
    await passphrase.fill(PASSPHRASE);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
  }
  await sheet.click();
};

/** The ways a text may lie in bytes. */
const formsOf = (text: string): readonly Buffer[] => [
  Buffer.from(text, 'utf8'),
  Buffer.from(text, 'utf16le'),
  Buffer.from(Buffer.from(text, 'utf8').toString('base64').replace(/=+$/, '').slice(0, -1)),
  Buffer.from(Buffer.from(text, 'utf8').toString('hex')),
];

const holding = (bytes: Buffer, secrets: readonly string[]): readonly string[] =>
  secrets.filter((secret) => formsOf(secret).some((form) => bytes.includes(form)));

/** `file: secret` for every file of the data folder that holds one; the demo's own database cannot. */
const inFiles = async (folder: string, secrets: readonly string[]): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || file.startsWith(join(folder, 'demo'))) continue;
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    found.push(...holding(bytes, secrets).map((secret) => `${file}: ${secret}`));
  }
  return found;
};

/** What every process of the application was started with, as other programs of the machine can read it. */
const inProcesses = async (writ: Writ, secrets: readonly string[]): Promise<readonly string[]> => {
  const pids =
    (await writ.host.electron?.evaluate(({ app }) => app.getAppMetrics().map(({ pid }) => pid))) ?? [];
  expect(pids.length).toBeGreaterThan(2);
  const found: string[] = [];
  for (const pid of pids)
    for (const part of ['cmdline', 'environ']) {
      const bytes = await readFile(`/proc/${pid}/${part}`);
      found.push(...holding(bytes, secrets).map((secret) => `${part} of ${pid}: ${secret}`));
    }
  return found;
};

/** Everything the page's JavaScript can reach, as the debugger sees it after a collection of garbage. */
const heapOf = async (page: Page): Promise<Buffer> => {
  const session = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return Buffer.from(chunks.join(''), 'utf8');
};

test('passwords, passphrases, tokens and cells stay out of files, logs, arguments, environment and the page', async ({
  writ,
}) => {
  const { page, dataFolder } = writ;
  await writ.host.electron?.evaluate(({ shell }) => {
    shell.openExternal = async (url: string) => {
      (globalThis as { opened?: string }).opened = url;
    };
  });
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });

  await newConnection(page, 'By token');
  await page.getByLabel('Sign in with').selectOption('oidc');
  await fill(page, {
    Issuer: provider.issuer,
    'Client ID': provider.settings.clientId,
    Scopes: 'openid profile',
  });
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  const address = () => writ.host.electron?.evaluate(() => (globalThis as { opened?: string }).opened ?? '');
  await expect.poll(address).toContain('code_challenge');
  await browse((await address()) ?? '');
  await enter(page);
  await expect(cell(page, 0, 'memo')).toHaveText('plain');

  await newConnection(page, 'By password');
  await fill(page, { User: 'ben' });
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('checkbox', { name: /Keep it on this machine/ }).check();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await enter(page);
  await typeInto(page, 0, 'memo', CELL);
  await expect(page.getByText('Kept on this machine')).toBeVisible();

  const proofs = [PASSWORD, PASSPHRASE, ...provider.given];
  const all = [...proofs, CELL];
  expect(provider.given.size).toBeGreaterThan(2);
  expect(await inProcesses(writ, all)).toEqual([]);
  expect(await inFiles(dataFolder, all)).toEqual([]);
  expect(await inFiles(dataFolder, ['By password']), 'the search finds what is there').not.toEqual([]);
  expect(holding(Buffer.from(writ.host.output()), all)).toEqual([]);

  // What the page shows may be in the page; what proves who somebody is may not.
  const heap = await heapOf(page);
  expect(holding(heap, [CELL]), 'the search finds what is there').toEqual([CELL]);
  expect(holding(heap, proofs)).toEqual([]);
  const kept = await page.evaluate(() => [
    JSON.stringify({ ...localStorage }),
    JSON.stringify({ ...sessionStorage }),
    location.href,
    document.documentElement.outerHTML,
    ...[...document.querySelectorAll('input')].map((input) => input.value),
  ]);
  expect(holding(Buffer.from(kept.join('\n')), proofs)).toEqual([]);

  // A page that crashes leaves no dump of its memory, and ending leaves nothing more in the files.
  await writ.host.electron?.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
  });
  await expect
    .poll(() =>
      writ.host.electron?.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.webContents.isCrashed(),
      ),
    )
    .toBe(true);
  const dumps = (await writ.host.electron?.evaluate(({ app }) => app.getPath('crashDumps'))) ?? '';
  expect(await readdir(dumps, { recursive: true }).catch(() => [])).not.toContainEqual(
    expect.stringMatching(/\.dmp$/),
  );
  await writ.host.stop();
  expect(await inFiles(dataFolder, all)).toEqual([]);
  expect(holding(Buffer.from(writ.host.output()), all)).toEqual([]);
});
