import type { Page } from '@playwright/test';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { expect, test } from './fixtures.ts';
import { OVER, walkOf } from './support/accessibility.ts';
import { cell, command, typeInto } from './support/grid.ts';

let server: TestPostgres;

test.beforeAll(async () => {
  server = await startPostgres();
  const admin = await server.client();
  await admin.query(`create role planner; create role clerk login password 'clerk' in role planner;
    create role controller login password 'controller'; grant create on database postgres to controller;
    create schema plan authorization controller; set role controller; grant usage on schema plan to planner;
    create table plan.line (id int primary key, amount numeric(12,2) not null, memo text);
    create table plan.note (text text);
    insert into plan.line select n, n, null from generate_series(1, 30) n;
    grant select, insert, update on plan.line to planner`);
});
test.afterAll(() => server.stop());

const signIn = async (page: Page, user: string): Promise<void> => {
  await page.getByRole('button', { name: 'Connections' }).last().click();
  await page.getByRole('button', { name: 'Connect to a PostgreSQL database' }).click();
  await page.getByRole('textbox', { name: 'Host' }).fill(server.host);
  await page.getByRole('textbox', { name: 'Port' }).fill(String(server.port));
  await page.getByRole('textbox', { name: 'Database' }).fill('postgres');
  await page.getByRole('textbox', { name: 'User' }).fill(user);
  await page.getByLabel('Password', { exact: true }).fill(user);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  // Without a keychain the journal's key needs a passphrase first.
  const passphrase = page.getByLabel('Passphrase');
  const line = page.getByRole('button', { name: /^Line/ });
  await expect(passphrase.or(line).first()).toBeVisible();
  if (await passphrase.isVisible()) {
    await passphrase.fill('a long passphrase');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
  }
  await line.click();
  await expect(cell(page, 0, 'amount')).toHaveText('1.00');
};

test('whoever may installs governance from the window after seeing the plan; whoever may not is not offered it', async ({
  writ,
}) => {
  const { page } = writ;
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  const { at, found, leave } = walkOf(page);
  await signIn(page, 'clerk');
  await typeInto(page, 1, 'amount', '22');
  await page.getByRole('button', { name: 'Submit (1)' }).click();
  await expect(page.getByText(/No audit: governance is not installed/)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Install governance' })).toHaveCount(0);

  await signIn(page, 'controller');
  await page.getByRole('button', { name: 'Install governance' }).click();
  const dialog = page.getByRole('dialog', { name: 'Install governance' });
  await expect(dialog.getByRole('checkbox', { name: 'plan.line' })).toBeChecked();
  await expect(dialog.getByRole('checkbox', { name: 'plan.note' })).toBeDisabled();
  await expect(dialog.getByText('It has no key')).toBeVisible();
  await expect(dialog.getByRole('checkbox', { name: 'planner' })).toBeChecked();
  await dialog.getByLabel('Roles that set policies').fill('nobody');
  await page.keyboard.press('Tab');
  await expect(dialog.getByRole('alert')).toHaveText(/There is no role nobody/);
  await expect(dialog.getByRole('button', { name: 'Install', exact: true })).toBeDisabled();
  await dialog.getByLabel('Roles that set policies').fill('controller');
  await page.keyboard.press('Tab');
  await dialog.getByText('The SQL that runs').click();
  await expect(dialog.getByText('create schema writ;')).toBeVisible();
  await expect(dialog.getByText(/Places 4 triggers on one table/)).toBeVisible();
  await at('governance: install', OVER);
  const admin = await server.client();
  expect((await admin.query(`select to_regnamespace('writ') as there`)).rows).toEqual([{ there: null }]);
  await dialog.getByRole('button', { name: 'Install', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText('Governance is not installed')).toHaveCount(0);
  await expect(page.getByRole('button', { name: /^Reviews/ })).toBeVisible();

  await expect(cell(page, 0, 'amount')).toHaveText('1.00');
  await typeInto(page, 0, 'amount', '99.95');
  await page.getByRole('button', { name: 'Submit (1)' }).click();
  await expect(page.getByText(/the database records the audit/)).toBeVisible();
  await page.getByRole('button', { name: 'Submit 1 row' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  expect((await admin.query('select person, before, after from writ.audit where target > 0')).rows).toEqual([
    { person: 'controller', before: '1.00', after: '99.95' },
  ]);

  // A column that came later is brought under the audit from the same place.
  await admin.query('set role controller; alter table plan.line add column driver text; reset role');
  await command(page, 'Governance of this database');
  const later = page.getByRole('dialog', { name: 'Governance' });
  await expect(later.getByText(/driver/)).toBeVisible();
  await at('governance: a table behind', OVER);
  await leave();
  expect(found).toEqual([]);
});
