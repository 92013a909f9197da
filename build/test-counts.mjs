/**
 * What a suite's report says: how many tests passed, failed and were skipped, which were skipped and why, and which passed
 * only when they were tried again. `kind` is the program that wrote the report: vitest or playwright.
 */
export const readCounts = (kind, data) =>
  kind === 'playwright' ? playwrightCounts(data) : vitestCounts(data);

/** Where there is no report, or none that can be read. */
export const noCounts = () => ({ passed: 0, failed: 0, skipped: 0, skips: [], flaky: [] });

const vitestCounts = (data) => ({
  passed: data.numPassedTests,
  failed: data.numFailedTests,
  skipped: data.numPendingTests + data.numTodoTests,
  skips: data.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => ['skipped', 'pending', 'todo', 'disabled'].includes(status))
    .map((test) => ({
      name: [...test.ancestorTitles, test.title].filter(Boolean).join(' › '),
      reason: test.meta?.skipped ?? (test.status === 'todo' ? 'not written yet' : null),
    })),
  flaky: [],
});

const playwrightCounts = (data) => {
  const { expected, flaky, unexpected, skipped } = data.stats;
  const tests = specsOf(data.suites).flatMap((spec) => spec.tests.map((test) => ({ spec, test })));
  const nameOf = ({ spec }) => `${spec.file} › ${spec.title}`;
  return {
    passed: expected + flaky,
    failed: unexpected,
    skipped,
    skips: tests
      .filter(({ test }) => test.status === 'skipped')
      .map((each) => ({ name: nameOf(each), reason: skipReason(each.test) })),
    flaky: tests.filter(({ test }) => test.status === 'flaky').map(nameOf),
  };
};

const specsOf = (suites) =>
  (suites ?? []).flatMap((suite) => [...(suite.specs ?? []), ...specsOf(suite.suites)]);

const skipReason = ({ annotations }) =>
  annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description ?? null;

/** The last lines of a run: what did not run and why, what passed only when tried again, and the totals. */
export const closingLines = (results) => {
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
  const skips = results.flatMap(({ name, reason, skips }) =>
    reason
      ? [`  ${name}: ${reason}`]
      : skips.map((skip) => `  ${name}: ${skip.name} (${skip.reason ?? 'no reason given'})`),
  );
  const flaky = results.flatMap(({ name, flaky }) => flaky.map((each) => `  ${name}: ${each}`));
  const totals = [
    `${total('passed')} passed`,
    `${total('failed')} failed`,
    ...(total('skipped') > 0 ? [`${total('skipped')} skipped`] : []),
    ...(flaky.length > 0 ? [`${flaky.length} flaky`] : []),
  ];
  return [
    ...(skips.length > 0 ? ['', 'Skipped:', ...skips] : []),
    ...(flaky.length > 0 ? ['', 'Flaky (passed only when tried again):', ...flaky] : []),
    '',
    totals.join(', '),
  ];
};
