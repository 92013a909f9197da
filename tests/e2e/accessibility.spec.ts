import { Buffer } from 'node:buffer';
import { expect, test } from './fixtures.ts';
import { OVER, walkOf } from './support/accessibility.ts';
import { cell, command, openPlan, pasteText, pickGroup, typeInto } from './support/grid.ts';

test('nothing serious stands against assistive technology in a sheet, its menus, popovers and dialogs', async ({
  page,
}) => {
  test.slow();
  const { at, found, leave } = walkOf(page);
  const dialog = (name: string | RegExp) => page.getByRole('dialog', { name });
  const header = page.locator('.ag-header-cell[col-id="c:amount"]');

  await openPlan(page, 'FC1', 'CC1020');
  await typeInto(page, 0, 'amount', '12');
  await typeInto(page, 1, 'amount', 'x');
  await cell(page, 3, 'quantity').hover();
  await cell(page, 1, 'amount').hover();
  await expect(page.locator('.sheet-tip', { hasText: 'not a number' })).toBeVisible();
  await at('sheet');
  await cell(page, 3, 'amount').click({ button: 'right' });
  await at('cell menu', OVER);
  await leave();
  await header.press('Shift+F10');
  await at('column menu', OVER);
  await leave();
  await header.press('Alt+ArrowDown');
  for (const kind of ['is between', 'is one of']) {
    await page.getByLabel('Condition').selectOption({ label: kind });
    if (kind === 'is one of')
      await expect(page.getByRole('list', { name: 'Values of Amount' })).toContainText('All');
    await at(`filter ${kind}`, OVER);
  }
  await leave();

  await page.getByRole('button', { name: 'Group' }).click();
  await pickGroup(page, 'Account');
  await at('group popover', OVER);
  await leave();
  await expect(page.locator('.ag-cell[data-mark~="group-label"]').first()).toBeVisible();
  await cell(page, 0, 'amount').click();
  await command(page, 'Do not group rows');
  await page.getByRole('button', { name: /^View / }).click();
  await at('views menu', OVER);
  await page.getByRole('menuitem', { name: 'Save as…' }).click();
  await at('name of a view', OVER);
  await leave();
  await page.getByRole('button', { name: 'Columns' }).click();
  await at('columns', OVER);
  await leave();
  await cell(page, 0, 'amount').click();
  await command(page, 'Amount: Format…');
  await at('format', OVER);
  await leave();

  await cell(page, 0, 'amount').click();
  await page.keyboard.press('Control+f');
  await page.getByLabel('Find', { exact: true }).fill('2026');
  await page.getByLabel('Replace with').fill('2027');
  await expect(page.getByRole('list', { name: 'What replacing would change' })).toBeVisible();
  await at('find and replace', OVER);
  await page.getByRole('button', { name: 'Close' }).click();
  await page.keyboard.press('Control+g');
  await at('go to', OVER);
  await leave();
  await cell(page, 0, 'amount').click();
  await page.keyboard.press('Control+Alt+s');
  await expect(dialog(/^Plan \d+ cells/)).toBeVisible();
  await at('planning', OVER);
  await leave();
  await cell(page, 4, 'amount').click();
  await pasteText(page, '1\nmuch');
  await expect(dialog('Paste 2 cells')).toBeVisible();
  await at('paste with refusals', OVER);
  await leave();
  await cell(page, 4, 'amount').click();
  await pasteText(page, '12.5%\n1.234');
  await expect(dialog('Paste 2 cells')).toBeVisible();
  await at('paste that is asked about', OVER);
  await leave();

  await page.getByRole('button', { name: 'Keyboard help' }).click();
  await at('keyboard help', OVER);
  await leave();
  await page.keyboard.press('Control+k');
  await at('palette', OVER);
  await leave();
  await page.getByRole('button', { name: 'Settings' }).click();
  await at('settings', OVER);
  await leave();
  expect(found).toEqual([]);
});

test('nothing serious stands against assistive technology in comments, rules, files, submitting and history', async ({
  page,
}) => {
  test.slow();
  const { at, found, leave } = walkOf(page);
  const dialog = (name: string | RegExp) => page.getByRole('dialog', { name });
  await openPlan(page, 'FC1', 'CC1020');
  await typeInto(page, 0, 'amount', '12');
  await typeInto(page, 1, 'amount', 'x');
  await cell(page, 2, 'amount').click();
  await page.keyboard.press('Shift+F2');
  const comments = page.getByRole('complementary', { name: 'Comments' });
  await expect(comments).toContainText('Nothing was said');
  await at('comments', OVER);
  await comments.getByRole('button', { name: 'Close the comments' }).click();

  await page.getByRole('button', { name: 'Definition' }).click();
  const definition = dialog(/Definition of/);
  await definition.getByRole('button', { name: 'Amount', exact: true }).click();
  await at('definition', OVER);
  await definition.getByLabel(/Ask for a reason/).fill('400000');
  await definition.getByRole('button', { name: 'Save' }).click();
  await expect(definition).toBeHidden();
  await openPlan(page, 'FC1', 'CC1020');
  await typeInto(page, 2, 'amount', '900000');
  await expect(dialog(/Reason/)).toBeVisible();
  await at('reason', OVER);
  await dialog(/Reason/)
    .getByRole('textbox')
    .fill('Large order');
  await dialog(/Reason/)
    .getByRole('button', { name: /Keep with this reason/ })
    .click();

  await page.getByRole('button', { name: 'File: import and export' }).click();
  await at('file menu', OVER);
  await page.getByRole('menuitem', { name: 'Import…' }).click();
  await at('import: choose', OVER);
  const text =
    'Version;Cost center;Account;Period;Amount\nFC1;CC1020;4010;2026-01;1,5\nFC1;x;4010;2026-01;1.234\n';
  await page
    .getByLabel('File to import')
    .setInputFiles({ name: 'plan.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await expect(page.getByRole('button', { name: 'Check 2 lines' })).toBeVisible();
  await at('import: settings', OVER);
  await page.getByRole('button', { name: 'Check 2 lines' }).click();
  await expect(page.getByRole('region', { name: 'Refused lines' })).toBeVisible();
  await at('import: result', OVER);
  await leave();

  await page.getByRole('button', { name: 'Submit (2)' }).click();
  await at('submit: entries that are not valid', OVER);
  await page.getByRole('button', { name: 'Give them up and submit' }).click();
  await expect(dialog('Submit').getByRole('button', { name: 'Submit 2 rows' })).toBeVisible();
  await at('submit', OVER);
  await page.getByRole('button', { name: 'Submit 2 rows' }).click();
  await expect(page.getByText(/2 rows were written/)).toBeVisible();
  await at('written', OVER);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'History' }).click();
  const history = page.getByRole('complementary', { name: 'History' });
  await expect(history.getByText('900,000.00').first()).toBeVisible();
  await at('history', OVER);
  await history.getByRole('button', { name: 'Whole batch' }).first().click();
  await history.getByRole('button', { name: 'Take back…' }).click();
  await expect(dialog('Restore').getByRole('button', { name: /^Restore \d+ rows/ })).toBeVisible();
  await at('restore', OVER);
  await leave();
  await history.getByRole('button', { name: 'Show the sheet as it was' }).click();
  await at('moment', OVER);
  await leave();
  expect(found).toEqual([]);
});
