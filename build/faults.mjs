// `npm run faults [-- --json] [-- --only NAME] [-- --seconds N] [-- --seed N] [-- --mutants] [-- --part I/N] [-- --at POINT]`: searches
// for lost, doubled and untrue, each suite as long as given and at least once over every point it knows (`npm test` runs short ones).
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    part: { type: 'string' },
    at: { type: 'string' },
  },
});
const { json, only, mutants, at } = values;
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
if (!(seconds > 0) || !Number.isInteger(seed)) {
  console.error('--seconds takes a positive number, --seed an integer.');
  process.exit(2);
}
const [index, of] = (values.part ?? '1/1').split('/').map(Number);
if (!Number.isInteger(index) || !Number.isInteger(of) || index < 1 || index > of) {
  console.error('--part takes which of how many: 1/4.');
  process.exit(2);
}

const file = join(import.meta.dirname, '..', 'tests', 'faults', 'suites.ts');
const { faultSuites } = await import(pathToFileURL(file).href);
const picked = faultSuites.filter(({ name }) => only === undefined || name === only);
if (picked.length === 0) {
  console.error(`Nothing is named ${only}. Suites: ${faultSuites.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

/** What machines read: these seven names and no more, however much else there is to tell. */
const lineOf = ({ name, runs, lost, doubled, falseConflicts, ok }) => ({
  ...{ name, runs, lost, doubled, falseConflicts, ok, seed },
});

const print = (result, took) => {
  const {
    name,
    runs,
    lost,
    doubled,
    falseConflicts,
    untrue,
    ok,
    skipped,
    points,
    notes = [],
    problems,
  } = result;
  const counts = `${String(runs).padStart(7)} runs ${lost} lost ${doubled} doubled ${falseConflicts} false conflicts ${untrue} untrue`;
  const of = values.part === undefined ? '' : ` of part ${values.part}`;
  const covered = points === undefined ? '' : `, ${points.tried} of ${points.of} points${of}`;
  const verdict = skipped === undefined ? (ok ? 'ok     ' : 'NOT OK ') : 'skipped';
  const told = `${verdict} ${name.padEnd(24)} ${skipped ?? `${counts}${covered}`} (${took.toFixed(0)} s)`;
  if (json) console.log(JSON.stringify(lineOf(result)));
  // What a person reads goes past whoever reads the objects.
  (json ? console.error : console.log)(told);
  for (const note of notes) console.error(`  ${name}: ${note}`);
  for (const problem of problems) console.error(`  ${name}: ${problem}`);
};

const PROGRESS_MS = 30_000;

/** A pass over all points takes minutes: how far it is, twice a minute. */
const progressOf = (name) => {
  let told = performance.now();
  return ({ tried, of }) => {
    if (performance.now() - told < PROGRESS_MS) return;
    told = performance.now();
    console.error(`  ${name}: ${tried} of ${of} points`);
  };
};

/** A mutant that is found is what is wanted: its line is ok when the suite was not. */
const runOne = async (suite) => {
  const started = performance.now();
  const name = mutants ? `${suite.name}, mutant ${suite.mutant}` : suite.name;
  let result;
  try {
    const options = { seed, seconds, part: { index, of }, at, onProgress: progressOf(name) };
    const found = await suite.run({ ...options, whole: !mutants, mutant: mutants });
    const killed = found.skipped !== undefined || !found.ok;
    result = mutants
      ? { ...found, name, ok: killed, problems: killed ? [] : ['the mutant was not found'] }
      : found;
  } catch (error) {
    console.error(error);
    const none = { lost: 0, doubled: 0, falseConflicts: 0, untrue: 0 };
    result = { name, runs: 0, ...none, ok: false, problems: [`failed: ${error.message}`] };
  }
  print(result, (performance.now() - started) / 1000);
  return result.ok;
};

if (!json) console.log(`seed ${seed}, ${seconds} s a suite`);
const template = join(import.meta.dirname, '..', 'tests', 'support', 'cluster-template.ts');
const { setup } = await import(pathToFileURL(template).href);
// A run of the tests has one already.
const tearDown = process.env.WRIT_TEST_CLUSTER ? async () => {} : await setup();
let missed = 0;
for (const suite of picked) if (!(await runOne(suite))) missed++;
await tearDown();
process.exit(missed > 0 ? 1 : 0);
