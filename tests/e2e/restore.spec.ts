import { expect, test } from './fixtures.ts';
import { cell, demoDatabase, openPlan, typeInto } from './support/grid.ts';

test('a batch is taken back from the history as edits and submitted; the sheet shows how it was; a cut audit is told', async ({
  writ,
}, info) => {
  const { page } = writ;
  const shot = async (name: string): Promise<void> => {
    if (!process.env.WRIT_SHOTS) return;
    for (const theme of ['light', 'dark']) {
      await page.evaluate((wanted) => document.documentElement.setAttribute('data-theme', wanted), theme);
      await page.screenshot({ path: info.outputPath(`${name}-${theme}.png`) });
    }
  };
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await openPlan(page, 'FC1', 'CC1020');
  const was = await cell(page, 0, 'amount').innerText();
  await typeInto(page, 0, 'amount', '1000.10');
  const submit = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Submit (1)' }).click();
    await page.getByLabel('Note').fill('Walk');
    await page.getByRole('button', { name: 'Submit 1 row' }).click();
    await page.getByRole('button', { name: 'Done' }).click();
  };
  await submit();
  await expect(cell(page, 0, 'amount')).toHaveText('1,000.10');

  // The sheet before that: read-only, with what changed since.
  await page.getByRole('button', { name: 'History' }).click();
  const history = page.getByRole('complementary', { name: 'History' });
  await expect(history.getByText('1,000.10')).toBeVisible();
  await shot('history');
  await history.getByRole('button', { name: 'Whole batch' }).first().click();
  await expect(history.getByRole('button', { name: 'Batch', pressed: true })).toBeVisible();
  await history.getByRole('button', { name: 'Take back…' }).click();
  const restore = page.getByRole('dialog', { name: 'Restore' });
  await expect(restore.getByRole('row', { name: /1,000\.10/ })).toContainText(was);
  await shot('restore');
  await restore.getByRole('button', { name: 'Restore 1 row as edits' }).press('Enter');
  await expect(restore).toBeHidden();
  await expect(cell(page, 0, 'amount')).toHaveText(was);
  await expect(page.getByRole('button', { name: 'Submit (1)' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(cell(page, 0, 'amount')).toHaveText('1,000.10');
  await page.getByRole('button', { name: 'Redo' }).click();
  await submit();
  await expect(cell(page, 0, 'amount')).toHaveText(was);

  await page.getByRole('button', { name: 'History' }).click();
  await history.getByRole('button', { name: 'Show the sheet as it was' }).click();
  const moment = page.getByRole('dialog', { name: 'The sheet as it was' });
  await expect(moment.getByRole('spinbutton').first()).toBeFocused();
  await shot('moment');
  await moment.getByRole('button', { name: 'Cancel' }).click();
  await history.getByRole('button', { name: 'Sheet as of then' }).nth(1).click();
  const past = page.getByRole('main', { name: 'Sheet as it was' });
  await expect(past.getByText(/^As of /)).toBeVisible();
  await expect(past.getByRole('gridcell').first()).toBeVisible();
  await shot('past');
  await past.getByRole('button', { name: 'Changed since…' }).click();
  const difference = page.getByRole('dialog', { name: 'Changed since then' });
  await expect(difference).toContainText('1 cell of 1 row differs.');
  await expect(difference.getByRole('row', { name: /1,000\.10/ })).toContainText(was);
  await shot('difference');
  await difference.getByRole('button', { name: 'Close' }).click();
  await past.getByRole('button', { name: 'Back to now' }).click();
  await expect(cell(page, 0, 'amount')).toHaveText(was);

  // Somebody with the owner's rights cuts the audit's tail.
  await demoDatabase(writ.dataFolder, async (client) => {
    await client.query(`alter table writ.link disable trigger user; alter table writ.audit disable trigger user;
      delete from writ.audit where txid = (select txid from writ.link order by n desc limit 1);
      delete from writ.link where n = (select max(n) from writ.link)`);
  });
  await page.reload();
  const told = page.getByRole('alert').filter({ hasText: 'The audit of this warehouse was cut after' });
  await expect(told).toBeVisible({ timeout: 30_000 });
  await shot('cut');
  await told.getByRole('button', { name: 'Looked into…' }).click();
  await page.getByRole('button', { name: 'Follow from here on' }).click();
  await expect(told).toBeHidden();
});
