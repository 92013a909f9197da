import type { Page } from '@playwright/test';
import { governTable, grantUse, installGovernance } from '../../electron/governance/install.ts';
import { startCluster, stopCluster } from '../../electron/warehouse/embedded/cluster.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { expect, test } from './fixtures.ts';
import { cell, typeInto } from './support/grid.ts';

let server: TestPostgres;

test.beforeAll(async () => {
  server = await startPostgres();
  const admin = await server.client();
  await installGovernance(admin);
  await admin.query("create role controller login password 'right'");
  await admin.query('create schema plan authorization controller; set role controller');
  await admin.query('create table plan.cost (id int primary key, amount numeric(10,2) not null, memo text)');
  await admin.query('create table plan.other (id int primary key)');
  await admin.query('insert into plan.cost select n, n * 100, null from generate_series(1, 400) n');
  await admin.query('reset role');
  await governTable(admin, { schema: 'plan', table: 'cost', key: ['id'] });
  await grantUse(admin, 'controller');
});

test.afterAll(() => server.stop());

/** Connects from the form; an empty password is left out. Without a keychain the key needs a passphrase. */
const connect = async (page: Page, password: string): Promise<void> => {
  await page.getByLabel('Password', { exact: true }).fill(password);
  const button = page.getByRole('button', { name: 'Connect', exact: true });
  await button.click();
  const passphrase = page.getByLabel('Passphrase');
  await expect(passphrase.or(page.getByRole('navigation', { name: 'Sheets' })).first()).toBeVisible();
  if (!(await passphrase.isVisible())) return;
  await passphrase.fill('a long passphrase');
  await button.click();
};

const openConnections = async (page: Page): Promise<void> => {
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Connections' }).last().click();
};

test('a sheet works with the server down, also after a restart, and what was submitted is written when it is back', async ({
  writ,
}) => {
  let { page } = writ;
  await openConnections(page);
  await page.getByRole('button', { name: 'Connect to a PostgreSQL database' }).click();
  await page.getByRole('textbox', { name: 'Host' }).fill(server.host);
  await page.getByRole('textbox', { name: 'Port' }).fill(String(server.port));
  await page.getByRole('textbox', { name: 'Database' }).fill('postgres');
  await page.getByRole('textbox', { name: 'User' }).fill('controller');
  await connect(page, 'right');
  await page.getByRole('button', { name: /^Cost/ }).click();
  await expect(cell(page, 0, 'amount')).toHaveText('100.00');
  await expect(page.getByRole('status').filter({ hasText: 'Online' })).toBeVisible();

  await stopCluster(server.cluster);
  await expect(page.getByRole('status').filter({ hasText: /Offline|starting/ })).toBeVisible();
  await typeInto(page, 0, 'amount', '111');
  await expect(page.getByText('Kept on this machine')).toBeVisible();

  page = await writ.restart();
  await openConnections(page);
  await page
    .getByRole('button', { name: /controller at/ })
    .first()
    .click();
  await connect(page, '');
  await expect(page.getByRole('status').filter({ hasText: 'Offline' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Other/ })).toBeDisabled();
  await page.getByRole('button', { name: /^Cost/ }).click();
  await expect(page.getByText(/As of .*, from this machine/)).toBeVisible();
  await expect(cell(page, 0, 'amount')).toHaveText('111.00');
  await typeInto(page, 1, 'amount', '222');
  await expect(cell(page, 1, 'amount')).toHaveText('222.00');
  await page.getByRole('button', { name: 'Submit (2)' }).click();
  await page.getByRole('button', { name: 'Submit 2 rows later' }).click();
  await expect(page.getByRole('dialog', { name: 'Waiting to be sent' })).toBeVisible();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('2 rows were submitted and wait to be sent')).toBeVisible();
  await expect(cell(page, 0, 'amount')).toHaveText('111.00');
  await page.getByRole('button', { name: '1 batch waits to be sent' }).click();
  await expect(page.getByRole('table', { name: 'Batches that wait to be sent' })).toContainText('cost');
  await page.getByRole('button', { name: 'Open', exact: true }).first().click();

  await startCluster({ ...server.cluster, settings: [`port=${server.port}`] });
  // No password was given, so only the person can go on.
  await expect(page.getByRole('status').filter({ hasText: 'Signed out' })).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Sign in again' }).click();
  await connect(page, 'right');
  await expect(page.getByRole('status').filter({ hasText: 'Online' })).toBeVisible();
  const admin = await server.client();
  await expect
    .poll(
      async () => (await admin.query('select amount::text from plan.cost where id < 3 order by id')).rows,
      {
        timeout: 30_000,
      },
    )
    .toEqual([{ amount: '111.00' }, { amount: '222.00' }]);
  await expect(page.getByText(/wait to be sent/)).toHaveCount(0);

  // A link that comes back by itself leaves the person where they were: place, selection and what is pending.
  await page.getByRole('button', { name: /^Cost/ }).click();
  await expect(cell(page, 0, 'amount')).toHaveText('111.00');
  await page.keyboard.press('Escape');
  await cell(page, 3, 'amount').click();
  await page.keyboard.press('Control+End');
  await expect(cell(page, 399, 'id')).toBeVisible();
  await typeInto(page, 395, 'amount', '395');
  await stopCluster(server.cluster);
  await expect(page.getByRole('status').filter({ hasText: /Offline|starting/ })).toBeVisible();
  const memo = cell(page, 397, 'memo');
  await memo.click();
  await startCluster({ ...server.cluster, settings: [`port=${server.port}`] });
  const back = await server.client();
  await back.query('update plan.cost set amount = 7 where id = 399');
  await expect(page.getByRole('status').filter({ hasText: 'Online' })).toBeVisible({ timeout: 30_000 });
  await expect(cell(page, 398, 'amount')).toHaveText('7.00');
  await expect(cell(page, 395, 'amount')).toHaveText('395.00');
  await expect(memo).toBeVisible();
  await page.keyboard.type('here');
  await page.keyboard.press('Enter');
  await expect(memo).toHaveText('here');
});
