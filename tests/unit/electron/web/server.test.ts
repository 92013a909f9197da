import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { listAssets } from '../../../../electron/assets.ts';
import type { ServedBackend } from '../../../../electron/host.ts';
import { serveWeb, type WebHost } from '../../../../electron/web/server.ts';
import { createFrameEncoding } from '../../../../shared/contract/encoding.ts';
import { AppError } from '../../../../shared/model/failure.ts';

/** Echoes its input; `fail` fails; closed clients are counted. */
const echoBackend = () => {
  const state = { closed: 0, send: null as ((name: string, event: unknown) => void) | null };
  const backend: ServedBackend = {
    attach: (send) => {
      state.send = send;
      return {
        call: async (name, input) => {
          if (name === 'fail') throw new AppError('denied', 'no-rights', 'Not allowed.');
          return { name, input };
        },
        close: () => {
          state.closed++;
        },
      };
    },
  };
  return { backend, state };
};

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

let folder: string;
let host: WebHost;
let echo: ReturnType<typeof echoBackend>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'writ-web-'));
  await mkdir(join(folder, 'renderer', 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(folder, 'renderer', 'index.html'), '<!doctype html><title>Writ</title>');
  await writeFile(join(folder, 'renderer', 'assets', 'a.js'), 'export {};');
  await symlink(join(folder, 'secret.txt'), join(folder, 'renderer', 'link.txt'));
  echo = echoBackend();
  const pages = await listAssets(join(folder, 'renderer'));
  host = await serveWeb({ backend: echo.backend, pages, host: '127.0.0.1', port: 0, randomBytes });
});

afterEach(async () => {
  await host.close();
  await rm(folder, { recursive: true });
});

