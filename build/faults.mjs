// `npm run faults -- [--length N]`: the fault suites; N multiplies how long they search (1 is what `npm test` runs).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  options: { length: { type: 'string', default: '10' } },
  allowPositionals: true,
});
const { status } = spawnSync(
  join(root, 'node_modules', '.bin', 'vitest'),
  ['run', '--project', 'faults', ...positionals],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, WRIT_FAULT_LENGTH: values.length },
  },
);
process.exit(status ?? 1);
