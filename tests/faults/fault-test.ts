import { expect, test } from 'vitest';
import { skipTest } from '../support/skipped.ts';
import type { FaultSuite } from './suite.ts';

/** The same short search in every run of the tests; `npm run faults` searches elsewhere each time. */
const SEED = '20261127';

/**
 * The two tests of every suite: a short search that finds nothing, and its mutant, which it has to find. Most searches for a
 * mutant end with the first finding, so they may go on for long on a slow machine. `found`: what its mutant has to be told of.
 */
export const testSuite = (
  suite: FaultSuite,
  seconds: number,
  mutantSeconds = 10 * seconds,
  found: readonly string[] = [],
): void => {
  const seed = Number(process.env.WRIT_SEED ?? SEED);

  test(`${suite.name}: ${suite.about} (seed ${seed})`, async (context) => {
    const result = await suite.run({ seed, seconds });
    if (result.skipped !== undefined) skipTest(context, result.skipped);
    expect(result.problems, `seed ${seed}`).toEqual([]);
    expect(result.ok).toBe(true);
    console.info(`${suite.name}: ${result.runs} runs, nothing found (seed ${seed})`);
  });

  test(`${suite.name}: the mutant ${suite.mutant} is found (seed ${seed})`, async (context) => {
    const result = await suite.run({ seed, seconds: mutantSeconds, mutant: true });
    if (result.skipped !== undefined) skipTest(context, result.skipped);
    const { lost, doubled, falseConflicts, untrue } = result;
    expect(lost + doubled + falseConflicts + untrue, `seed ${seed}`).toBeGreaterThan(0);
    expect(result.ok).toBe(false);
    for (const what of found) expect(result.problems.join('\n')).toContain(what);
  });
};
