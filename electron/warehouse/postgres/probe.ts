import { lookup } from 'node:dns/promises';
import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { AppError } from '../../../shared/model/failure.ts';
import { mapError } from './errors.ts';
import { type TlsSettings, tlsOptions } from './tls.ts';

export interface Place extends TlsSettings {
  readonly host: string;
  readonly port: number;
}

const PATIENCE_MS = 15_000;
/** SSLRequest (manual 54.2.11): its length and the number 80877103; the server answers with one byte. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const WILLING = 'S'.charCodeAt(0);

/** The addresses a host name stands for, or null where there is no name to look up. AppError `unavailable host-unknown`. */
export const probeName = async (host: string): Promise<readonly string[] | null> => {
  if (isIP(host) !== 0 || host.startsWith('/')) return null;
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (cause) {
    throw new AppError(
      'unavailable',
      'host-unknown',
      `The name ${host} is not known to the network. Check its spelling, and whether a VPN is needed.`,
      { cause },
    );
  }
};

/** Opens a socket to the server; the caller destroys it. AppError `unavailable`. */
export const probeNetwork = async ({ host, port }: Place, signal: AbortSignal): Promise<Socket> => {
  const socket = host.startsWith('/')
    ? connectSocket(`${host}/.s.PGSQL.${port}`)
    : connectSocket({ host, port });
  await heard(socket, 'connect', signal, 'Reaching the server');
  return socket;
};

/** What the server's TLS turned out to be. */
export interface ProbedTls {
  /** For example `TLSv1.3`. */
  readonly protocol: string;
  readonly subject: string;
  readonly issuer: string;
  /** When the certificate ends. */
  readonly until: Date;
  /** Why it would not be believed if it had to be; null where it would. */
  readonly doubt: string | null;
}

/** Asks for TLS on an open socket and looks at the certificate. AppError `unavailable`: `tls-not-offered`, `certificate-refused`. */
export const probeTls = async (place: Place, socket: Socket, signal: AbortSignal): Promise<ProbedTls> => {
  const ssl = tlsOptions(place);
  socket.write(SSL_REQUEST);
  const answer = await heard(socket, 'data', signal, 'Asking for encryption');
  if (!(answer instanceof Uint8Array) || answer[0] !== WILLING)
    throw new AppError(
      'unavailable',
      'tls-not-offered',
      'The server offers no encryption. Ask its administrator to switch TLS on.',
    );
  const options: ConnectionOptions = {
    ...(typeof ssl === 'object' ? ssl : {}),
    socket,
    ...(isIP(place.host) === 0 ? { servername: place.host } : { host: place.host }),
  };
  const secure = connectTls(options);
  await heard(secure, 'secureConnect', signal, 'Encrypting the connection');
  const found = probedOf(secure);
  secure.destroy();
  return found;
};

const probedOf = (secure: TLSSocket): ProbedTls => {
  const certificate = secure.getPeerX509Certificate();
  const line = (names: string | undefined): string => /CN=(.*)/.exec(names ?? '')?.[1] ?? names ?? '';
  const doubt: unknown = secure.authorizationError;
  return {
    protocol: secure.getProtocol() ?? 'TLS',
    subject: line(certificate?.subject),
    issuer: line(certificate?.issuer),
    until: certificate?.validToDate ?? new Date(0),
    doubt: doubt ? (doubt instanceof Error ? doubt.message : String(doubt)) : null,
  };
};

/** Waits for one event of a socket, or its failure, or the end of patience; answers what came with it. */
const heard = async (socket: Socket, event: string, signal: AbortSignal, doing: string): Promise<unknown> => {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const fail = (error: unknown): void => reject(mapError(error, doing));
  const closed = (): void => fail(new Error('closed'));
  const cancelled = (): void => reject(signal.reason);
  const late = Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => fail(late), PATIENCE_MS);
  socket.once(event, resolve).once('error', fail).once('close', closed);
  signal.addEventListener('abort', cancelled, { once: true });
  if (signal.aborted) cancelled();
  try {
    return await promise;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    socket.off(event, resolve).off('error', fail).off('close', closed);
    // What breaks later is found by whoever uses it next.
    socket.on('error', () => {});
    signal.removeEventListener('abort', cancelled);
  }
};
