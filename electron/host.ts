import { packFrame } from '../shared/contract/pack-pending.ts';
import { unpackCall } from '../shared/contract/pack-sets.ts';
import { callFrame, failedAnswer, type HostFrame } from '../shared/contract/wire.ts';

/** One client's end of the backend; `call` rejects with AppError, `close` forgets the client. */
export interface AttachedClient {
  call(name: string, input: unknown): Promise<unknown>;
  close(): void;
}

/** What a host needs of the backend. */
export interface ServedBackend {
  attach(send: (name: string, event: unknown) => void): AttachedClient;
}

/** A two-way line to one renderer. `send` after the line is gone does nothing; it throws on what cannot be carried. */
export interface Channel {
  send(frame: HostFrame): void;
  onFrame(listener: (frame: unknown) => void): void;
  onClose(listener: () => void): void;
  /** Ends the line because the other side broke the protocol. */
  refuse(reason: string): void;
}

/** Serves the contract to one renderer until its channel closes. Both hosts use it; names and inputs are checked by the backend. */
export const serveClient = (channel: Channel, backend: ServedBackend): void => {
  const client = backend.attach((name, event) => channel.send(packFrame({ kind: 'event', name, event })));
  channel.onClose(() => client.close());
  channel.onFrame((raw) => {
    const frame = callFrame.safeParse(raw);
    if (!frame.success) {
      channel.refuse('malformed frame');
      return;
    }
    void answer(channel, client, unpackCall(frame.data));
  });
};

const answer = async (
  channel: Channel,
  client: AttachedClient,
  { id, name, input }: { readonly id: number; readonly name: string; readonly input?: unknown },
): Promise<void> => {
  try {
    const output = await client.call(name, input);
    channel.send(packFrame({ kind: 'answer', id, ok: true, output }));
  } catch (thrown) {
    channel.send(failedAnswer(id, thrown));
  }
};
