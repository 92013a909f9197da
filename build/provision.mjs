import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What the tests need of a Debian or Ubuntu; alternatives of one package stand side by side, newer name first. */
const NEEDED = [
  ['chromium', 'chromium-browser'],
  ['xvfb'],
  ['xauth'],
  ['dbus'],
  ['gnome-keyring'],
  ['strace'],
  ['libsecret-1-0'],
  ['libgtk-3-0t64', 'libgtk-3-0'],
  ['libnss3'],
  ['libasound2t64', 'libasound2'],
  ['libgbm1'],
  ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'],
  ['libdrm2'],
  ['libxkbcommon0'],
  ['fonts-liberation'],
];

const run = (program, args, options = {}) => spawnSync(program, args, { encoding: 'utf8', ...options });

const installed = (name) => /^Status: install ok installed/m.test(run('dpkg', ['-s', name]).stdout ?? '');

const offered = (name) => /Candidate: (?!\(none\))/.test(run('apt-cache', ['policy', name]).stdout ?? '');

/** Installs system packages the tests need: on Debian and its kin, as root. Elsewhere suites that lack something say so. */
export const provisionSystem = () => {
  if (process.platform !== 'linux' || process.getuid() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  const missing = NEEDED.filter((names) => !names.some(installed));
  if (missing.length === 0) return;
  console.log(`Installing system packages: ${missing.map(([name]) => name).join(' ')}`);
  const apt = (args) =>
    run('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  const names = () => missing.map((each) => each.find(offered)).filter(Boolean);
  if (apt(['update']) && apt(['install', '-y', '--no-install-recommends', ...names()])) return;
  console.warn('Not all system packages could be installed; suites that need them are skipped.');
};
