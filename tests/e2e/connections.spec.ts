import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { browse } from '../support/browser.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { expect, test, type Writ } from './fixtures.ts';
import { OVER, walkOf } from './support/accessibility.ts';
import { downloaded } from './support/download.ts';
import { cell, typeInto } from './support/grid.ts';

let server: TestPostgres;
let provider: IdentityProvider;

test.beforeAll(async () => {
  server = await startPostgres();
  const admin = await server.client();
  await admin.query(`create role ann login; create role planners; grant planners to ann; create role ben login password 'right';
    create table forecast (id int primary key, amount numeric(12,2) not null);
    insert into forecast select n, n * 100 from generate_series(1, 20) n;
    grant select, update on forecast to ann, planners, ben`);
  provider = await startIdentityProvider();
  provider.groups = ['fp-planners'];
  provider.onToken = async (token) => {
    await admin.query(`alter role ann password '${token}'`);
  };
});
test.afterAll(async () => {
  await provider.stop();
  await server.stop();
});

/** The address that was opened in the person's own browser, which the test stands for. */
const opened = async (writ: Writ): Promise<string> => {
  const { electron } = writ.host;
  if (!electron)
    return (await writ.page.getByRole('link', { name: 'Open the sign-in page' }).getAttribute('href')) ?? '';
  const take = () =>
    electron.evaluate(() => {
      const held = globalThis as { opened?: string };
      const url = held.opened ?? '';
      held.opened = '';
      return url;
    });
  let url = '';
  await expect.poll(async () => (url ||= await take())).not.toBe('');
  return url;
};

const withoutBrowser = async (writ: Writ): Promise<void> => {
  await writ.host.electron?.evaluate(({ shell }) => {
    shell.openExternal = async (url: string) => {
      (globalThis as { opened?: string }).opened = url;
    };
  });
};

const fillPlace = async (page: Page): Promise<void> => {
  await page.getByRole('textbox', { name: 'Host' }).fill(server.host);
  await page.getByRole('textbox', { name: 'Port' }).fill(String(server.port));
  await page.getByRole('textbox', { name: 'Database' }).fill('postgres');
};

const shot = async (page: Page, name: string): Promise<void> => {
  const folder = process.env.WRIT_SHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
};

test('a connection is added, tested step by step and opened through a sign-in provider; an ended sign-in is no end of work', async ({
  writ,
}) => {
  const { page } = writ;
  const { at, found } = walkOf(page);
  await withoutBrowser(writ);
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Connections' }).last().click();
  await page.getByRole('button', { name: 'Connect to a PostgreSQL database' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Group budget');
  await fillPlace(page);
  await page
    .getByLabel('Sign in with')
    .selectOption({ label: 'Sign-in provider: its access token is the password' });
  await page.getByRole('textbox', { name: 'Issuer' }).fill(provider.issuer);
  await page.getByRole('textbox', { name: 'Client ID' }).fill(provider.settings.clientId);
  await page.getByRole('textbox', { name: 'Scopes' }).fill('openid profile');
  await page.getByText('Who it is proposed to, and with which role').click();
  await page.getByLabel('Values and roles').fill('fp-planners = planners\nfp-board = board');
  await at('connection form with claims', OVER);

  // Before anybody signed in, the test goes as far as the server and says what is missing.
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const steps = page.getByRole('listitem');
  await expect(steps.filter({ hasText: 'Network' })).toContainText('The server answers on port');
  await expect(steps.filter({ hasText: 'Sign-in' })).toContainText(
    'Nobody has signed in at the provider yet',
  );
  await expect(steps.filter({ hasText: 'Governance' })).toContainText('a step before it failed');
  await shot(page, 'test-failed');
  await page.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'Sign in in the browser' })).toBeVisible();
  await at('sign in in the browser', OVER);
  expect((await browse(await opened(writ))).text).toContain('Signed in');
  // Without a keychain the key of the journal needs a passphrase; the sign-in itself is kept meanwhile.
  const passphrase = page.getByLabel('Passphrase');
  const sheet = page.getByRole('button', { name: /forecast/i });
  await expect(passphrase.or(sheet).first()).toBeVisible();
  if (await passphrase.isVisible()) {
    await shot(page, 'passphrase');
    await passphrase.fill('a long passphrase');
    await expect(page.getByRole('textbox', { name: 'User', exact: true })).toHaveValue('ann');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
  }
  await sheet.click();
  await expect(cell(page, 0, 'amount')).toHaveText('100.00');
  const person = page.getByRole('button', { name: 'Signed in as ann' });
  await expect(person).toContainText('as planners');
  await person.click();
  await at('roles', OVER);
  await page.getByRole('menuitemradio', { name: /^ann/ }).click();
  await expect(person).not.toContainText('as planners');
  await expect(cell(page, 0, 'amount')).toHaveText('100.00');

  // The provider ends the sign-in and the link breaks: said in the window, and work goes on.
  await provider.endSignIns();
  provider.broken = '/token';
  const admin = await server.client();
  await admin.query(`alter role ann password 'nobody knows'`);
  provider.broken = null;
  const again = page.getByRole('button', { name: 'Sign in again' });
  // A session that was being opened is not in the list yet: it would outlive the others, and the window be right to say it is online.
  await expect(async () => {
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ann'`);
    await expect(again).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 40_000 });
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await typeInto(page, 0, 'amount', '123.45');
  await expect(page.getByRole('button', { name: 'Submit (1)' })).toBeVisible();
  // Said once: what cannot be read meanwhile is no news beside it.
  await page.keyboard.press('F9');
  await expect(page.getByText('The rows stay as they were read last')).toBeVisible();
  await at('signed out');
  await expect(page.locator('.banner.bad')).toHaveCount(0);
  await expect(page.locator('.banner').filter({ hasText: /sign/i })).toHaveCount(1);
  await again.click();
  await expect(page.getByRole('dialog', { name: 'Sign in in the browser' })).toBeVisible();
  await browse(await opened(writ));
  // Where the key is under a passphrase, it is asked for again only if nothing holds the profile open any more.
  await expect(page.getByRole('button', { name: 'Online' })).toBeVisible();
  await expect(cell(page, 0, 'amount')).toHaveText('123.45');

  // Signed out, the provider's groups choose which connection is opened, and the role in it.
  await person.click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  // Until the sheet is gone, its own button for files has this word in its name.
  const exportAll = page.getByRole('button', { name: 'Export', exact: true });
  const file = await downloaded(writ, () => exportAll.click());
  const json = join(writ.dataFolder, 'connections.json');
  const board = file.replace('Group budget', 'Board budget').replace(server.host, 'localhost');
  await writeFile(json, board.replace(/fp-planners/g, 'fp-others'));
  await page.getByLabel('File of connections').setInputFiles(json);
  await expect(page.getByText('One connection was added.')).toBeVisible();
  const atProvider = page.getByRole('button', { name: /^Sign in at / });
  await expect(atProvider).toBeVisible();
  await at('sign in at a provider');
  await atProvider.click();
  await expect(page.getByRole('dialog', { name: 'Sign in in the browser' })).toBeVisible();
  await browse(await opened(writ));
  await expect(passphrase.or(sheet).first()).toBeVisible();
  if (await passphrase.isVisible()) {
    await passphrase.fill('a long passphrase');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
  }
  await expect(person).toContainText('as planners');
  expect(found).toEqual([]);
});

