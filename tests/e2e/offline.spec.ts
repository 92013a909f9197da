import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { governTable, grantUse, installGovernance } from '../../electron/governance/install.ts';
import { defineCalendar, listPeriods, mapPeriods } from '../../electron/governance/periods.ts';
import { startCluster, stopCluster } from '../../electron/warehouse/embedded/cluster.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { expect, test } from './fixtures.ts';
import { OVER, walkOf } from './support/accessibility.ts';
import { cell, pickGroup, typeInto } from './support/grid.ts';

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
  await admin.query(`set role controller;
    create table plan.budget (id int primary key, center text not null, period text not null, amount numeric(10,2) not null, memo text);
    insert into plan.budget select n, case when n % 3 = 0 then 'C1' else 'C2' end, '2026-0' || (1 + (n + 2) % 3), n * 10, 'remark ' || n
      from generate_series(1, 60) n; reset role`);
  await governTable(admin, { schema: 'plan', table: 'budget', key: ['id'] });
  await grantUse(admin, 'controller');
  await defineCalendar(admin, 'Months', ['controller']);
  await listPeriods(admin, 'Months', [
    { period: '2026-01', label: 'January' },
    { period: '2026-02', label: 'February' },
    { period: '2026-03', label: 'March' },
  ]);
  await mapPeriods(admin, {
    schema: 'plan',
    table: 'budget',
    calendar: 'Months',
    columns: ['period'],
    style: 'text',
  });
  const controller = await server.client('controller', 'right');
  await controller.query(`select writ.close_period('Months', '2026-01', 'Board papers')`);
});

test.afterAll(() => server.stop());

const shot = async (page: Page, name: string): Promise<void> => {
  const folder = process.env.WRIT_SHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
};

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

/** Adds the connection to the test's server and signs in. */
const addConnection = async (page: Page): Promise<void> => {
  await openConnections(page);
  await page.getByRole('button', { name: 'Connect to a PostgreSQL database' }).click();
  await page.getByRole('textbox', { name: 'Host' }).fill(server.host);
  await page.getByRole('textbox', { name: 'Port' }).fill(String(server.port));
  await page.getByRole('textbox', { name: 'Database' }).fill('postgres');
  await page.getByRole('textbox', { name: 'User' }).fill('controller');
  await connect(page, 'right');
};

test('a sheet works with the server down, also after a restart, and what was submitted is written when it is back', async ({
  writ,
}) => {
  let { page } = writ;
  await addConnection(page);
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
  await expect(page.getByRole('table', { name: 'Batches that wait to be sent' })).toContainText('Cost');
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
  // Changed by another while the link is there: the window hears of it when it reads again. Later, its reading might be the earlier one.
  await admin.query('update plan.cost set amount = 7 where id = 399');
  await stopCluster(server.cluster);
  await expect(page.getByRole('status').filter({ hasText: /Offline|starting/ })).toBeVisible();
  const memo = cell(page, 397, 'memo');
  await memo.click();
  await startCluster({ ...server.cluster, settings: [`port=${server.port}`] });
  await expect(page.getByRole('status').filter({ hasText: 'Online' })).toBeVisible({ timeout: 30_000 });
  await expect(cell(page, 398, 'amount')).toHaveText('7.00');
  await expect(cell(page, 395, 'amount')).toHaveText('395.00');
  await expect(memo).toBeVisible();
  await page.keyboard.type('here');
  await page.keyboard.press('Enter');
  await expect(memo).toHaveText('here');
});

