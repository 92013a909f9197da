import { expect, test } from 'vitest';
import { type Channel, type ServedBackend, serveClient } from '../../../electron/host.ts';
import { AppError } from '../../../shared/model/failure.ts';

/** A channel whose other end is the test; `unsendable` outputs make `send` throw, as structured clone does. */
const testChannel = () => {
  const sent: unknown[] = [];
  let receive = (_frame: unknown): void => {};
  let close = (): void => {};
  const refused: string[] = [];
  const channel: Channel = {
    send: (frame) => {
      if (frame.kind === 'answer' && frame.ok && frame.output === 'unsendable')
        throw new TypeError('could not be cloned');
      sent.push(frame);
    },
    onFrame: (listener) => {
      receive = listener;
    },
    onClose: (listener) => {
      close = listener;
    },
    refuse: (reason) => refused.push(reason),
  };
  return { channel, sent, refused, receive: (frame: unknown) => receive(frame), close: () => close() };
};

const backendOf = (call: (name: string, input: unknown) => Promise<unknown>) => {
  const state = { open: 0, send: (_name: string, _event: unknown): void => {} };
  const backend: ServedBackend = {
    attach: (send) => {
      state.open++;
      state.send = send;
      return { call, close: () => state.open-- };
    },
  };
  return { backend, state };
};

test('a call is answered with its own id, also when answers overtake each other', async () => {
  const { channel, sent, receive } = testChannel();
  const waiting: (() => void)[] = [];
  const { backend } = backendOf((name) => new Promise((done) => waiting.push(() => done(name))));
  serveClient(channel, backend);
  receive({ kind: 'call', id: 1, name: 'slow', input: {} });
  receive({ kind: 'call', id: 2, name: 'fast', input: {} });
  waiting[1]?.();
  await expect.poll(() => sent.length).toBe(1);
  waiting[0]?.();
  await expect.poll(() => sent.length).toBe(2);
  expect(sent).toEqual([
    { kind: 'answer', id: 2, ok: true, output: 'fast' },
    { kind: 'answer', id: 1, ok: true, output: 'slow' },
  ]);
});

test('a failure is answered as data', async () => {
  const { channel, sent, receive } = testChannel();
  serveClient(
    channel,
    backendOf(() => Promise.reject(new AppError('denied', 'no-rights', 'Not allowed.'))).backend,
  );
  receive({ kind: 'call', id: 5, name: 'x', input: {} });
  await expect
    .poll(() => sent)
    .toEqual([
      {
        kind: 'answer',
        id: 5,
        ok: false,
        error: { kind: 'denied', code: 'no-rights', message: 'Not allowed.' },
      },
    ]);
});

test('an output that cannot be carried is answered as a bug instead of never', async () => {
  const { channel, sent, receive } = testChannel();
  serveClient(channel, backendOf(() => Promise.resolve('unsendable')).backend);
  receive({ kind: 'call', id: 6, name: 'x', input: {} });
  await expect.poll(() => sent).toMatchObject([{ id: 6, ok: false, error: { kind: 'bug' } }]);
});

test('a malformed frame is refused and never reaches the backend', () => {
  const { channel, refused, receive } = testChannel();
  const called: string[] = [];
  const { backend } = backendOf(async (name) => called.push(name));
  serveClient(channel, backend);
  for (const frame of [null, 'call', { kind: 'call', id: 1.5, name: 'x' }, { kind: 'event', name: 'x' }])
    receive(frame);
  expect(refused).toHaveLength(4);
  expect(called).toEqual([]);
});

test('events go out, and a closed channel detaches its client', () => {
  const { channel, sent, close } = testChannel();
  const { backend, state } = backendOf(async () => null);
  serveClient(channel, backend);
  state.send('journal.trouble', { message: null });
  expect(sent).toEqual([{ kind: 'event', name: 'journal.trouble', event: { message: null } }]);
  expect(state.open).toBe(1);
  close();
  expect(state.open).toBe(0);
});
