import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Assets } from '../assets.ts';
import { type ServedBackend, serveClient } from '../host.ts';
import { PAGE_HEADERS } from '../page-security.ts';
import { type Access, createAccess } from './access.ts';
import { socketChannel } from './socket-channel.ts';

/** The path of the WebSocket that carries the contract. */
export const BACKEND_PATH = '/backend';

/** Largest frame a page may send: a paste of 100,000 long cells fits. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

export interface WebHostOptions {
  readonly backend: ServedBackend;
  /** The built renderer, or (in development) a handler for signed-in requests that sets its own headers. */
  readonly pages: Assets | { readonly handler: RequestListener };
  /** Loopback unless a proxy that ends TLS stands before; then `origin` is its public address. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly origin?: string;
  readonly randomBytes: (size: number) => Uint8Array;
}

export interface WebHost {
  readonly origin: string;
  readonly port: number;
  /** The HTTP server, for development tools that attach to it. */
  readonly server: Server;
  /** An address that signs one browser in, once. */
  newLink(): string;
  close(): Promise<void>;
}

/** Serves renderer and contract over HTTP and WebSocket to browsers that hold the one-time link. */
export const serveWeb = async (options: WebHostOptions): Promise<WebHost> => {
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 15_000, headersTimeout: 10_000 });
  const port = await listen(server, options);
  const access = accessOf(options, port);
  const origin = options.origin ?? `http://${authority(options.host, port)}`;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    clientTracking: true,
  });
  server.on('request', (request, response) => {
    handle(access, options.pages, request, response).catch(() => refuse(response, 500, 'internal error'));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (pathOf(request) !== BACKEND_PATH) {
      if (isAssets(options.pages)) endSocket(socket, 404);
      return;
    }
    // Unlike on plain requests, the origin must be there: every browser sends it on an upgrade.
    const refusal = access.refusal(request.headers);
    if (refusal) endSocket(socket, refusal.status);
    else if (request.headers.origin === undefined) endSocket(socket, 403);
    else if (!access.signedIn(request.headers)) endSocket(socket, 401);
    else {
      sockets.handleUpgrade(request, socket, head, (opened) => {
        serveClient(socketChannel(opened), options.backend);
      });
    }
  });
  return {
    origin,
    port,
    server,
    newLink: () => `${origin}/?token=${access.issue()}`,
    close: async () => {
      for (const each of sockets.clients) each.close(1001, 'stopping');
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      for (const each of sockets.clients) each.terminate();
      await closed;
    },
  };
};

const handle = async (
  access: Access,
  pages: WebHostOptions['pages'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const refusal = access.refusal(request.headers);
  if (refusal) return refuse(response, refusal.status, refusal.reason);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return refuse(response, 405, 'method not allowed');
  }
  const url = addressOf(request);
  if (!url) return refuse(response, 400, 'bad address');
  const token = url.pathname === '/' ? url.searchParams.get('token') : null;
  if (token !== null && request.method === 'GET') {
    const cookie = access.exchange(token);
    if (cookie !== null || access.signedIn(request.headers)) return goHome(response, cookie);
  }
  if (!access.signedIn(request.headers)) {
    return refuse(
      response,
      401,
      'Open the link that Writ printed. Each link works once; start Writ again for a new one.',
    );
  }
  if (!isAssets(pages)) return pages.handler(request, response);
  const asset = await pages(url.pathname);
  if (!asset) return refuse(response, url.pathname === '/favicon.ico' ? 204 : 404, 'not found');
  response.writeHead(200, {
    ...PAGE_HEADERS,
    'Content-Type': asset.type,
    'Content-Length': asset.body.byteLength,
    'Cache-Control': asset.immutable ? 'private, max-age=31536000, immutable' : 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : asset.body);
};

const isAssets = (pages: WebHostOptions['pages']): pages is Assets => typeof pages === 'function';

const refuse = (response: ServerResponse, status: number, reason: string): void => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, {
    ...PAGE_HEADERS,
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
  });
  response.end(status === 204 ? undefined : `${reason}\n`);
};

/** A page that moves on by itself: after a redirect from another site's link, a browser would hold back a Strict cookie. */
const goHome = (response: ServerResponse, cookie: string | null): void => {
  const type = { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' };
  response.writeHead(200, { ...PAGE_HEADERS, ...type, ...(cookie === null ? {} : { 'Set-Cookie': cookie }) });
  response.end('<!doctype html><title>Writ</title><meta http-equiv="refresh" content="0; url=/">');
};

const endSocket = (socket: Duplex, status: number): void => {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
};

/** Joined as text: resolving would take `//name` for another host. */
const addressOf = (request: IncomingMessage): URL | null =>
  request.url?.startsWith('/') ? URL.parse(`http://host${request.url}`) : null;

const pathOf = (request: IncomingMessage): string => addressOf(request)?.pathname ?? '';

const authority = (host: string, port: number): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

const accessOf = (options: WebHostOptions, port: number): Access => {
  const local = [authority(options.host, port), `localhost:${port}`];
  const proxy = options.origin === undefined ? null : new URL(options.origin);
  return createAccess({
    hosts: proxy ? [proxy.host] : local,
    origins: proxy ? [proxy.origin] : local.map((each) => `http://${each}`),
    cookieName: `writ-${port}`,
    secure: proxy?.protocol === 'https:',
    randomBytes: options.randomBytes,
  });
};

const listen = (server: Server, { host, port }: WebHostOptions): Promise<number> =>
  new Promise((done, failed) => {
    server.once('error', failed);
    server.listen({ host, port }, () => {
      server.removeListener('error', failed);
      done((server.address() as AddressInfo).port);
    });
  });
