import { expect, test } from './fixtures.ts';
import { seriousProblems } from './support/accessibility.ts';
import { cell, openPlan, typeInto } from './support/grid.ts';

for (const scheme of ['light', 'dark'] as const) {
  test(`nothing serious stands against assistive technology, in ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await openPlan(page, 'FC1', 'CC1020');
    await typeInto(page, 0, 'amount', '12');
    await typeInto(page, 1, 'amount', 'x');
    await cell(page, 3, 'quantity').hover();
    await cell(page, 1, 'amount').hover();
    await expect(page.locator('.sheet-tip', { hasText: 'not a number' })).toBeVisible();
    expect(await seriousProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Submit (1)' }).click();
    // Entries that are no values are pointed out first.
    const goOn = page.getByRole('button', { name: /Submit the (others|rest)|without them/i });
    if (await goOn.isVisible()) await goOn.click();
    expect(await seriousProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'File: import and export' }).click();
    expect(await seriousProblems(page)).toEqual([]);
    await page.getByRole('menuitem', { name: 'Import…' }).click();
    const text =
      'Version;Cost center;Account;Period;Amount\nFC1;CC1020;4010;2026-01;1,5\nFC1;x;4010;2026-01;1.234\n';
    await page
      .getByLabel('File to import')
      .setInputFiles({ name: 'plan.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    const check = page.getByRole('button', { name: 'Check 2 lines' });
    await expect(check).toBeVisible();
    expect(await seriousProblems(page)).toEqual([]);
    await check.click();
    await expect(page.getByRole('region', { name: 'Refused lines' })).toBeVisible();
    expect(await seriousProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Connections' }).last().click();
    expect(await seriousProblems(page)).toEqual([]);
  });
}
