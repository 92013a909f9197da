import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, type Writ } from './fixtures.ts';
import { cell } from './support/grid.ts';

test.use({ demo: 'none' });

const secrets = (writ: Writ): Promise<string> =>
  readFile(join(writ.dataFolder, 'demo', 'secrets.json'), 'utf8');

test('a fresh machine gets the demo workspace, said step by step; the next start finds it', async ({
  writ,
}) => {
  await expect(writ.page.getByRole('status')).toContainText(
    /Creating the database|Starting the demo|Filling in the finance plan|Installing governance/,
  );
  await expect(cell(writ.page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await expect(writ.page.locator('.sheet-status-rows')).toHaveText(/^[1-9]\d?,\d{3} rows$/);
  const made = await secrets(writ);

  const again = await writ.restart();
  await expect(cell(again, 0, 'version')).toBeVisible();
  await expect(again.locator('.sheet-status-rows')).toHaveText(/^[1-9]\d?,\d{3} rows$/);
  expect(await secrets(writ)).toBe(made);
});
