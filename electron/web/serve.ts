import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { listAssets } from '../assets.ts';
import { createBackend } from '../backend.ts';
import { dataFolder } from '../data-folder.ts';
import { rowLimit } from '../row-limit.ts';
import { openBrowser } from './open-browser.ts';
import { serveWeb } from './server.ts';

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

/** Enough for the embedded PostgreSQL to write a checkpoint on a slow disk. */
const STOP_LIMIT_MS = 30_000;

const options = {
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '0' },
  origin: { type: 'string' },
  open: { type: 'boolean', default: false },
} as const;

/** Starts the web host, prints its one-time link and stops cleanly on SIGINT and SIGTERM. */
const main = async (): Promise<void> => {
  const { values } = parseArgs({ options });
  // Beyond loopback the cookie would cross the network in clear, so a proxy with TLS is asked for.
  if (!LOOPBACK.includes(values.host) && !values.origin?.startsWith('https://')) {
    throw new Error('Listening beyond loopback needs --origin https://... of the proxy that adds TLS.');
  }
  const root = join(import.meta.dirname, '..', '..');
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const pages = await listAssets(join(root, 'dist', 'renderer'));
  if (!(await pages('/'))) throw new Error('The renderer is not built. Run `npm run build`.');
  const backend = await createBackend({
    dataFolder: dataFolder(process.env, process.platform),
    version,
    host: 'web',
    platform: process.platform,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    now: () => new Date(),
    randomBytes,
    uuid: randomUUID,
    rowLimit: rowLimit(process.env),
    // Beyond loopback the person sits at another machine.
    openBrowser: LOOPBACK.includes(values.host)
      ? (url) => openBrowser(url, process.platform, process.env)
      : undefined,
  });
  const web = await serveWeb({
    backend,
    pages,
    host: values.host,
    port: Number(values.port),
    origin: values.origin,
    randomBytes,
  });
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    await web.close();
    await backend.close();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
  const link = web.newLink();
  console.log(`Writ is ready: ${link}`);
  if (values.open) openBrowser(link, process.platform, process.env);
  if (process.stdin.isTTY) {
    console.log('The link works once. Press Enter for another, Ctrl+C to stop.');
    process.stdin.on('data', () => console.log(web.newLink()));
  }
};

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
