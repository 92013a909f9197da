import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { cell, openPlan, typeInto } from './support/grid.ts';

/** A clipboard event where the focus is; answers what is on the clipboard after it. */
const clipboard = (
  page: Page,
  kind: 'copy' | 'cut' | 'paste',
  given: { readonly text?: string; readonly html?: string } = {},
): Promise<{ text: string; html: string }> =>
  page.evaluate(
    ([type, { text, html }]) => {
      const data = new DataTransfer();
      if (text !== undefined) data.setData('text/plain', text);
      if (html !== undefined) data.setData('text/html', html);
      document.activeElement?.dispatchEvent(
        new ClipboardEvent(type, { clipboardData: data, bubbles: true, cancelable: true }),
      );
      return { text: data.getData('text/plain'), html: data.getData('text/html') };
    },
    [kind, given] as const,
  );

const calc = (kind: 'tsv' | 'html'): string =>
  join(import.meta.dirname, `../fixtures/clipboard/libreoffice-calc-german.${kind}.txt`);

/** Puts a block on the clipboard of the system, as a copy in another program would. */
const putOnSystem = async (page: Page, text: string, html: string): Promise<void> => {
  const done = await page.evaluate(
    ([plain, rich]) => {
      const give = (event: ClipboardEvent): void => {
        event.stopImmediatePropagation();
        event.preventDefault();
        event.clipboardData?.setData('text/plain', plain);
        event.clipboardData?.setData('text/html', rich);
      };
      window.addEventListener('copy', give, { capture: true, once: true });
      return document.execCommand('copy');
    },
    [text, html] as const,
  );
  expect(done).toBe(true);
};

/** What the clipboard of the system gives to a paste by its key. */
const takeFromSystem = async (page: Page): Promise<{ text: string; html: string }> => {
  const taken = page.evaluate(
    () =>
      new Promise<{ text: string; html: string }>((done) => {
        const take = (event: ClipboardEvent): void => {
          event.stopImmediatePropagation();
          event.preventDefault();
          const data = event.clipboardData;
          done({ text: data?.getData('text/plain') ?? '', html: data?.getData('text/html') ?? '' });
        };
        window.addEventListener('paste', take, { capture: true, once: true });
      }),
  );
  await page.keyboard.press('Control+v');
  return taken;
};

const said = (page: Page) => page.locator('.sheet-said');

test('what is cut moves when it is pasted, as one step; Esc leaves it where it is', async ({ page }) => {
  await openPlan(page, 'FC1', 'CC1020');
  await typeInto(page, 1, 'amount', '11');
  await cell(page, 1, 'quantity').click();
  await page.keyboard.type('7');
  await page.keyboard.press('Enter');
  await cell(page, 1, 'quantity').click();
  const cut = await clipboard(page, 'cut');
  expect(cut.text).toBe('7.000\r\n');
  await expect(cell(page, 1, 'quantity')).toHaveClass(/copied-top/);
  await expect(cell(page, 1, 'quantity')).toHaveText('7.000');
  await cell(page, 3, 'quantity').click();
  await clipboard(page, 'paste', cut);
  await expect(cell(page, 3, 'quantity')).toHaveText('7.000');
  await expect(cell(page, 1, 'quantity')).toHaveText('');
  await expect(cell(page, 1, 'quantity')).not.toHaveClass(/copied-top/);
  await page.getByRole('button', { name: 'Undo Move' }).click();
  await expect(cell(page, 1, 'quantity')).toHaveText('7.000');
  await expect(cell(page, 3, 'quantity')).toHaveText('');

  await cell(page, 1, 'quantity').click();
  await clipboard(page, 'cut');
  await page.keyboard.press('Escape');
  await cell(page, 3, 'quantity').click();
  await clipboard(page, 'paste', cut);
  await expect(cell(page, 3, 'quantity')).toHaveText('7.000');
  await expect(cell(page, 1, 'quantity')).toHaveText('7.000');

  // What must have a value stays, and that is said before anything is done.
  await cell(page, 1, 'amount').click();
  const amount = await clipboard(page, 'cut');
  await cell(page, 3, 'amount').click();
  await clipboard(page, 'paste', amount);
  const dialog = page.getByRole('dialog', { name: 'Move 1 cell' });
  await expect(dialog).toContainText('It cannot be emptied, so it keeps its value.');
  await dialog.getByRole('button', { name: 'Take the 1 valid' }).click();
  await expect(cell(page, 3, 'amount')).toHaveText('11.00');
  await expect(cell(page, 1, 'amount')).toHaveText('11.00');
});

