// `npm run pack`: the application as a folder in release/, made without network where an Electron is at hand.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfChanged } from './build.mjs';

const root = join(import.meta.dirname, '..');

const main = async () => {
  await buildIfChanged();
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules', 'electron', 'dist');
  // Without a folder electron-builder downloads the release that package.json names.
  const given = existsSync(join(dist, 'version'))
    ? [`-c.electronDist=${dist}`, `-c.electronVersion=${readFileSync(join(dist, 'version'), 'utf8').trim()}`]
    : [];
  const args = ['--dir', '--publish', 'never', ...given, ...process.argv.slice(2)];
  const { status } = spawnSync(join(root, 'node_modules', '.bin', 'electron-builder'), args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  return status ?? 1;
};

process.exit(await main());
