import { describe, expect, test } from 'vitest';
import { BatchRuns, type Submitted } from '../../../../electron/governance/batch-runs.ts';

const ended = (kind: 'committed' | 'unknown'): Submitted => ({
  outcome:
    kind === 'committed'
      ? { kind, batch: 'b', rows: 1, cells: 1, at: 'now', audited: true }
      : { kind, batch: 'b', failure: { kind: 'unavailable', code: 'x', message: 'x' } },
  delta: null,
  rows: ['row'],
  trouble: null,
});

describe('one batch id', () => {
  test('runs once while it is under way; who joins gets the outcome and no news', async () => {
    const runs = new BatchRuns();
    const { promise, resolve } = Promise.withResolvers<Submitted>();
    let count = 0;
    const work = () => {
      count++;
      return promise;
    };
    const both = [runs.once('b', work), runs.once('b', work)];
    expect(runs.isRunning('b')).toBe(true);
    resolve(ended('committed'));
    const [first, second] = await Promise.all(both);
    expect(first?.rows).toEqual(['row']);
    expect(second).toEqual({ outcome: first?.outcome, delta: null, rows: [], trouble: null });
    expect((await runs.once('b', work)).outcome.kind).toBe('committed');
    expect(count).toBe(1);
  });

  test('may run again when its outcome was unknown or it failed before it was sent', async () => {
    const runs = new BatchRuns();
    await expect(runs.once('b', () => Promise.reject(new Error('not sent')))).rejects.toThrow('not sent');
    expect((await runs.once('b', async () => ended('unknown'))).outcome.kind).toBe('unknown');
    expect((await runs.once('b', async () => ended('committed'))).outcome.kind).toBe('committed');
    await runs.idle();
  });
});
