import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/**
 * What axe finds serious or critical on the page once it stands still, one line a rule. Colours of what is fading in or out are those
 * of no state a person reads, so the end of every transition is waited for.
 */
export const seriousProblems = async (page: Page): Promise<readonly string[]> => {
  await expect.poll(() => movingParts(page), 'transitions still running').toEqual([]);
  // The other mode opens a page of its own, which a desktop window refuses.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
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
