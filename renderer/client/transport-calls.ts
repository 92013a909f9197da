import type { BackendClient } from '../../shared/contract/client.ts';
import type { EventName, EventOf, OutputOf } from '../../shared/contract/operations.ts';
import { isPackedFrame, unpackInTurns } from '../../shared/contract/pack-pending.ts';
import { packCall } from '../../shared/contract/pack-sets.ts';
import { type CallFrame, type HostFrame, hostFrame, settleAnswer } from '../../shared/contract/wire.ts';
import { AppError } from '../../shared/model/failure.ts';

/** An open line to the backend. */
export interface Link {
  send(frame: CallFrame): void;
  close(): void;
}

/** Opens a line; `receive` gets decoded frames, `lost` is called once when an opened line ends by itself. */
export type Dial = (receive: (frame: unknown) => void, lost: () => void) => Promise<Link>;

export interface ClientOptions {
  readonly wait: (ms: number) => Promise<void>;
  /** How long a call waits for a lost line before it fails. */
  readonly holdMs?: number;
}

interface Waiting {
  readonly frame: CallFrame;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const RETRY_MS = [100, 250, 500, 1000, 2000] as const;
const FIRST_TRIES = 4;
const HOLD_MS = 15_000;

/**
 * The contract over a line that may drop. A call in flight when it drops fails as `unavailable` and is never sent
 * again, as the backend may have run it; a call made meanwhile is held and sent once the line is back.
 */
export const createClient = async (dial: Dial, options: ClientOptions): Promise<BackendClient> => {
  const holdMs = options.holdMs ?? HOLD_MS;
  const inFlight = new Map<number, Waiting>();
  const held = new Map<number, Waiting>();
  const listeners = new Map<string, Set<(event: never) => void>>();
  /** Frames that came while another was being taken apart, that one first. */
  const backlog: HostFrame[] = [];
  let link: Link | null = null;
  let nextId = 1;

  const emit = (name: string, event: unknown): void => {
    for (const listener of [...(listeners.get(name) ?? [])]) listener(event as never);
  };

  const receive = (raw: unknown): void => {
    const frame = hostFrame.parse(raw);
    if (backlog.length === 0 && !isPackedFrame(frame)) deliver(frame);
    else if (backlog.push(frame) === 1) void work();
  };

  /** Frames with much in them are taken apart in turns of their own; what comes after them waits its turn. */
  const work = async (): Promise<void> => {
    for (let frame = backlog[0]; frame; frame = backlog[0]) {
      const unpacked = await unpackInTurns(frame, () => options.wait(0));
      backlog.shift();
      try {
        deliver(unpacked);
      } catch (error) {
        reportError(error);
      }
    }
  };

  const deliver = (frame: HostFrame): void => {
    if (frame.kind === 'event') {
      emit(frame.name, frame.event);
      return;
    }
    const waiting = inFlight.get(frame.id);
    if (!waiting) return;
    inFlight.delete(frame.id);
    try {
      waiting.resolve(settleAnswer(frame));
    } catch (error) {
      waiting.reject(error);
    }
  };

  const lost = (): void => {
    if (!link) return;
    link = null;
    const dropped = [...inFlight.values()];
    inFlight.clear();
    for (const waiting of dropped) waiting.reject(lineLost());
    emit('session.state', { state: 'lost', message: LOST_MESSAGE } satisfies EventOf<'session.state'>);
    void reconnect();
  };

  const transmit = (line: Link, waiting: Waiting): void => {
    inFlight.set(waiting.frame.id, waiting);
    try {
      line.send(packCall(waiting.frame));
    } catch (cause) {
      inFlight.delete(waiting.frame.id);
      waiting.reject(
        new AppError('bug', 'unsendable', 'The input of an operation cannot be sent.', { cause }),
      );
    }
  };

  const call = (name: string, input: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const waiting: Waiting = { frame: { kind: 'call', id: nextId++, name, input }, resolve, reject };
      if (link) return transmit(link, waiting);
      held.set(waiting.frame.id, waiting);
      void options.wait(holdMs).then(() => {
        if (held.delete(waiting.frame.id)) reject(lineLost());
      });
    });

  const opened = (line: Link): void => {
    link = line;
    const due = [...held.values()];
    held.clear();
    for (const waiting of due) transmit(line, waiting);
  };

  const reconnect = async (): Promise<void> => {
    for (let attempt = 0; ; attempt++) {
      await options.wait(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 0);
      const line = await dial(receive, lost).catch(() => null);
      if (line) {
        opened(line);
        break;
      }
    }
    // A session ends with its line or its backend; the backend's word decides.
    const answer = (await call('session.current', {}).catch(
      () => null,
    )) as OutputOf<'session.current'> | null;
    if (!answer) return;
    const state = answer.session ? 'connected' : 'closed';
    const message = answer.session
      ? 'Connected again.'
      : 'The session ended with the lost line. Open the workspace again; pending edits are kept.';
    emit('session.state', { state, message } satisfies EventOf<'session.state'>);
  };

  for (let attempt = 0; !link; attempt++) {
    try {
      opened(await dial(receive, lost));
    } catch (error) {
      if (attempt + 1 === FIRST_TRIES) throw error;
      await options.wait(RETRY_MS[attempt] ?? 0);
    }
  }

  return {
    call: (name, input) => call(name, input) as Promise<OutputOf<typeof name>>,
    on: <N extends EventName>(name: N, listener: (event: EventOf<N>) => void) => {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener as (event: never) => void);
      return () => {
        set.delete(listener as (event: never) => void);
      };
    },
  };
};

const LOST_MESSAGE =
  'The line to the backend was lost and is being opened again. If Writ was stopped, start it again and use the new link.';

const lineLost = (): AppError =>
  new AppError(
    'unavailable',
    'backend-lost',
    'The line to the backend was lost before the answer came. Nothing is assumed about the operation; try again.',
  );
