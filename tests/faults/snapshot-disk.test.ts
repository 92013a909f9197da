import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RowStore } from '../../electron/sheets/row-store.ts';
import { openSnapshots } from '../../electron/snapshots/file-snapshots.ts';
import type { SheetFacts, Snapshots } from '../../electron/snapshots/snapshots.ts';
import { describeUnless } from '../support/skipped.ts';
import { definition } from '../unit/electron/sheets/sheet-fixture.ts';

const run = (...command: string[]): boolean =>
  spawnSync(command[0] ?? '', command.slice(1), { stdio: 'ignore' }).status === 0;

const canMount = (): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'writ-mount-'));
  const mounted = run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', folder);
  if (mounted) run('umount', folder);
  rmdirSync(folder);
  return mounted;
};
const mounts = process.platform === 'linux' && canMount();
const withMounts = describeUnless(mounts ? null : 'a small file system can only be mounted as root on Linux');

const facts: SheetFacts = {
  definition,
  rights: {
    ...{ select: true, insert: true, delete: true, rowPolicies: false },
    ...{ updateColumns: [], insertColumns: [] },
  },
  capabilities: { transactions: true, rowPolicies: true, governance: 'absent', outcomeProof: 'none' },
  policy: null,
};

/** Rows that do not compress. */
const write = async (snapshots: Snapshots, rows: number, at: string): Promise<void> => {
  const writer = snapshots.begin('sheet', facts, 0);
  for (let i = 0; i < rows; i++) {
    const row = [String(i), randomBytes(30_000).toString('latin1'), null, null];
    const packed = new RowStore([0]).append({ rows: [row], flags: Uint8Array.of(3) });
    if (packed) writer.rows(packed);
  }
  await writer.finish(at);
};

withMounts('on a small disk', () => {
  let disk: string;
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'writ-disk-'));
    run('mount', '-t', 'tmpfs', '-o', 'size=2m', 'none', disk);
  });
  afterEach(() => {
    run('umount', disk);
    rmdirSync(disk);
  });

  test('that is full no reading is kept, the one before stays whole, and it is said once', async () => {
    const told: string[] = [];
    const snapshots = openSnapshots({
      file: join(disk, 'a.snapshots'),
      key: randomBytes(32),
      now: () => new Date(),
      onTrouble: ({ code }) => told.push(code),
    });
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(500_000));
    await write(snapshots, 5, 'first');
    await write(snapshots, 100, 'second');
    expect(snapshots.list()).toMatchObject([{ rows: 5, readAt: 'first' }]);
    expect([...(snapshots.load('sheet')?.parts ?? [])]).toHaveLength(5);
    expect(told).toEqual(['snapshot-disk-full']);
    expect(snapshots.notices()).toEqual([expect.stringContaining('disk is full')]);
    rmSync(ballast);
    await write(snapshots, 3, 'third');
    expect(snapshots.list()).toMatchObject([{ rows: 3, readAt: 'third' }]);
    snapshots.close();
  });
});
