import { connect, createServer, type Socket } from 'node:net';

/** Where to cut the link: at the n-th wire message (from 0) of one direction, before or after it is delivered. */
export interface Cut {
  readonly to: 'server' | 'client';
  readonly message: number;
  readonly when: 'before' | 'after';
  /** Called when the message is there, before the link is cut. */
  readonly onHit?: () => void;
}

/** A proxy that understands the framing of PostgreSQL's protocol (manual 55.7) and cuts at a message. */
export interface CutProxy {
  readonly port: number;
  /** Starts to count messages anew; null counts only. */
  arm(cut: Cut | null): void;
  counted(): { readonly server: number; readonly client: number };
  /** Whether the armed cut has happened. */
  wasCut(): boolean;
  /** Cuts what is open now; new connections are taken. */
  reset(): void;
  /** Cuts what is open now; new connections are refused until it is armed. */
  down(): void;
  close(): Promise<void>;
}

/** Splits a stream into whole messages; the client's first one has no type byte. */
const splitter = (untypedFirst: boolean): ((data: Buffer) => Buffer[]) => {
  let rest: Buffer = Buffer.alloc(0);
  let typed = !untypedFirst;
  return (data) => {
    rest = Buffer.concat([rest, data]);
    const messages: Buffer[] = [];
    for (;;) {
      const at = typed ? 1 : 0;
      if (rest.length < at + 4) return messages;
      const end = at + rest.readInt32BE(at);
      if (rest.length < end) return messages;
      messages.push(rest.subarray(0, end));
      rest = rest.subarray(end);
      typed = true;
    }
  };
};

const drop = (sockets: readonly Socket[]): void => {
  for (const socket of sockets) socket.destroy();
};

/** Starts the proxy on loopback. After a cut every connection through it is refused until it is armed again. */
export const startCutProxy = async (host: string, port: number): Promise<CutProxy> => {
  const sockets = new Set<Socket>();
  let cut: Cut | null = null;
  let done = false;
  let counts = { server: 0, client: 0 };
  const end = (): void => {
    done = true;
    drop([...sockets]);
    sockets.clear();
  };
  const forward = (from: Socket, to: Socket, name: 'server' | 'client'): void => {
    const split = splitter(name === 'server');
    from.setNoDelay(true);
    from.on('data', (data) => {
      for (const message of split(data)) {
        if (done || !sockets.has(from)) return;
        const hit = cut?.to === name && cut.message === counts[name];
        counts[name]++;
        if (hit) cut?.onHit?.();
        if (hit && cut?.when === 'before') return end();
        // What was written is delivered first: the peer reads it, then the end.
        if (hit) {
          done = true;
          const doomed = [...sockets];
          sockets.clear();
          to.write(message, () => to.end(() => drop(doomed)));
          return;
        }
        to.write(message);
      }
    });
    from.on('close', () => to.destroy());
    from.on('error', () => from.destroy());
    from.on('close', () => sockets.delete(from));
    sockets.add(from);
  };
  const server = createServer((near) => {
    if (done) {
      near.on('error', () => {});
      near.destroy();
      return;
    }
    const far = connect({ host, port });
    forward(near, far, 'server');
    forward(far, near, 'client');
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    arm: (next) => {
      cut = next;
      done = false;
      counts = { server: 0, client: 0 };
    },
    counted: () => counts,
    wasCut: () => done,
    reset: () => {
      drop([...sockets]);
      sockets.clear();
    },
    down: end,
    close: async () => {
      drop([...sockets]);
      await new Promise((closed) => server.close(closed));
    },
  };
};
