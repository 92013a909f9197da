import { expect, test } from 'vitest';
import { closingLines, noCounts, readCounts } from '../../../build/test-counts.mjs';

const vitestReport = {
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 2,
  numTodoTests: 0,
  testResults: [
    {
      assertionResults: [
        {
          ancestorTitles: ['', 'a keyring'],
          title: 'keeps',
          status: 'skipped',
          meta: { skipped: 'no keyring' },
        },
        { ancestorTitles: [''], title: 'of old', status: 'skipped', meta: {} },
        { ancestorTitles: [''], title: 'runs', status: 'passed', meta: {} },
      ],
    },
  ],
};

const playwrightReport = {
  stats: { expected: 3, flaky: 1, unexpected: 0, skipped: 1 },
  suites: [
    {
      specs: [{ title: 'works', file: 'a.spec.ts', tests: [{ status: 'expected', annotations: [] }] }],
      suites: [
        {
          specs: [
            { title: 'wavers', file: 'a.spec.ts', tests: [{ status: 'flaky', annotations: [] }] },
            {
              title: 'rests',
              file: 'b.spec.ts',
              tests: [{ status: 'skipped', annotations: [{ type: 'skip', description: 'no sound' }] }],
            },
          ],
        },
      ],
    },
  ],
};

test('a run ends with what was skipped and why, what wavered, and the totals', () => {
  const results = [
    { name: 'unit', ...readCounts('vitest', vitestReport) },
    { name: 'e2e web', ...readCounts('playwright', playwrightReport) },
    { name: 'pack', ...noCounts(), skipped: 1, reason: 'no display' },
  ];
  expect(closingLines(results)).toEqual([
    '',
    'Skipped:',
    '  unit: a keyring › keeps (no keyring)',
    '  unit: of old (no reason given)',
    '  e2e web: b.spec.ts › rests (no sound)',
    '  pack: no display',
    '',
    'Flaky (passed only when tried again):',
    '  e2e web: a.spec.ts › wavers',
    '',
    '9 passed, 0 failed, 4 skipped, 1 flaky',
  ]);
});

test('where everything passed, there is one line', () => {
  const all = { name: 'types', ...noCounts(), passed: 1 };
  expect(closingLines([all]).filter(Boolean)).toEqual(['1 passed, 0 failed']);
});
