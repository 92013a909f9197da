// `npm run bench [-- --json] [-- --only NAME]`: ratios of this product to floors and peers' shapes, measured in one run.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const BENCHES = { checks: 'benchChecks', append: 'benchAppend', commit: 'benchCommit', rows: 'benchRows' };

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
});

const print = ({ name, ratio, target, ok, detail }) => {
  if (values.json) console.log(JSON.stringify({ name, ratio, target, ok, detail }));
  else {
    const figure = `${ratio.toFixed(2)} (target ${target})`;
    const more = typeof detail === 'string' ? detail : JSON.stringify(detail);
    console.log(`${ok ? 'ok  ' : 'MISS'} ${name.padEnd(34)} ${figure.padEnd(24)} ${more}`);
  }
};

/** A bench answers one result or several; `only` names a bench (checks) or one of its results (commit-10k). */
const runBench = async (file, exported) => {
  const path = join(import.meta.dirname, '..', 'tests', 'bench', `${file}.ts`);
  const module = await import(pathToFileURL(path).href);
  const results = await module[exported]();
  return Array.isArray(results) ? results : [results];
};

const failures = [];
let printed = 0;
for (const [file, exported] of Object.entries(BENCHES)) {
  const { only } = values;
  if (only && only !== file && !only.startsWith(`${file}-`)) continue;
  const results = await runBench(file, exported);
  for (const result of results) {
    if (only && only !== file && result.name !== only) continue;
    print(result);
    printed++;
    if (!result.ok) failures.push(result.name);
  }
}
if (printed === 0) {
  console.error(`No bench named ${values.only}. There are: ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(2);
}
if (failures.length > 0) console.error(`Beyond target: ${failures.join(', ')}`);
process.exit(failures.length > 0 ? 1 : 0);