/** A raw request: fetch would normalise paths and refuse to set Host. */
const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((done, failed) => {
    const sent = request({ host: '127.0.0.1', port: host.port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => done({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on('error', failed);
    sent.end();
  });

const signIn = async (): Promise<string> => {
  const link = new URL(host.newLink());
  const answer = await get(`${link.pathname}${link.search}`);
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
};

const open = (headers: Record<string, string>, path = '/backend'): Promise<WebSocket> =>
  new Promise((done, failed) => {
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, { headers });
    socket.once('open', () => done(socket));
    socket.once('error', failed);
  });

describe('the one-time link', () => {
  test('signs in once, with a cookie scripts and other sites cannot use', async () => {
    const link = new URL(host.newLink());
    const first = await get(`/${link.search}`);
    expect(first.status).toBe(200);
    expect(first.body).toContain('url=/"');
    expect(first.body).not.toContain(link.searchParams.get('token'));
    expect(String(first.headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    const second = await get(`/${link.search}`);
    expect(second.status).toBe(401);
    expect(second.headers['set-cookie']).toBeUndefined();
  });

  test('a wrong token gives nothing and does not use up the right one', async () => {
    const link = new URL(host.newLink());
    expect((await get('/?token=wrong')).status).toBe(401);
    expect((await get(`/${link.search}`)).status).toBe(200);
  });

  test('the token is accepted at the start page only', async () => {
    const link = new URL(host.newLink());
    expect((await get(`/assets/a.js${link.search}`)).status).toBe(401);
  });

  test('nothing is served without the cookie', async () => {
    for (const path of ['/', '/index.html', '/assets/a.js', '/none']) {
      expect((await get(path)).status, path).toBe(401);
    }
    expect((await get('/', { cookie: `writ-${host.port}=guess` })).status).toBe(401);
  });
});

describe('the pages', () => {
  test('carry a policy that forbids inline script, eval, framing and other hosts', async () => {
    const answer = await get('/', { cookie: await signIn() });
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('<title>Writ</title>');
    const policy = String(answer.headers['content-security-policy']);
    const rules = new Map(
      policy.split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1).join(' ')]),
    );
    expect(rules.get('default-src')).toBe("'none'");
    expect(rules.get('script-src')).toBe("'self'");
    expect(rules.get('connect-src')).toBe("'self'");
    expect(rules.get('frame-ancestors')).toBe("'none'");
    expect(rules.get('base-uri')).toBe("'none'");
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('paths cannot leave the folder of the renderer', async () => {
    const cookie = await signIn();
    const paths = [
      '/../secret.txt',
      '/assets/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/..%5csecret.txt',
      '/assets/..\\..\\secret.txt',
      '//secret.txt',
      '/link.txt',
      `/${folder}/secret.txt`,
      '/%00',
      '/%',
    ];
    for (const path of paths) {
      const answer = await get(path, { cookie });
      expect(answer.status, path).toBe(404);
      expect(answer.body, path).not.toContain('secret');
    }
  });

  test('only reading is allowed', async () => {
    const cookie = await signIn();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await get('/', { cookie }, method)).status, method).toBe(405);
    }
  });
});

describe('requests that are not the page’s own', () => {
  test('an unexpected Host is refused, as in DNS rebinding', async () => {
    const cookie = await signIn();
    for (const name of [
      'evil.example',
      `evil.example:${host.port}`,
      '127.0.0.1',
      `127.0.0.1:${host.port}.evil.example`,
    ]) {
      expect((await get('/', { cookie, host: name })).status, name).toBe(421);
    }
    expect((await get('/', { cookie, host: `localhost:${host.port}` })).status).toBe(200);
  });

  test('a foreign Origin or a cross-site fetch is refused', async () => {
    const cookie = await signIn();
    expect((await get('/', { cookie, origin: 'https://evil.example' })).status).toBe(403);
    expect((await get('/', { cookie, origin: 'null' })).status).toBe(403);
    expect((await get('/assets/a.js', { cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await get('/assets/a.js', { cookie, 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await get('/assets/a.js', { cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  test('the WebSocket needs the cookie, the Host and its own Origin', async () => {
    const cookie = await signIn();
    await expect(open({ origin: host.origin })).rejects.toThrow('401');
    await expect(open({ cookie })).rejects.toThrow('403');
    await expect(open({ cookie, origin: 'https://evil.example' })).rejects.toThrow('403');
    await expect(open({ cookie, origin: `http://127.0.0.1:${host.port + 1}` })).rejects.toThrow('403');
    await expect(open({ cookie, origin: host.origin, host: 'evil.example' })).rejects.toThrow('421');
    await expect(open({ cookie, origin: host.origin }, '/other')).rejects.toThrow('404');
    const socket = await open({ cookie, origin: host.origin });
    socket.terminate();
  });
});

describe('the contract over the WebSocket', () => {
  const dial = async () => {
    const socket = await open({ cookie: await signIn(), origin: host.origin });
    const encoding = createFrameEncoding();
    const next = (): Promise<unknown> =>
      new Promise((done) => socket.once('message', (data: Buffer) => done(encoding.decode(data))));
    const closed = new Promise<number>((done) => socket.once('close', done));
    return { socket, encoding, next, closed };
  };

  test('a call is answered, a failure crosses as data, an event arrives', async () => {
    const { socket, encoding, next } = await dial();
    socket.send(encoding.encode({ kind: 'call', id: 1, name: 'app.info', input: { a: 1 } }));
    expect(await next()).toEqual({
      kind: 'answer',
      id: 1,
      ok: true,
      output: { name: 'app.info', input: { a: 1 } },
    });
    socket.send(encoding.encode({ kind: 'call', id: 2, name: 'fail', input: {} }));
    expect(await next()).toEqual({
      kind: 'answer',
      id: 2,
      ok: false,
      error: { kind: 'denied', code: 'no-rights', message: 'Not allowed.' },
    });
    const event = next();
    echo.state.send?.('journal.trouble', { message: null });
    expect(await event).toEqual({ kind: 'event', name: 'journal.trouble', event: { message: null } });
    socket.terminate();
  });

  test('text, junk and malformed frames end the line and detach the client', async () => {
    const junk = [
      'text',
      new Uint8Array([0xc1]),
      createFrameEncoding().encode({ kind: 'answer', id: 1 }),
      createFrameEncoding().encode(null),
    ];
    for (const [i, bytes] of junk.entries()) {
      const { socket, closed } = await dial();
      socket.send(bytes);
      expect(await closed, `frame ${i}`).toBe(1008);
    }
    await expect.poll(() => echo.state.closed).toBe(junk.length);
  });

  test('a frame beyond the limit ends the line, not the server', async () => {
    const { socket, closed } = await dial();
    socket.on('error', () => {});
    socket.send(Buffer.alloc(65 * 1024 * 1024));
    expect([1006, 1009]).toContain(await closed);
    expect((await get('/')).status).toBe(401);
  });
});

test('only loopback is listened on', async () => {
  const other = new Promise<string>((done) => {
    const socket = connect({ host: '127.0.0.2', port: host.port });
    socket.once('connect', () => done('connected'));
    socket.once('error', () => done('refused'));
  });
  expect(await other).toBe('refused');
});