test('what other programs copy is taken as they mean it, and what only the person knows is asked once', async ({
  page,
}) => {
  await openPlan(page, 'FC1', 'CC1020');
  await cell(page, 0, 'amount').click();
  await clipboard(page, 'paste', { text: '12.5%\n10 %\n(3%)\n' });
  const dialog = page.getByRole('dialog', { name: 'Paste 3 cells' });
  await expect(dialog.getByRole('button', { name: 'Paste', exact: true })).toBeDisabled();
  await dialog.getByRole('radio', { name: 'a number: 12.5% is 12.5' }).click();
  await dialog.getByRole('button', { name: 'Paste', exact: true }).click();
  await expect(cell(page, 0, 'amount')).toHaveText('12.50');
  await expect(cell(page, 2, 'amount')).toHaveText('-3.00');
  await expect(said(page)).toContainText('12.5% read as 12.5');

  // LibreOffice says which number stands behind the text.
  await cell(page, 4, 'amount').click();
  await clipboard(page, 'paste', {
    text: '1.234\n7.500\n',
    html: '<table><tr><td sdval="1234">1.234</td></tr><tr><td sdval="7500">7.500</td></tr></table>',
  });
  await expect(cell(page, 4, 'amount')).toHaveText('1,234.00');
  await expect(cell(page, 5, 'amount')).toHaveText('7,500.00');
  await expect(said(page)).toContainText('1.234 read as 1234');

  await cell(page, 4, 'currency').click();
  await clipboard(page, 'paste', {
    text: '',
    html: '<table><tr><td>US dollar</td></tr><tr><td>CHF</td></tr></table>',
  });
  await expect(cell(page, 4, 'currency')).toContainText('USD');
  await expect(cell(page, 5, 'currency')).toContainText('CHF');

  // A row copied once goes into every row whose first cell is selected.
  await cell(page, 7, 'amount').click();
  await page.keyboard.press('Shift+ArrowDown');
  await clipboard(page, 'paste', { text: '€ 1\tUSD\n' });
  await expect(cell(page, 8, 'amount')).toHaveText('1.00');
  await expect(cell(page, 8, 'currency')).toContainText('USD');
});

test('the keys work with the clipboard of the system: a block of LibreOffice Calc comes in, a block of the sheet goes out', async ({
  page,
}) => {
  await openPlan(page, 'FC1', 'CC1020');
  // Two rows as LibreOffice Calc 7.4 put them on the clipboard, with German formats and a text of two lines.
  await cell(page, 12, 'amount').click();
  const [text, html] = [await readFile(calc('tsv'), 'utf8'), await readFile(calc('html'), 'utf8')];
  await putOnSystem(page, text, html);
  await page.keyboard.press('Control+v');
  await expect(cell(page, 12, 'amount')).toHaveText('1,234.50');
  await expect(cell(page, 13, 'amount')).toHaveText('-7,500.00');
  await expect(said(page)).toContainText('read as');
  await expect(cell(page, 12, 'quantity')).toHaveText('1,200.125');
  await expect(cell(page, 13, 'unit_price')).toHaveText('0.0001');
  const bringIntoSight = async (row: number, column: string): Promise<void> => {
    for (let i = 0; i < 9 && !(await cell(page, row, column).isVisible()); i++)
      await page.keyboard.press('ArrowRight');
  };
  await cell(page, 13, 'quantity').click();
  await bringIntoSight(13, 'probability');
  await expect(cell(page, 13, 'probability')).toHaveText('12.50');
  for (const [column, value] of [
    ['valid_from', '2026-02-03'],
    ['valid_to', '2026-12-31'],
    ['memo', 'two\nlines "quoted"'],
  ] as const) {
    await bringIntoSight(12, column);
    await cell(page, 12, column).click();
    await expect(page.locator('.sheet-status code')).toHaveText(value);
  }
  await expect(page.locator('.sheet-status')).not.toContainText('not valid');
  await page.getByRole('button', { name: 'Undo Paste' }).click();

  await cell(page, 12, 'version').click();
  await page.keyboard.press('Control+g');
  await page.getByRole('dialog', { name: 'Go to' }).getByRole('textbox').fill('1 amount');
  await page.keyboard.press('Enter');
  await expect(cell(page, 0, 'amount')).toBeFocused();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Control+c');
  await page.getByRole('searchbox', { name: 'Filter rows' }).focus();
  const copied = await takeFromSystem(page);
  expect(copied.text).toMatch(/^[\d.]+\tEUR\r\n[\d.]+\tEUR\r\n$/);
  expect(copied.html).toContain('<td align="right">');
  await cell(page, 4, 'amount').click();
  await page.keyboard.press('Control+v');
  await expect(cell(page, 4, 'amount')).toHaveText(
    Number(copied.text.split('\t')[0]).toLocaleString('en', { minimumFractionDigits: 2 }),
  );
});
