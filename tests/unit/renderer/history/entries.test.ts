import { expect, test } from 'vitest';
import { groupEntries, localStamp, relativeTime } from '../../../../renderer/history/entries.ts';
import type { HistoryEntry } from '../../../../shared/model/batch.ts';
import { localeOf } from '../../../../shared/values/locale.ts';

const entry = (given: Partial<HistoryEntry>): HistoryEntry => ({
  at: '2026-11-24T12:00:00.000000Z',
  person: 'anna.berg',
  batch: 'b1',
  row: 'r1',
  kind: 'update',
  column: 'amount',
  before: '1',
  after: '2',
  application: 'Writ',
  ...given,
});
const english = localeOf('en-GB');
const now = new Date('2026-11-24T12:00:00Z');
const ago = (ms: number): string => relativeTime(new Date(now.getTime() - ms).toISOString(), now, english);

test('changes of one batch stand together, its rows named once', () => {
  const groups = groupEntries([
    entry({ row: 'r2', column: 'amount' }),
    entry({ row: 'r2', column: 'memo' }),
    entry({ row: 'r1' }),
    entry({ batch: 'b0' }),
  ]);
  expect(groups.map(({ first, rows }) => [first.batch, rows.map((row) => row.entries.length)])).toEqual([
    ['b1', [2, 1]],
    ['b0', [1]],
  ]);
});

test('outside batches a moment of one person stands together', () => {
  const loose = (at: string, person = 'anna.berg') => entry({ batch: null, at, person });
  const groups = groupEntries([loose('t2'), loose('t2'), loose('t2', 'mei.tan'), loose('t1')]);
  expect(groups.map(({ rows }) => rows.flatMap((row) => row.entries).length)).toEqual([2, 1, 1]);
});

test('every group and row has a name of its own, even where the same change comes twice', () => {
  const twice = [entry({}), entry({ person: 'mei.tan' }), entry({}), entry({ row: 'r2' }), entry({})];
  const groups = groupEntries(twice);
  const keys = groups.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  for (const { rows } of groups) expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
});

test('a row deleted and entered again in one batch is told apart', () => {
  const [group] = groupEntries([entry({ kind: 'insert' }), entry({ kind: 'delete' })]);
  expect(group?.rows.map(({ kind }) => kind)).toEqual(['insert', 'delete']);
});

test('time is told in words up to a week, then as a date', () => {
  expect(ago(5_000)).toBe('now');
  expect(ago(3 * 60_000 + 1)).toBe('3 minutes ago');
  expect(ago(23 * 3_600_000)).toBe('23 hours ago');
  expect(ago(25 * 3_600_000)).toBe('yesterday');
  expect(ago(8 * 24 * 3_600_000)).toBe('16 Nov 2026');
});

test('a clock ahead of this one counts as now, and what is no time is shown as it is', () => {
  expect(ago(-90_000)).toBe('now');
  expect(relativeTime('soon', now, english)).toBe('soon');
  expect(localStamp('soon', english)).toBe('soon');
  expect(localStamp('2026-11-24T12:00:05.123456Z', english)).toMatch(/24 November 2026.*:05/);
});
