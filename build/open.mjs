import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildIfChanged } from './build.mjs';
import { obtainElectron } from './electron.mjs';

const root = join(import.meta.dirname, '..');

/** The dynamic loader's exit code when a library is missing. */
const CANNOT_LOAD = 127;

const main = async () => {
  const args = process.argv.slice(2);
  await buildIfChanged();
  if (!args.includes('--web')) {
    const code = await openDesktop(args);
    if (code !== null) return code;
  }
  return openWeb(args.filter((arg) => arg !== '--web'));
};

/** Opens the desktop window; resolves with its exit code, or null after saying in one line why there is none. */
const openDesktop = async (args) => {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return noWindow('there is no display');
  }
  let electron;
  try {
    electron = await obtainElectron(root);
  } catch (error) {
    return noWindow(`Electron cannot be had: ${error.message}`);
  }
  const code = await run(electron, [...rootFlags(), join(root, 'dist', 'desktop', 'main.cjs'), ...args]);
  return code === CANNOT_LOAD ? noWindow('Electron cannot run here: a system library is missing') : code;
};

const noWindow = (reason) => {
  console.log(`No desktop window, as ${reason}. Writ opens in the browser instead.`);
  return null;
};

const openWeb = (args) =>
  run(process.execPath, [join(root, 'electron', 'web', 'serve.ts'), '--open', ...args]);

/** Chromium refuses to run as root with its sandbox. */
const rootFlags = () => {
  if (process.platform !== 'linux' || process.getuid() !== 0) return [];
  console.warn('Running as root: Chromium starts without its sandbox. A normal user account is safer.');
  return ['--no-sandbox'];
};

const run = (program, args) => {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code, signal) => done(signal ? 1 : (code ?? 1)));
  });
};

process.exit(await main());
