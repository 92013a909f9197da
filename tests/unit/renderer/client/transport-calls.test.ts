import { describe, expect, test } from 'vitest';
import { createClient, type Dial } from '../../../../renderer/client/transport-calls.ts';
import { type CallFrame, failedAnswer } from '../../../../shared/contract/wire.ts';
import { AppError } from '../../../../shared/model/failure.ts';

const SETTINGS = { theme: 'dark', locale: null, density: 'compact' } as const;

/** A line the test answers, drops and opens by hand; `wait` resolves at once unless `held`. */
const wire = () => {
  const sent: CallFrame[] = [];
  const holds: (() => void)[] = [];
  const state = {
    up: true,
    dials: 0,
    receive: (_frame: unknown): void => {},
    drop: (): void => {},
  };
  const dial: Dial = async (receive, lost) => {
    state.dials++;
    if (!state.up) throw new AppError('unavailable', 'backend-unreachable', 'Down.');
    state.receive = receive;
    state.drop = lost;
    return { send: (frame) => sent.push(frame), close: () => {} };
  };
  const HOLD_MS = 999_999;
  const wait = (ms: number): Promise<void> =>
    ms === HOLD_MS ? new Promise((done) => holds.push(done)) : new Promise((done) => setTimeout(done, 0));
  return { sent, holds, state, dial, open: () => createClient(dial, { wait, holdMs: HOLD_MS }) };
};

const last = (sent: readonly CallFrame[]): CallFrame => {
  const frame = sent.at(-1);
  if (!frame) throw new Error('nothing was sent');
  return frame;
};

describe('calls over a line', () => {
  test('answers reach their own call, whatever their order', async () => {
    const { sent, state, open } = wire();
    const client = await open();
    const first = client.call('settings.get', {});
    const second = client.call('session.current', {});
    const [a, b] = sent;
    state.receive({ kind: 'answer', id: b?.id, ok: true, output: { session: null } });
    state.receive({ kind: 'answer', id: a?.id, ok: true, output: SETTINGS });
    expect(await first).toEqual(SETTINGS);
    expect(await second).toEqual({ session: null });
  });

  test('a failure is rebuilt as the AppError that was thrown', async () => {
    const { sent, state, open } = wire();
    const client = await open();
    const call = client.call('settings.get', {});
    state.receive(failedAnswer(last(sent).id, new AppError('denied', 'no-rights', 'Not allowed.')));
    await expect(call).rejects.toMatchObject({ name: 'AppError', kind: 'denied', code: 'no-rights' });
  });

  test('events reach those who listen, until they stop', async () => {
    const { state, open } = wire();
    const client = await open();
    const heard: unknown[] = [];
    const stop = client.on('journal.trouble', (event) => heard.push(event));
    state.receive({ kind: 'event', name: 'journal.trouble', event: { message: 'Disk full' } });
    stop();
    state.receive({ kind: 'event', name: 'journal.trouble', event: { message: null } });
    expect(heard).toEqual([{ message: 'Disk full' }]);
  });
});

describe('a line that drops', () => {
  test('calls in flight fail as unavailable and are not sent again', async () => {
    const { sent, state, open } = wire();
    const client = await open();
    const call = client.call('edits.undo', { sheet: 's' });
    state.drop();
    await expect(call).rejects.toMatchObject({ kind: 'unavailable', code: 'backend-lost' });
    await expect.poll(() => last(sent).name).toBe('session.current');
    expect(sent.filter((frame) => frame.name === 'edits.undo')).toHaveLength(1);
  });

  test('calls made meanwhile are sent once it is back', async () => {
    const { sent, state, open } = wire();
    const client = await open();
    state.up = false;
    state.drop();
    const call = client.call('settings.get', {});
    await expect.poll(() => state.dials).toBeGreaterThan(3);
    expect(sent).toEqual([]);
    state.up = true;
    await expect.poll(() => sent.map((frame) => frame.name)).toContain('settings.get');
    const frame = sent.find((each) => each.name === 'settings.get');
    state.receive({ kind: 'answer', id: frame?.id, ok: true, output: SETTINGS });
    expect(await call).toEqual(SETTINGS);
  });

  test('a call that waited too long fails and is never sent', async () => {
    const { sent, holds, state, open } = wire();
    const client = await open();
    state.up = false;
    state.drop();
    const call = client.call('settings.get', {});
    for (const elapse of holds) elapse();
    await expect(call).rejects.toMatchObject({ kind: 'unavailable' });
    state.up = true;
    await expect.poll(() => sent.map((frame) => frame.name)).toEqual(['session.current']);
  });

  test('the page hears that it was lost, and what became of the session', async () => {
    const { sent, state, open } = wire();
    const client = await open();
    const heard: string[] = [];
    client.on('session.state', ({ state: now }) => heard.push(now));
    state.drop();
    expect(heard).toEqual(['lost']);
    await expect.poll(() => sent.length).toBe(1);
    state.receive({ kind: 'answer', id: last(sent).id, ok: true, output: { session: null } });
    await expect.poll(() => heard).toEqual(['lost', 'closed']);
  });

  test('a host that cannot be reached at all is an error, not a wait without end', async () => {
    const { state, open } = wire();
    state.up = false;
    await expect(open()).rejects.toMatchObject({ kind: 'unavailable', code: 'backend-unreachable' });
  });
});
