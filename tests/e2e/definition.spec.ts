import { expect, test } from './fixtures.ts';
import { downloaded } from './support/download.ts';
import { cell, openPlan, typeInto } from './support/grid.ts';

test('a definition tightens the sheet: a warning is kept and marked, a large change asks for its reason', async ({
  page,
}) => {
  await openPlan(page, 'FC1', 'CC1020');
  await page.getByRole('button', { name: 'Definition' }).click();
  const panel = page.getByRole('dialog', { name: /Definition of/ });
  await panel.getByRole('button', { name: 'Amount', exact: true }).click();
  await panel.getByLabel('Between bounds').check();
  await panel.getByLabel('Greatest value').fill('1000');
  await panel.getByLabel('When "Between bounds" fails').selectOption('warn');
  await panel.getByLabel(/Ask for a reason/).fill('400000');
  await panel.getByRole('button', { name: 'Save' }).click();
  await expect(panel).toBeHidden();

  await openPlan(page, 'FC1', 'CC1020');
  await typeInto(page, 0, 'amount', '1500');
  await expect(cell(page, 0, 'amount')).toHaveText('1,500.00');
  await expect(cell(page, 0, 'amount')).toHaveAttribute('data-mark', /\bwarn\b/);
  await expect(page.getByRole('button', { name: /1 warning/ })).toBeVisible();

  await typeInto(page, 2, 'amount', '900000');
  const reason = page.getByRole('dialog', { name: /Reason/ });
  await reason.getByRole('textbox').fill('Large order');
  await reason.getByRole('button', { name: /Keep with this reason/ }).click();
  await page.getByRole('button', { name: 'Submit (2)' }).click();
  const submit = page.getByRole('dialog', { name: 'Submit' });
  await expect(submit.getByText('Large order')).toBeVisible();
  await expect(submit.getByText('Note', { exact: true }).first()).toBeVisible();
  await submit.getByRole('button', { name: 'Submit 2 rows' }).click();
  await expect(page.getByText(/2 rows were written/)).toBeVisible();
});

test('a definition travels as a file, and a file that is none is refused with the place', async ({
  writ,
}) => {
  const { page } = writ;
  await openPlan(page, 'FC1', 'CC1020');
  await page.getByRole('button', { name: 'Definition' }).click();
  const panel = page.getByRole('dialog', { name: /Definition of/ });
  const json = await downloaded(writ, () => panel.getByRole('button', { name: 'Export' }).click());
  const definition = JSON.parse(json) as {
    columns: { name: string; label: string }[];
  };
  const amount = definition.columns.find(({ name }) => name === 'amount');
  if (!amount) throw new Error('The exported definition has no amount.');
  amount.label = 'Betrag';
  const send = (content: string) =>
    page
      .getByLabel('Definition file')
      .setInputFiles({ name: 'plan.sheet.json', mimeType: 'application/json', buffer: Buffer.from(content) });
  await send('{"version": 1, "columns": 7}');
  await expect(panel.getByRole('alert')).toContainText(/not valid at/);
  await send(JSON.stringify(definition));
  await expect(panel).toBeHidden();
  await expect(page.getByRole('columnheader', { name: /Betrag/ })).toBeVisible();
});
