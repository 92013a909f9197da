// `npm run bench [-- --json] [-- --only NAME]`: ratios of this product to floors and peers' shapes, measured in one run.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const { json, only } = values;

/** Each answers results {name, ratio, target, ok, detail}; commit and grid can be asked for one of theirs alone. */
const BENCHES = [
  { name: 'checks', exported: 'benchChecks' },
  { name: 'append', exported: 'benchAppend' },
  { name: 'commit', exported: 'benchCommit', takesName: true },
  { name: 'rows', exported: 'benchRows' },
  { name: 'merge', exported: 'benchMerge' },
  { name: 'grid', exported: 'benchGrid', takesName: true },
  { name: 'window', exported: 'benchWindow' },
  { name: 'offline', exported: 'benchOffline' },
  { name: 'keeping', exported: 'benchKeeping' },
];

const print = ({ name, ratio, target, ok, detail }) => {
  if (json) console.log(JSON.stringify({ name, ratio, target, ok, detail }));
  else
    console.log(
      `${ok ? 'ok  ' : 'MISS'} ${name.padEnd(36)} ${shown(ratio)} (target ${target})  ${detail ?? ''}`,
    );
};

const shown = (ratio) => (typeof ratio === 'number' ? ratio.toFixed(2) : '-').padStart(7);

const runBench = async ({ name, exported, takesName }) => {
  const file = join(import.meta.dirname, '..', 'tests', 'bench', `${name}.ts`);
  const module = await import(pathToFileURL(file).href);
  const answer = await module[exported](...(takesName && only !== undefined && only !== name ? [only] : []));
  return Array.isArray(answer) ? answer : [answer];
};

/** A bench by its own name, or the one whose results begin with its name (`commit 10000 edits`); else all are searched. */
const picked = () => {
  const first = only?.split(/[\s.-]/)[0];
  const named = BENCHES.filter(({ name }) => name === first);
  return named.length > 0 ? named : BENCHES;
};

let printed = 0;
const missed = [];
for (const bench of picked()) {
  let results;
  try {
    results = await runBench(bench);
  } catch (error) {
    console.error(error);
    results = [
      { name: bench.name, ratio: null, target: null, ok: false, detail: `failed: ${error.message}` },
    ];
  }
  for (const result of results) {
    if (only !== undefined && only !== bench.name && !result.name.includes(only)) continue;
    print(result);
    printed++;
    if (!result.ok) missed.push(result.name);
  }
}
if (printed === 0)
  console.error(`Nothing is named ${only}. Benches: ${BENCHES.map(({ name }) => name).join(', ')}.`);
if (missed.length > 0) console.error(`Beyond target: ${missed.join(', ')}`);
process.exit(printed === 0 || missed.length > 0 ? 1 : 0);
