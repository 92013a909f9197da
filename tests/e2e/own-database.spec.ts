import type { Page } from '@playwright/test';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { expect, test } from './fixtures.ts';
import { cell, typeInto } from './support/grid.ts';

let server: TestPostgres;

test.beforeAll(async () => {
  server = await startPostgres();
  const admin = await server.client();
  await admin.query("create role controller login password 'right'");
  await admin.query('create schema "Group Plan" authorization controller');
  await admin.query('set role controller');
  await admin.query(
    'create table "Group Plan"."Line items; drop" ("Key, 1" int primary key, "Größe" numeric(10,2) not null, note varchar(20))',
  );
  await admin.query(
    `insert into "Group Plan"."Line items; drop" select n, n * 1.5, 'line ' || n from generate_series(1, 50) n`,
  );
});

test.afterAll(() => server.stop());

const fillForm = async (page: Page, password: string): Promise<void> => {
  await page.getByRole('textbox', { name: 'Host' }).fill(server.host);
  await page.getByRole('textbox', { name: 'Port' }).fill(String(server.port));
  await page.getByRole('textbox', { name: 'Database' }).fill('postgres');
  await page.getByRole('textbox', { name: 'User' }).fill('controller');
  await page.getByLabel('Password', { exact: true }).fill(password);
};

test('any table of one’s own database opens; a wrong password and a vanished table are told at their place', async ({
  writ,
}) => {
  const { page } = writ;
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Connections' }).last().click();
  await page.getByRole('button', { name: 'Connect to a PostgreSQL database' }).click();
  await fillForm(page, 'wrong');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  // Without a keychain the journal's key needs a passphrase first.
  const passphrase = page.getByLabel('Passphrase');
  await expect(passphrase.or(page.getByRole('alert')).first()).toBeVisible();
  if (await passphrase.isVisible()) {
    await passphrase.fill('a long passphrase');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
  }
  await expect(page.getByLabel('Password', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Password', { exact: true }).fill('right');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();

  await page.getByRole('button', { name: /Line items/ }).click();
  await expect(cell(page, 0, 'Größe')).toHaveText('1.50');
  await typeInto(page, 0, 'Größe', '99.95');
  await page.getByRole('button', { name: 'Submit (1)' }).click();
  await expect(page.getByText(/No audit: governance is not installed/)).toBeVisible();
  await page.getByRole('button', { name: 'Submit 1 row' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(cell(page, 0, 'Größe')).toHaveText('99.95');

  await typeInto(page, 1, 'Größe', '12.34');
  await expect(page.getByText('Kept on this machine')).toBeVisible();
  const admin = await server.client();
  await admin.query('alter table "Group Plan"."Line items; drop" rename to moved');
  await page.getByRole('button', { name: 'Submit (1)' }).click();
  await page.getByRole('button', { name: 'Submit 1 row' }).click();
  await expect(
    page.getByRole('dialog', { name: /Nothing was written|Something changed|needs a change/ }),
  ).toBeVisible();
  await page.keyboard.press('Escape');
  await admin.query('alter table "Group Plan".moved rename to "Line items; drop"');
  await admin.end();
  await page
    .getByRole('button', { name: /^(Refresh|Try again)/ })
    .first()
    .click();
  await expect(cell(page, 1, 'Größe')).toHaveText('12.34');
  await expect(page.getByRole('button', { name: 'Submit (1)' })).toBeVisible();
});
