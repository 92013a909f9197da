import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy that delivers every packet late, by the same time in each direction. */
export interface SlowProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a proxy on loopback; a packet takes `oneWayMs` each way, so a round trip takes twice that. */
export const startSlowProxy = async (host: string, port: number, oneWayMs: number): Promise<SlowProxy> => {
  const sockets = new Set<Socket>();
  const forward = (from: Socket, to: Socket): void => {
    from.setNoDelay(true);
    from.on('data', (data) => setTimeout(() => to.writable && to.write(data), oneWayMs));
    from.on('close', () => setTimeout(() => to.destroy(), oneWayMs));
    from.on('error', () => from.destroy());
    sockets.add(from);
  };
  const server = createServer((near) => {
    const far = connect({ host, port });
    forward(near, far);
    forward(far, near);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
};
