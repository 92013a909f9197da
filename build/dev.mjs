// `npm run dev`: the web host with the renderer served from its sources by Vite, changes shown at once.
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'vite';
import { rendererBundle } from './bundles.mjs';

const root = join(import.meta.dirname, '..');
// Named at run time, as build/ knows no sources.
const load = (path) => import(join(root, path));
const { createBackend } = await load('electron/backend.ts');
const { dataFolder } = await load('electron/data-folder.ts');
const { serveWeb } = await load('electron/web/server.ts');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const backend = await createBackend({
  dataFolder: dataFolder(process.env, process.platform),
  version,
  host: 'web',
  platform: process.platform,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  now: () => new Date(),
  randomBytes,
  uuid: randomUUID,
});
let vite;
const web = await serveWeb({
  backend,
  pages: { handler: (request, response) => vite.middlewares(request, response) },
  host: '127.0.0.1',
  port: Number(process.env.WRIT_PORT ?? 0),
  randomBytes,
});
vite = await createServer({
  ...rendererBundle(),
  logLevel: 'info',
  appType: 'spa',
  server: { middlewareMode: true, hmr: { server: web.server } },
});
console.log(`Writ, from its sources: ${web.newLink()}`);
const stop = async () => {
  await vite.close();
  await web.close();
  await backend.close();
  process.exit(0);
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