test('connections are exported, removed with their edits told, brought back and imported', async ({
  writ,
}) => {
  const { page } = writ;
  const { at, found } = walkOf(page);
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Connections' }).last().click();
  await page.getByRole('button', { name: 'Connect to a PostgreSQL database' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Budget of Ben');
  await fillPlace(page);
  await page.getByRole('textbox', { name: 'User' }).fill('ben');
  await page.getByLabel('Password', { exact: true }).fill('right');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  const passphrase = page.getByLabel('Passphrase');
  const sheet = page.getByRole('button', { name: /forecast/i });
  await expect(passphrase.or(sheet).first()).toBeVisible();
  if (await passphrase.isVisible()) {
    await passphrase.fill('a long passphrase');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
  }
  await sheet.click();
  await typeInto(page, 0, 'amount', '7.50');
  await expect(page.getByText('Kept on this machine')).toBeVisible();

  await page.getByRole('button', { name: 'Signed in as ben' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  const more = page.getByRole('button', { name: 'More for Budget of Ben' });
  await expect(more).toBeVisible();
  const file = await downloaded(writ, () =>
    page.getByRole('button', { name: 'Export', exact: true }).click(),
  );
  expect(JSON.parse(file).connections).toHaveLength(1);
  expect(file).not.toContain('right');
  await shot(page, 'list');

  await more.click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await expect(page.getByRole('dialog', { name: 'Remove Budget of Ben?' })).toContainText(
    /ben: (1 row on 1 sheet|cannot be counted)/,
  );
  await at('remove a connection', OVER);
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await at('removed connections');
  await page.getByRole('button', { name: 'Delete Budget of Ben and its edits' }).click();
  const erase = page.getByRole('dialog', { name: 'Delete Budget of Ben from this machine?' });
  await expect(erase).toContainText(/ben: (1 row on 1 sheet|cannot be counted)/);
  if (await erase.getByLabel(/Passphrase/).isVisible()) {
    await erase.getByLabel(/Passphrase/).fill('a long passphrase');
    await erase.getByRole('button', { name: 'Count' }).click();
    await expect(erase).toContainText('ben: 1 row on 1 sheet');
  }
  const edits = await downloaded(writ, () =>
    erase.getByRole('button', { name: 'Save the edits as a file' }).click(),
  );
  expect(edits).toContain('ben,public.forecast,pending,changed,1,amount,100.00,7.50');
  await expect(erase.getByRole('button', { name: 'Delete for good' })).toBeDisabled();
  await at('erase a connection', OVER);
  await erase.getByRole('button', { name: 'Keep' }).click();
  await page.getByRole('button', { name: 'Bring back Budget of Ben' }).click();
  await expect(more).toBeVisible();

  const json = join(writ.dataFolder, 'connections.json');
  await writeFile(json, file.replace('Budget of Ben', 'Budget of Cal').replace(server.host, 'localhost'));
  await page.getByLabel('File of connections').setInputFiles(json);
  await expect(page.getByText('One connection was added.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'More for Budget of Cal' })).toBeVisible();

  // Gone for good: the list knows nothing of it any more.
  await more.click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByRole('button', { name: 'Delete Budget of Ben and its edits' }).click();
  await erase.getByText('The edits are not needed any more').click();
  await erase.getByRole('button', { name: 'Delete for good' }).click();
  await expect(page.getByText('Removed connections')).toHaveCount(0);
  expect(found).toEqual([]);
});
