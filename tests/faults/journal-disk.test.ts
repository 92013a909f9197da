import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from '../../electron/journal/open-journal.ts';
import { describeUnless } from '../support/skipped.ts';
import { AT, asObject, codeOf, KEY } from '../unit/electron/journal/scratch.ts';
import { setStep } from '../unit/shared/plan/steps.ts';

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

withMounts('on a small disk', () => {
  let disk: string;
  const open = () => openJournal({ file: join(disk, 'journal.db'), key: KEY, now: () => new Date(AT) });
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'writ-disk-'));
    run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', disk);
  });
  afterEach(() => {
    run('umount', disk);
    rmdirSync(disk);
  });

  test('that is full the change is refused, earlier edits stay, and it works again with space', () => {
    const journal = open();
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(300_000));
    let kept = 0;
    let refusal = 'no error';
    for (let i = 0; i < 5_000 && refusal === 'no error'; i++) {
      refusal = codeOf(() => journal.append(setStep([[`["${i}"]`, 'a', null, `${i} `.repeat(300)]])));
      if (refusal === 'no error') kept++;
    }
    expect(refusal).toBe('unavailable journal-disk-full');
    expect(kept).toBeGreaterThan(10);
    const before = asObject(journal.pending('plan'));
    const large = setStep([['["x"]', 'a', '1', randomBytes(400_000).toString('hex')]]);
    expect(codeOf(() => journal.append(large))).toBe('unavailable journal-disk-full');
    expect(codeOf(() => journal.append(large))).toBe('unavailable journal-disk-full');
    expect(asObject(journal.pending('plan'))).toEqual(before);
    expect(journal.counts('plan')).toMatchObject({ updated: kept, cells: kept });
    rmSync(ballast);
    journal.append(setStep([['["after"]', 'a', null, 'kept']]));
    const after = asObject(journal.pending('plan'));
    expect(Object.keys(after)).toHaveLength(kept + 1);
    journal.close();
    const again = open();
    expect(again.recovery).toBeNull();
    expect(asObject(again.pending('plan'))).toEqual(after);
    again.close();
  });

  test('that is full from the start no journal is made and nothing is claimed', () => {
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(1_048_576 - 8_192));
    expect(codeOf(open)).toBe('unavailable journal-disk-full');
    rmSync(join(disk, 'ballast'));
    const journal = open();
    journal.append(setStep([['["1"]', 'a', null, 'kept']]));
    journal.close();
  });

  test('that is read-only the journal is refused with a reason', () => {
    open().close();
    run('mount', '-o', 'remount,ro', disk);
    expect(codeOf(open)).toBe('unavailable journal-read-only');
    run('mount', '-o', 'remount,rw', disk);
    open().close();
  });
});

test('in a folder that is not there the journal is refused with a reason', () => {
  expect(
    codeOf(() => openJournal({ file: '/nowhere/at/all/journal.db', key: KEY, now: () => new Date(AT) })),
  ).toBe('unavailable journal-cannot-open');
});
