import { expect, test } from './fixtures.ts';
import { cell, openPlan } from './support/grid.ts';

const commented = /\bcommented\b/;

test('a comment on a cell is marked, kept through a restart, answered and resolved', async ({
  page,
  writ,
}) => {
  await openPlan(page, 'FC1', 'CC1020');
  await cell(page, 1, 'amount').click();
  await page.keyboard.press('Shift+F2');
  const panel = page.getByRole('complementary', { name: 'Comments' });
  await expect(panel).toContainText('Nothing was said about this row yet.');
  await panel.getByRole('textbox', { name: 'Comment on Amount' }).fill('Is the new offer in this?');
  await panel.getByRole('textbox').press('Control+Enter');
  await expect(panel.getByRole('article')).toContainText('anna.berg');
  await expect(cell(page, 1, 'amount')).toHaveAttribute('data-mark', commented);
  await expect(cell(page, 2, 'amount')).not.toHaveAttribute('data-mark', commented);
  await panel.press('Escape');
  await expect(panel).toBeHidden();
  await expect(cell(page, 1, 'amount')).toBeFocused();

  const again = await writ.restart();
  await openPlan(again, 'FC1', 'CC1020');
  await expect(cell(again, 1, 'amount')).toHaveAttribute('data-mark', commented);
  await cell(again, 1, 'amount').click({ button: 'right' });
  await again.getByRole('menuitem', { name: 'Comment on this cell' }).click();
  const reopened = again.getByRole('complementary', { name: 'Comments' });
  await expect(reopened).toContainText('Is the new offer in this?');
  await reopened.getByRole('button', { name: 'Resolve' }).click();
  await expect(reopened).toContainText('Resolved by anna.berg');
  await expect(cell(again, 1, 'amount')).not.toHaveAttribute('data-mark', commented);
});
