import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';

const PROGRAM = join(import.meta.dirname, '..', '..', 'build', 'faults.mjs');
const count = z.int().min(0);
const line = z.strictObject({
  name: z.string(),
  runs: count,
  lost: count,
  doubled: count,
  falseConflicts: count,
  ok: z.boolean(),
  seed: z.int(),
});

test('npm run faults prints one object a line with the seven names there are, and the seed that was given', async () => {
  const args = [PROGRAM, '--json', '--only', 'damage', '--seconds', '1', '--seed', '5'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  const lines = stdout.trim().split('\n');
  const told = line.parse(JSON.parse(lines[0] ?? ''));
  expect([lines.length, told.name, told.ok, told.seed]).toEqual([1, 'damage', true, 5]);
  expect(Object.keys(JSON.parse(lines[0] ?? ''))).toEqual(Object.keys(line.shape));
  expect(stderr).toMatch(/ok +damage .* 0 untrue/);
});
