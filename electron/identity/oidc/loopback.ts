import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type PageName, pageOf } from './pages.ts';

/** The browser's answer; `finish` tells the person in the browser how it went. */
export interface LoopbackAnswer {
  readonly url: URL;
  finish(page: 'done' | 'failed'): void;
}

/** A listener for one answer of the browser (RFC 8252, 7.3). */
export interface Loopback {
  readonly redirectUri: string;
  readonly answer: Promise<LoopbackAnswer>;
  /** Ends the listening; a browser still waiting is told that the sign-in ended. */
  close(): Promise<void>;
}

const PATH = '/callback';
const HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  Connection: 'close',
};

/**
 * Listens on the address 127.0.0.1 (not a name, which could be another machine) at a free port. The first request with the
 * right path and state is the answer; everything else is refused and changes nothing.
 */
export const openLoopback = async (state: string): Promise<Loopback> => {
  const { promise: answer, resolve } = Promise.withResolvers<LoopbackAnswer>();
  let answered = false;
  let waiting: ServerResponse | null = null;
  const finish = (page: PageName): void => {
    if (waiting) respond(waiting, page);
    waiting = null;
  };
  const server = createServer({ maxHeaderSize: 32 * 1024, requestTimeout: 15_000 }, (request, response) => {
    const url = addressOf(request, `127.0.0.1:${port}`);
    if (!url) return respond(response, 'not-found');
    const states = url.searchParams.getAll('state');
    if (states.length !== 1 || states[0] !== state) return respond(response, 'not-ours');
    if (answered) return respond(response, 'answered');
    answered = true;
    waiting = response;
    resolve({ url, finish });
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen({ host: '127.0.0.1', port: 0 }, listening.resolve);
  await listening.promise;
  const { port } = server.address() as AddressInfo;
  return {
    redirectUri: `http://127.0.0.1:${port}${PATH}`,
    answer,
    close: async () => {
      finish('ended');
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      // Pages on their way are small; what stays open is a browser's idle or spare connection.
      setImmediate(() => server.closeAllConnections());
      await closed.promise;
    },
  };
};

/** Null for anything but a GET of the one path at the literal address: another Host header means DNS rebinding. */
const addressOf = (request: IncomingMessage, host: string): URL | null => {
  if (request.method !== 'GET' || request.headers.host !== host || !request.url?.startsWith('/')) return null;
  const url = URL.parse(`http://${host}${request.url}`);
  return url?.pathname === PATH && url.host === host ? url : null;
};

const respond = (response: ServerResponse, name: PageName): void => {
  const { status, html } = pageOf(name);
  response.writeHead(status, { ...HEADERS, 'Content-Length': Buffer.byteLength(html) });
  response.end(html);
};
