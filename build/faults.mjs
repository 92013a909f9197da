// `npm run faults [-- --seconds N] [-- --seed N]`: the fault suites, each search as long as given (`npm test` runs short ones).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const seed = values.seed === undefined ? {} : { WRIT_SEED: values.seed };
const vitest = join(root, 'node_modules', '.bin', 'vitest');
const { status } = spawnSync(vitest, ['run', '--project', 'faults', ...positionals], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, WRIT_FAULT_SECONDS: values.seconds, ...seed },
});
process.exit(status ?? 1);
