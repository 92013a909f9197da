import fc from 'fast-check';
import { expect, test } from 'vitest';
import { finished, sortedInSteps } from '../../../../shared/planning/steps.ts';

test('sorting in steps gives what sorting at once gives, equal entries in their order', () => {
  const entries = fc.array(fc.nat(50), { maxLength: 3_000, size: 'max' });
  fc.assert(
    fc.property(entries, (keys) => {
      const marked = keys.map((key, place) => ({ key, place }));
      const compare = (a: { key: number }, b: { key: number }): number => a.key - b.key;
      expect(finished(sortedInSteps(marked, compare))).toEqual(marked.toSorted(compare));
    }),
    { numRuns: 40, verbose: 1 },
  );
});
