import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createKeychain } from '../../../../electron/identity/keychain.ts';
import { describeUnless } from '../../../support/skipped.ts';

const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
const missing = ['dbus-run-session', 'gnome-keyring-daemon'].filter((program) => !has(program));
const reason =
  process.platform !== 'linux'
    ? 'only Linux keeps keys in a Secret Service'
    : `${missing.join(', ')} not installed`;
const possible = process.platform === 'linux' && missing.length === 0;

const PROGRAM = join(import.meta.dirname, 'secret-service-program.ts');

// A bus that starts nothing by itself, so that "no keyring" is really none.
const BARE_BUS = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd"><busconfig><type>session</type>
 <listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth><policy context="default"><allow send_destination="*"/>
 <allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`;

type Keyring = 'unlocked' | 'locked' | 'none';

const scratch = (): string => mkdtempSync(join(tmpdir(), 'writ-keyring-'));

/**
 * Runs the program in a session bus of its own and gives back the JSON it prints. Sessions of one `home` share their keyring, as
 * logins of one person do.
 */
const inSession = (
  keyring: Keyring,
  mode: string,
  account: string,
  home = scratch(),
): Record<string, unknown> => {
  const own = !existsSync(join(home, 'kept'));
  try {
    const bus = join(home, 'bus.conf');
    writeFileSync(bus, BARE_BUS);
    const unlock = 'printf pass | gnome-keyring-daemon --unlock --components=secrets >/dev/null;';
    const script = `${keyring === 'unlocked' ? unlock : ''} exec "${process.execPath}" "${PROGRAM}" ${mode} "${account}" "${join(home, 'kept')}"`;
    const options = keyring === 'none' ? [`--config-file=${bus}`] : [];
    const { stdout, stderr } = spawnSync('dbus-run-session', [...options, '--', 'sh', '-c', script], {
      encoding: 'utf8',
      timeout: 30_000,
      env: { PATH: process.env.PATH, HOME: home, XDG_DATA_HOME: home, XDG_RUNTIME_DIR: home },
    });
    const line = stdout.split('\n').find((text) => text.startsWith('{'));
    if (line === undefined) throw new Error(`no answer: ${stderr}`);
    return JSON.parse(line);
  } finally {
    if (own) rmSync(home, { recursive: true, force: true });
  }
};

describeUnless(possible ? null : reason)('a real Secret Service', () => {
  const account = `test ${randomBytes(4).toString('hex')}`;

  test('keeps, gives back and deletes a key', () => {
    expect(inSession('unlocked', 'roundtrip', account)).toEqual({
      state: { available: true, detail: 'Keys are kept in the keychain of this computer.' },
      before: null,
      kept: 'c2VjcmV0IPCfmIA=',
      deleted: true,
      after: null,
    });
  });

  test('that nobody can unlock refuses to keep a key, within its time', () => {
    expect(inSession('locked', 'set', account)).toEqual({ code: 'keychain-unavailable' });
  });

  test('that is locked again at the next login keeps the key: none is made in its place, and it is back once unlocked', () => {
    const home = scratch();
    mkdirSync(join(home, 'kept'));
    try {
      const first = inSession('unlocked', 'profile', account, home);
      expect(first).toEqual({ kept: 'keychain', key: expect.stringMatching(/^[0-9a-f]{64}$/) });
      // Nobody answers the prompt: the service says the same as for a dismissed one.
      expect(inSession('locked', 'profile', account, home)).toEqual({ code: 'keychain-locked' });
      expect(inSession('unlocked', 'profile', account, home)).toEqual(first);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  test('that denies a new profile its key says so, apart from one that is not there', () => {
    expect(inSession('locked', 'profile', account)).toEqual({ code: 'keychain-refused' });
    expect(inSession('none', 'profile', account)).toEqual({ code: 'keychain-absent' });
  });

  test('that is not there is said to be absent', () => {
    const { available, detail } = inSession('none', 'state', account);
    expect(available).toBe(false);
    expect(detail).toMatch(/^The keychain does not answer: ./);
  });
});

test('without any session bus the keychain is absent or works, but never crashes', async () => {
  const { available, detail } = await createKeychain({ timeout: 5_000 }).state();
  expect(typeof available).toBe('boolean');
  expect(detail.length).toBeGreaterThan(10);
});
