import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const REACH_MS = 10_000;
const DOWNLOAD_MS = 10 * 60_000;

/** The Electron program that is already on this machine, or null. `ELECTRON_OVERRIDE_DIST_PATH` names a folder to take it from. */
export const presentElectron = (root, env = process.env) => {
  const override = env.ELECTRON_OVERRIDE_DIST_PATH;
  const file = override
    ? join(override, programPath(process.platform))
    : join(electronFolder(root), 'dist', programPath(process.platform));
  return existsSync(file) ? file : null;
};

/** The Electron program, downloaded when it is not there yet; throws with the reason when it cannot be had. */
export const obtainElectron = async (root, env = process.env) => {
  const present = presentElectron(root, env);
  if (present) return present;
  if (env.ELECTRON_OVERRIDE_DIST_PATH) {
    throw new Error(`there is none in ELECTRON_OVERRIDE_DIST_PATH (${env.ELECTRON_OVERRIDE_DIST_PATH})`);
  }
  await checkReachable(downloadAddress(root, env));
  console.log('Downloading Electron (about 120 MB, once)...');
  const code = await run(join(electronFolder(root), 'install.js'));
  const file = presentElectron(root, env);
  if (code !== 0 || !file) throw new Error('its download failed');
  return file;
};

const electronFolder = (root) =>
  dirname(createRequire(join(root, 'package.json')).resolve('electron/package.json'));

const programPath = (platform) => {
  if (platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return platform === 'win32' ? 'electron.exe' : 'electron';
};

/** As @electron/get composes it: a mirror replaces everything up to the release's folder. */
const downloadAddress = (root, env) => {
  const { version } = JSON.parse(readFileSync(join(electronFolder(root), 'package.json'), 'utf8'));
  const mirror =
    env.ELECTRON_MIRROR ??
    env.npm_config_electron_mirror ??
    'https://github.com/electron/electron/releases/download/';
  return `${mirror}v${version}/SHASUMS256.txt`;
};

/** The downloader itself retries for long; without a line to the release there is no point in starting it. */
const checkReachable = async (address) => {
  try {
    const answer = await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(REACH_MS) });
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
  } catch (error) {
    const reason = error.cause?.code ?? (error.name === 'TimeoutError' ? 'no answer' : error.message);
    throw new Error(`${new URL(address).host} cannot be reached (${reason})`);
  }
};

const run = (script) =>
  new Promise((done) => {
    const child = spawn(process.execPath, [script], { stdio: 'inherit' });
    const limit = setTimeout(() => child.kill(), DOWNLOAD_MS);
    child.once('exit', (code) => {
      clearTimeout(limit);
      done(code ?? 1);
    });
  });
