import { connect } from 'node:net';

/** SSLRequest (manual 55.7): a server answers it with one byte, before anybody says who they are. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** Whether a PostgreSQL server answers within so many milliseconds; no sign-in is begun. */
export const isReachable = (host: string, port: number, milliseconds: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect({ host, port });
    const end = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      done(answer);
    };
    const timer = setTimeout(() => end(false), milliseconds);
    socket.once('connect', () => socket.write(SSL_REQUEST));
    socket.once('data', () => end(true));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
