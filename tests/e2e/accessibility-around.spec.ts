import { expect, test } from './fixtures.ts';
import { OVER, walkOf } from './support/accessibility.ts';
import { become, cell, command, demoDatabase, openPlan, typeInto } from './support/grid.ts';

test('nothing serious stands against assistive technology around the sheets: decisions, reviews, periods, offline, connections', async ({
  writ,
}) => {
  test.slow();
  const { page } = writ;
  const { at, found, leave } = walkOf(page);
  await openPlan(page, 'FC1', 'CC1020');
  await typeInto(page, 0, 'amount', '11');
  await expect(page.getByRole('button', { name: 'Submit (1)' })).toBeVisible();
  await demoDatabase(writ.dataFolder, (client) =>
    client.query(
      "update plan.plan_line set amount = 700 where version = 'FC1' and cost_center = 'CC1020' and account = '4010' and period = '2026-01'",
    ),
  );
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByRole('button', { name: 'Decide' }).click();
  const decide = page.getByRole('complementary', { name: 'Decide' });
  await expect(decide.getByText('1 row left')).toBeVisible();
  await at('decide', OVER);
  await decide.getByRole('button', { name: 'Close the decisions' }).click();
  await page.getByRole('button', { name: /Change person/ }).click();
  await at('people', OVER);
  await page.keyboard.press('Escape');

  await become(page, 'Sam Okafor');
  await expect(cell(page, 0, 'version')).toBeVisible();
  await command(page, 'Approval policy');
  const policy = page.getByRole('dialog', { name: 'Approval policy' });
  await policy.getByRole('radio', { name: 'After approval by other persons' }).check();
  await policy.getByLabel('Step 1: role').fill('reviewer');
  await at('policy', OVER);
  await policy.getByRole('button', { name: 'Save' }).click();
  await expect(policy).toBeHidden();
  await page.getByRole('button', { name: 'Periods' }).click();
  const january = page.getByRole('row', { name: /January 2026/ });
  await expect(january).toBeVisible();
  await at('periods');
  await january.getByRole('button', { name: 'Close…' }).click();
  await at('close a period', OVER);
  await leave();
  await january.getByRole('button', { name: 'Who has submitted' }).click();
  await at('who has submitted', OVER);
  await leave();

  await become(page, 'Anna Berg');
  await openPlan(page, 'FC1', 'CC1030');
  await typeInto(page, 0, 'amount', '77');
  await page.getByRole('button', { name: 'Submit (2)' }).click();
  await page.getByRole('button', { name: /Submit (the rest: )?1 row/ }).click();
  await expect(page.getByRole('dialog', { name: 'Submitted for approval' })).toBeVisible();
  await at('submitted for approval');
  await page.getByRole('button', { name: 'Done' }).click();
  await become(page, 'Mei Tan');
  await page.getByRole('button', { name: /^Reviews/ }).click();
  const batches = page.getByRole('listbox', { name: 'Batches' });
  await expect(batches.getByRole('option')).toContainText('anna.berg');
  await at('reviews');
  await batches.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('table', { name: 'Changed cells' })).toBeVisible();
  await at('batch');
  await page.getByRole('button', { name: 'Approve…' }).click();
  await at('decision', OVER);
  await leave();

  await page.getByRole('button', { name: 'Online' }).click();
  await expect(page.getByRole('main', { name: 'Offline' })).toBeVisible();
  await at('offline');
  await page.getByRole('button', { name: 'Connections' }).last().click();
  await expect(page.getByRole('button', { name: 'Connect to a PostgreSQL database' })).toBeVisible();
  await at('connections');
  await page.getByRole('button', { name: 'Connect to a PostgreSQL database' }).click();
  await page.getByRole('textbox', { name: 'Host' }).fill('127.0.0.1');
  await page.getByRole('textbox', { name: 'Port' }).fill('1');
  await page.getByRole('textbox', { name: 'Database' }).fill('postgres');
  await page.getByRole('textbox', { name: 'User' }).fill('ann');
  await page.getByLabel('Password', { exact: true }).fill('x');
  await at('connection form', OVER);
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Done' })).toBeVisible();
  await at('test of a connection', OVER);
  expect(found).toEqual([]);
});
