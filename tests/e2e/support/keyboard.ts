import { expect, type Locator, type Page } from '@playwright/test';

/** Presses keys one after the other; the focus is somewhere after each of them. */
export const keys = async (page: Page, ...pressed: readonly string[]): Promise<void> => {
  for (const key of pressed) {
    await page.keyboard.press(key);
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.tagName ?? 'none'), `the focus after ${key}`)
      .not.toMatch(/^(BODY|none)$/);
  }
};

/** Whether an element has the focus. */
export const has = (at: Locator): Promise<boolean> => at.evaluate((node) => node === document.activeElement);

/** Walks with Tab to what is open there; fails where it is not reached. */
export const tabTo = async (page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> => {
  await expect(target).toBeEnabled();
  for (let i = 0; i < 40; i++) {
    if (await has(target)) break;
    await keys(page, key);
  }
  await expect(target).toBeFocused();
};

/** Tabs to a button of what is open, and presses it. */
export const pressButton = async (page: Page, name: string | RegExp, key = 'Enter'): Promise<void> => {
  await tabTo(page, page.getByRole('button', { name }).last());
  await page.keyboard.press(key);
};

/** Opens the palette, runs a command by its name. */
export const run = async (page: Page, name: string): Promise<void> => {
  await keys(page, 'Control+k');
  await page.keyboard.type(name);
  await expect(page.getByRole('option').first()).toContainText(name);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Open a sheet or run a command' })).toBeHidden();
};

/** Where the focus is in the grid: row index and column id. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const at = document.activeElement;
    return `${at?.closest('[row-index]')?.getAttribute('row-index')} ${at?.getAttribute('col-id')}`;
  });

/** Says something at the active cell. */
export const comment = async (page: Page, text: string): Promise<void> => {
  await keys(page, 'Shift+F2');
  const comments = page.getByRole('complementary', { name: 'Comments' });
  await expect(comments.getByRole('textbox')).toBeFocused();
  await page.keyboard.type(text);
  await keys(page, 'Control+Enter');
  await expect(comments.getByRole('article')).toContainText(text);
  await keys(page, 'Escape');
  await expect(comments).toBeHidden();
};