test('on a train: find, groups, a file, new and deleted rows and closed periods work, and all of it arrives later', async ({
  writ,
}) => {
  const { page } = writ;
  const { at, found } = walkOf(page);
  await addConnection(page);
  await page.getByRole('button', { name: /^Budget/ }).click();
  await expect(cell(page, 0, 'amount')).toHaveText('10.00');
  await expect(page.locator('.sheet-status-rows')).toHaveText('60 rows');
  await stopCluster(server.cluster);
  await expect(page.getByRole('status').filter({ hasText: /Offline|starting/ })).toBeVisible();

  // A period that was closed is closed without the warehouse as well.
  await cell(page, 0, 'amount').click();
  await page.keyboard.type('5');
  await expect(page.getByText(/January is closed/).first()).toBeVisible();
  await expect(cell(page, 0, 'amount')).toHaveAttribute('aria-readonly', 'true');

  await page.keyboard.press('Control+f');
  const find = page.getByRole('search', { name: 'Find and replace' });
  await find.getByLabel('Find', { exact: true }).fill('remark 7');
  await expect(find.getByRole('status')).toHaveText('1 cell');
  await cell(page, 1, 'memo').click();
  await page.keyboard.press('F3');
  await expect(cell(page, 6, 'memo')).toBeFocused();
  await find.getByRole('button', { name: 'Close' }).click();

  await page.getByRole('button', { name: 'Group', exact: true }).click();
  const groups = page.getByRole('dialog');
  await pickGroup(page, 'Center');
  await page.keyboard.press('Escape');
  const group = page.locator('.ag-row', { has: page.locator('.sheet-group-name', { hasText: 'C1' }) });
  await expect(group.locator('[col-id="c:amount"]')).toHaveText('6,300.00');
  await shot(page, 'train-groups');
  await page.getByRole('button', { name: 'Group (1)' }).click();
  await groups.getByRole('button', { name: 'Clear' }).click();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'File: import and export' }).click();
  await page.getByRole('menuitem', { name: 'Import…' }).click();
  await page.getByLabel('File to import').setInputFiles({
    name: 'train.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('Id,Amount\n2,222.50\n4,9.00\n'),
  });
  const file = page.getByRole('dialog', { name: 'Import train.csv' });
  await file.getByRole('button', { name: 'Check 2 lines' }).click();
  await expect(file.getByRole('region', { name: 'Refused lines' })).toContainText(/January is closed/);
  await file.getByRole('button', { name: 'Take the 1 line that is valid' }).click();
  await expect(cell(page, 1, 'amount')).toHaveText('222.50');

  // A row that goes and a row that comes stay in sight, marked, while their batch waits.
  await cell(page, 2, 'amount').click();
  await page.getByRole('button', { name: 'Delete rows' }).click();
  await page.getByRole('button', { name: 'Add row' }).click();
  await expect(page.locator('.ag-cell[data-mark~="new"][col-id="c:id"]')).toBeFocused();
  for (const text of ['61', 'C1', '2026-02', '610']) {
    await page.keyboard.type(text);
    await page.keyboard.press('Tab');
  }
  await page.getByRole('button', { name: 'Submit (3)' }).click();
  await page.getByRole('button', { name: 'Submit 3 rows later' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('3 rows were submitted and wait to be sent')).toBeVisible();
  const fresh = page.locator('.ag-cell[data-mark~="new"][data-mark~="submitted"][col-id="c:amount"]');
  await expect(fresh).toHaveText('610.00');
  await fresh.click();
  await page.keyboard.press('Control+Home');
  await expect(cell(page, 2, 'amount')).toHaveAttribute('data-mark', /deleted.*submitted/);
  await expect(cell(page, 1, 'amount')).toHaveText('222.50');
  await at('rows that wait to be sent');

  await page.getByRole('button', { name: '1 batch waits to be sent' }).click();
  const kept = page.getByRole('table', { name: 'Sheets kept on this machine' });
  await kept
    .getByRole('row', { name: /Budget/ })
    .getByRole('button', { name: 'Choose rows' })
    .click();
  const rows = page.getByRole('dialog', { name: 'Rows of Budget on this machine' });
  await rows.getByRole('button', { name: 'Add a condition' }).click();
  await rows.getByLabel('Column').selectOption({ label: 'Amount' });
  await rows.getByLabel('Condition').selectOption({ label: 'is at least' });
  await rows.getByLabel('Value', { exact: true }).fill('much');
  await rows.getByRole('button', { name: 'Keep these rows' }).click();
  await expect(rows.getByRole('alert').filter({ hasText: 'not a number' })).toBeVisible();
  await rows.getByLabel('Value', { exact: true }).fill('300');
  await at('rows kept on this machine', OVER);
  await rows.getByRole('button', { name: 'Keep these rows' }).click();
  await expect(kept.getByRole('row', { name: /Budget/ })).toContainText('Amount is at least 300.00');
  await at('what waits and what is kept');
  expect(found).toEqual([]);

  await startCluster({ ...server.cluster, settings: [`port=${server.port}`] });
  await expect(page.getByRole('status').filter({ hasText: 'Online' })).toBeVisible({ timeout: 30_000 });
  const admin = await server.client();
  const stored = async () =>
    (await admin.query('select id, amount::text from plan.budget where id in (2, 3, 61) order by id')).rows;
  await expect.poll(stored, { timeout: 30_000 }).toEqual([
    { id: 2, amount: '222.50' },
    { id: 61, amount: '610.00' },
  ]);
  await expect(page.getByText(/wait to be sent/)).toHaveCount(0);
});
