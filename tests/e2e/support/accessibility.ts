import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Where to look, as a selector, and by which rules; everywhere and by all without. */
interface Look {
  readonly part?: string | undefined;
  readonly rules?: readonly string[];
}

/**
 * What axe finds serious or critical on the page once it stands still, one line a rule. Colours of what is fading in or out are those
 * of no state a person reads, so the end of every transition is waited for.
 */
export const seriousProblems = async (page: Page, { part, rules }: Look = {}): Promise<readonly string[]> => {
  // The grid takes a tooltip out of the page some time after it has faded.
  await expect(page.locator('.ag-tooltip-hiding')).toHaveCount(0);
  await expect.poll(() => movingParts(page), 'transitions still running').toEqual([]);
  // The other mode opens a page of its own, which a desktop window refuses.
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  if (part !== undefined) axe.include(part);
  if (rules) axe.withRules([...rules]);
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
};

/** Elements with a running animation that will end; a turning mark of work under way is not one. */
const movingParts = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() =>
    document
      .getAnimations()
      .filter(
        ({ playState, effect }) =>
          playState === 'running' && effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY,
      )
      .map(({ effect }) => (effect instanceof KeyframeEffect && effect.target?.className) || 'unknown')
      .map(String),
  );

/** What lies over the sheet or beside it. */
export const OVER = '[role="dialog"], [role="menu"], .sheet-find, aside';

/** What axe finds on the way, in light and in dark, each with the name of the stop: of the whole page, or of what lies over it. */
export const walkOf = (
  page: Page,
): {
  readonly found: string[];
  at(name: string, part?: string): Promise<void>;
  /** Closes what lies over the sheet. */
  leave(): Promise<void>;
} => {
  const found: string[] = [];
  return {
    found,
    leave: async () => {
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog').or(page.getByRole('menu'))).toHaveCount(0);
    },
    at: async (name, part) => {
      const note = (scheme: string, problems: readonly string[]): void => {
        found.push(...problems.map((problem) => `${name}, ${scheme}: ${problem}`));
      };
      note('light', await seriousProblems(page, { part }));
      // Nothing but colours differs in the dark.
      await page.emulateMedia({ colorScheme: 'dark' });
      note('dark', await seriousProblems(page, { part, rules: ['color-contrast'] }));
      const folder = process.env.WRIT_SHOTS;
      if (folder) await page.screenshot({ path: `${folder}/${name.replaceAll(/[: ]+/g, '-')}-dark.png` });
      await page.emulateMedia({ colorScheme: 'light' });
      if (folder) await page.screenshot({ path: `${folder}/${name.replaceAll(/[: ]+/g, '-')}-light.png` });
    },
  };
};
