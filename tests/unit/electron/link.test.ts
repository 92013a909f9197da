import { expect, test, vi } from 'vitest';
import { WarehouseLink } from '../../../electron/link.ts';
import type { Warehouse } from '../../../electron/warehouse/adapter.ts';
import { unreachable } from '../../../electron/warehouse/unreachable.ts';
import { AppError } from '../../../shared/model/failure.ts';

const gone = (code = 'connection-lost'): AppError => new AppError('unavailable', code, 'Gone.');

const warehouseOf = (user: string): Warehouse & { readonly closed: () => boolean } => {
  let closed = false;
  return {
    ...unreachable(user, gone),
    capabilities: async () => ({
      ...{ transactions: true, rowPolicies: true, governance: 'absent', outcomeProof: 'none' },
    }),
    close: async () => {
      closed = true;
    },
    closed: () => closed,
  };
};

const linkTo = (connect: () => Promise<Warehouse>, failure = gone()) => {
  let back = 0;
  const states: string[] = [];
  const link = new WarehouseLink({
    ...{ warehouse: null, failure, connect, pending: null, user: 'ann' },
    now: () => new Date('2026-01-02T03:04:05Z'),
    onState: ({ state }) => states.push(state),
    onBack: () => back++,
  });
  return { link, states, back: () => back };
};

test('a warehouse that was not there is tried again by itself, with growing pauses, until it is', async () => {
  vi.useFakeTimers();
  try {
    let tries = 0;
    const { link, back } = linkTo(async () => {
      if (++tries < 4) throw gone();
      return warehouseOf('ann');
    });
    expect(link.state).toMatchObject({ state: 'offline', nextTry: '2026-01-02T03:04:05.500Z' });
    await vi.advanceTimersByTimeAsync(3_600);
    expect([tries, back()]).toEqual([3, 0]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect([tries, back(), link.isDown, link.why()]).toEqual([4, 1, false, null]);
    await link.close();
  } finally {
    vi.useRealTimers();
  }
});

test('who is refused is not tried again until the person does', async () => {
  vi.useFakeTimers();
  try {
    let tries = 0;
    const { link } = linkTo(async () => {
      tries++;
      throw new AppError('denied', 'sign-in-refused', 'Refused.');
    });
    await vi.advanceTimersByTimeAsync(120_000);
    expect([tries, link.state.state, link.state.nextTry]).toEqual([1, 'signed-out', null]);
    link.relink(warehouseOf('ann'));
    expect(link.state.state).toBe('online');
    await link.close();
  } finally {
    vi.useRealTimers();
  }
});

test('a sign-in that the warehouse names as somebody else is closed and never used', async () => {
  const ben = warehouseOf('ben');
  const { link, back } = linkTo(async () => ben);
  await link.tryNow();
  expect(link.why()).toMatchObject({ kind: 'denied', code: 'other-person' });
  expect([back(), ben.closed(), link.warehouse.identity.user]).toEqual([0, true, 'ann']);
  const again = warehouseOf('ben');
  expect(() => link.relink(again)).toThrow('belong to "ann"');
  expect([again.closed(), link.isDown]).toEqual([true, true]);
  await link.close();
});

test('a server that is starting, or takes long, is said to', async () => {
  vi.useFakeTimers();
  try {
    const { link } = linkTo(() => new Promise<Warehouse>(() => {}), gone('starting'));
    expect(link.state.state).toBe('starting');
    const slow = linkTo(() => new Promise<Warehouse>(() => {}));
    expect(slow.link.state.state).toBe('offline');
    await vi.advanceTimersByTimeAsync(500 + 2_500);
    expect(slow.link.state.state).toBe('starting');
    await Promise.all([link.close(), slow.link.close()]);
  } finally {
    vi.useRealTimers();
  }
});

test('an attempt over a link that has been replaced says nothing about the new one', async () => {
  vi.useFakeTimers();
  try {
    const { promise, reject } = Promise.withResolvers<never>();
    const old = { ...warehouseOf('ann'), capabilities: () => promise };
    const { link, states } = linkTo(async () => old);
    await link.tryNow();
    link.suspect();
    link.relink(warehouseOf('ann'));
    await vi.advanceTimersByTimeAsync(3_000);
    reject(gone());
    await vi.advanceTimersByTimeAsync(0);
    expect([link.state.state, states.at(-1)]).toEqual(['online', 'online']);
    await link.close();
  } finally {
    vi.useRealTimers();
  }
});

test('a link that was replaced and is lost again is tried, whatever the attempt before it waits for', async () => {
  vi.useFakeTimers();
  try {
    const old = { ...warehouseOf('ann'), capabilities: () => new Promise<never>(() => {}) };
    const { link } = linkTo(async () => old);
    await link.tryNow();
    link.suspect();
    let lose = (_message: string): void => {};
    link.relink({
      ...warehouseOf('ann'),
      onLost: (listener) => {
        lose = listener;
      },
    });
    lose('Gone.');
    expect(link.state.state).toBe('offline');
    await vi.advanceTimersByTimeAsync(600);
    expect(link.state.state).toBe('online');
    await link.close();
  } finally {
    vi.useRealTimers();
  }
});

test('a link that still worked is left to what is under way over it when another takes its place', async () => {
  vi.useFakeTimers();
  try {
    const [first, second] = [warehouseOf('ann'), warehouseOf('ann')];
    const { link } = linkTo(async () => first);
    await link.tryNow();
    link.relink(second);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(first.closed()).toBe(false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect([first.closed(), second.closed()]).toEqual([true, false]);
    const third = warehouseOf('ann');
    link.relink(third);
    await link.close();
    expect([second.closed(), third.closed()]).toEqual([true, true]);
  } finally {
    vi.useRealTimers();
  }
});

test('a role proposed anew is taken up once, and not over one the person chose', async () => {
  let connects = 0;
  const { link } = linkTo(async () => {
    connects++;
    return warehouseOf('ann');
  });
  await link.tryNow();
  expect(await Promise.all([link.followProposal(), link.followProposal()])).toEqual([true, false]);
  expect(connects).toBe(2);
  await link.act(null);
  expect(await link.followProposal()).toBe(false);
  expect(connects).toBe(3);
  await link.close();
});
