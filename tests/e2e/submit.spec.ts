import { expect, test } from './fixtures.ts';
import { cell, demoDatabase, openPlan, rowsShown, typeInto } from './support/grid.ts';

const line = "version = 'FC1' and cost_center = 'CC1020' and account = '4010'";

test('a submit shows what it will do, writes it in one transaction, and the history tells who did what', async ({
  writ,
}) => {
  const { page } = writ;
  await openPlan(page, 'FC1', 'CC1020');
  const before = (await cell(page, 0, 'amount').innerText()).trim();
  await typeInto(page, 0, 'amount', '1000.10');
  await typeInto(page, 1, 'amount', '2000.20');
  await page.getByRole('button', { name: 'Submit (2)' }).click();
  const dialog = page.getByRole('dialog', { name: 'Submit' });
  await expect(dialog.getByText('2 rows, 2 cells: 2 changed')).toBeVisible();
  await expect(dialog.getByText('3,000.30')).toBeVisible();
  await expect(dialog.getByText(before, { exact: true })).toBeVisible();
  await expect(dialog.getByText(/Written directly as anna.berg/)).toBeVisible();
  await dialog.getByLabel('Note').fill('Sales outlook');
  await dialog.getByRole('button', { name: 'Submit 2 rows' }).click();
  const written = page.getByRole('dialog', { name: 'Written' });
  await expect(
    written.getByText(/2 rows were written in one transaction and recorded in the audit/),
  ).toBeVisible();
  await written.getByRole('button', { name: 'Done' }).click();
  await expect(cell(page, 0, 'amount')).toHaveText('1,000.10');
  await expect(page.getByRole('button', { name: /^Submit$/ })).toBeVisible();

  const stored = await demoDatabase(writ.dataFolder, async (client) => {
    const rows = await client.query(
      `select amount::text from plan.plan_line where ${line} and period in ('2026-01', '2026-02') order by period`,
    );
    const batch = await client.query('select person::text, note, rows::int from writ.batch');
    return { amounts: rows.rows.map((row: { amount: string }) => row.amount), batch: batch.rows };
  });
  expect(stored.amounts).toEqual(['1000.10', '2000.20']);
  expect(stored.batch).toEqual([{ person: 'anna.berg', note: 'Sales outlook', rows: 2 }]);

  await page.getByRole('button', { name: 'History' }).click();
  const history = page.getByRole('complementary', { name: 'History' });
  await expect(history.getByText('anna.berg')).toBeVisible();
  await expect(history.getByText('1,000.10')).toBeVisible();
  await expect(history.getByText(before)).toBeVisible();
  await history.getByRole('button', { name: 'Close the history' }).click();

  await page.getByRole('button', { name: /Working as Anna Berg/ }).click();
  await page.getByRole('menuitemradio', { name: /Mei Tan/ }).click();
  await expect(page.getByRole('button', { name: /Working as Mei Tan/ })).toBeVisible();
  await openPlan(page, 'FC1', 'CC1020');
  await expect(cell(page, 0, 'amount')).toHaveText('1,000.10');
});

test('somebody else’s change stops the submit; keeping mine and taking theirs are both decisions', async ({
  writ,
}) => {
  const { page } = writ;
  await openPlan(page, 'FC1', 'CC1020');
  await typeInto(page, 0, 'amount', '11');
  await typeInto(page, 1, 'amount', '22');
  await demoDatabase(writ.dataFolder, (client) =>
    client.query(`update plan.plan_line set amount = 777 where ${line} and period in ('2026-01', '2026-02')`),
  );
  await page.getByRole('button', { name: 'Submit (2)' }).click();
  await page.getByRole('button', { name: 'Submit 2 rows' }).click();
  const dialog = page.getByRole('dialog', { name: /Nothing was written/ });
  await expect(dialog.getByText('2 rows need a decision.', { exact: false })).toBeVisible();
  const unchanged = await demoDatabase(
    writ.dataFolder,
    async (client) =>
      (
        await client.query(
          `select distinct amount::text from plan.plan_line where ${line} and period in ('2026-01', '2026-02')`,
        )
      ).rows,
  );
  expect(unchanged).toEqual([{ amount: '777.00' }]);

  await dialog.getByRole('button', { name: 'Decide' }).click();
  const panel = page.getByRole('complementary', { name: 'Decide' });
  await expect(panel.getByText('777.00').first()).toBeVisible();
  await expect(panel.getByText('11.00')).toBeVisible();
  await panel.getByRole('button', { name: 'Keep mine', exact: true }).first().click();
  await expect(panel.getByText('1 row left')).toBeVisible();
  await panel.getByRole('button', { name: 'Take theirs', exact: true }).click();
  await expect(panel.getByText('Everything is decided')).toBeVisible();
  await page.getByRole('button', { name: 'Submit (1)' }).click();
  const again = page.getByRole('dialog', { name: 'Submit' });
  await expect(again.getByText('1 row, 1 cell: 1 changed')).toBeVisible();
  await again.getByRole('button', { name: 'Submit 1 row' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(cell(page, 0, 'amount')).toHaveText('11.00');
  await expect(cell(page, 1, 'amount')).toHaveText('777.00');
});

test('a rule over two columns marks the row, blocks the submit, and leads to the cell', async ({ page }) => {
  await page.setViewportSize({ width: 2200, height: 900 }).catch(() => {});
  await openPlan(page, 'FC1', 'CC1020');
  await typeInto(page, 0, 'valid_from', '2026-12-01');
  await typeInto(page, 0, 'valid_to', '2026-11-01');
  const against = page.getByRole('button', { name: /against a rule/ }).first();
  await expect(against).toHaveText('1 row against a rule');
  // Rows out of sight count too.
  const rows = await rowsShown(page);
  await cell(page, 0, 'valid_from').click();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Control+Space');
  await expect(page.locator('.sheet-stats')).toContainText((2 * rows).toLocaleString('en'));
  await page.keyboard.press('Control+d');
  await expect(against).toHaveText(`${rows} rows against a rule`);
  await page.keyboard.press('Control+z');
  await expect(against).toHaveText('1 row against a rule');
  await page.getByRole('button', { name: 'Submit (1)' }).click();
  const dialog = page.getByRole('dialog', { name: 'Submit' });
  await expect(dialog.getByText(/valid_to >= valid_from/)).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Submit 1 row' })).toBeDisabled();
  await page.keyboard.press('Escape');
  await typeInto(page, 0, 'valid_to', '2026-12-31');
  await page.getByRole('button', { name: 'Submit (1)' }).click();
  await expect(page.getByRole('button', { name: 'Submit 1 row' })).toBeEnabled();
});
