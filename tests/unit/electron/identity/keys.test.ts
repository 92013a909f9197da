import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createKeychain, type Keychain } from '../../../../electron/identity/keychain.ts';
import { createKeys } from '../../../../electron/identity/keys.ts';
import { createSecrets } from '../../../../electron/identity/secrets.ts';
import { openVault } from '../../../../electron/identity/vault.ts';
import { AppError } from '../../../../shared/model/failure.ts';
import { testUnless } from '../../../support/skipped.ts';
import { memoryKeychain } from './memory-keychain.ts';

/** Deriving a key from a passphrase is made to cost, more so on a machine with other work. */
const SLOW = { timeout: 60_000 };

const noKeychain = createKeychain({ load: () => Promise.reject(new Error('libsecret-1.so.0: cannot open')) });
const refusal = (kind: string, code: string) => expect.objectContaining({ kind, code });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'writ-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const keysWith = (keychain: Parameters<typeof createKeys>[0]['keychain']) =>
  createKeys({ keychain, folder, random: randomBytes });

/** A keychain in another process, which answers all who ask at the same moment alike. */
const atOnce = (keychain: Keychain): Keychain => ({
  ...keychain,
  get: async (account) => {
    const held = await keychain.get(account);
    await new Promise(setImmediate);
    return held;
  },
});

describe('the key of a profile', () => {
  test('is made once and kept in the keychain, one small entry for each profile', async () => {
    const keychain = memoryKeychain();
    const first = await keysWith(keychain).profileKey('prod\0anna', { demo: false });
    expect(first.kept).toBe('keychain');
    expect(first.key).toHaveLength(32);
    expect((await keysWith(keychain).profileKey('prod\0anna', { demo: false })).key).toEqual(first.key);
    expect((await keysWith(keychain).profileKey('prod\0ben', { demo: false })).key).not.toEqual(first.key);
    expect(keychain.entries.size).toBe(2);
    for (const secret of keychain.entries.values()) expect(secret.length).toBeLessThan(64);
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).size).toBe(0);
  });

  test('is one where two copies of Writ make it at the same moment', SLOW, async () => {
    const slow = atOnce(memoryKeychain());
    const ways: readonly (readonly [Keychain, { demo: boolean; passphrase?: string }])[] = [
      [slow, { demo: false }],
      [noKeychain, { demo: false, passphrase: 'correct horse' }],
      [noKeychain, { demo: true }],
    ];
    for (const [n, [keychain, how]] of ways.entries()) {
      const made = await Promise.all(
        Array.from({ length: 3 }, () => keysWith(keychain).profileKey(`p${n}`, how)),
      );
      const later = await keysWith(keychain).profileKey(`p${n}`, how);
      expect(made, later.kept).toEqual([later, later, later]);
    }
  });

  test('is refused without keychain and passphrase, with what to do', async () => {
    await expect(keysWith(noKeychain).profileKey('p', { demo: false })).rejects.toThrow(
      refusal('denied', 'keychain-absent'),
    );
    await expect(keysWith(noKeychain).profileKey('p', { demo: false })).rejects.toThrow(/give a passphrase/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is kept under a passphrase where there is no keychain, and stays there when one turns up', async () => {
    const passphrase = 'correct horse';
    const first = await keysWith(noKeychain).profileKey('p', { demo: false, passphrase });
    expect(first.kept).toBe('passphrase');
    expect(await keysWith(noKeychain).profileKey('p', { demo: false, passphrase })).toEqual(first);
    expect(await keysWith(memoryKeychain()).profileKey('p', { demo: false, passphrase })).toEqual(first);
    await expect(keysWith(memoryKeychain()).profileKey('p', { demo: false })).rejects.toThrow(
      refusal('denied', 'passphrase-needed'),
    );
  });

  test('lies in a file of the owner alone for the demo workspace', async () => {
    const first = await keysWith(noKeychain).profileKey('demo', { demo: true });
    expect(first.kept).toBe('demo-file');
    expect(await keysWith(noKeychain).profileKey('demo', { demo: true })).toEqual(first);
    expect(statSync(join(folder, 'demo.key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['demo.key', 'keys.lock']);
  });

  test('is not replaced when the keychain entry is damaged', async () => {
    const keychain = memoryKeychain();
    await keysWith(keychain).profileKey('p', { demo: false });
    for (const account of keychain.entries.keys()) keychain.entries.set(account, 'short');
    await expect(keysWith(keychain).profileKey('p', { demo: false })).rejects.toThrow(
      refusal('denied', 'keychain-entry-damaged'),
    );
  });

  test('is not made anew under a passphrase while the keychain that has it is locked', async () => {
    await keysWith(memoryKeychain()).profileKey('p', { demo: false });
    await expect(
      keysWith(noKeychain).profileKey('p', { demo: false, passphrase: 'correct horse' }),
    ).rejects.toThrow(refusal('denied', 'keychain-locked'));
  });

  test('is refused when the keychain forgets what it was given', async () => {
    const forgetful = { ...memoryKeychain(), get: async () => null };
    await expect(keysWith(forgetful).profileKey('p', { demo: false })).rejects.toThrow(
      refusal('denied', 'keychain-refused'),
    );
  });

  test('survives a keychain that is locked when asked and unlocked when written to', async () => {
    // A locked Secret Service answers "nothing there"; the prompt of a later call unlocks it.
    const keychain = memoryKeychain();
    const { key } = await keysWith(keychain).profileKey('p', { demo: false });
    for (const marked of [true, false]) {
      if (!marked) for (const file of readdirSync(folder)) rmSync(join(folder, file));
      let open = false;
      const locked = {
        ...keychain,
        get: async (account: string) => (open ? keychain.get(account) : null),
        set: async (account: string, secret: string) => {
          open = true;
          await keychain.set(account, secret);
        },
      };
      expect((await keysWith(locked).profileKey('p', { demo: false })).key).toEqual(key);
    }
    expect(keychain.entries.size).toBe(1);
  });

  test('that the keychain has lost is told, and no other is put in its place', async () => {
    const keychain = memoryKeychain();
    await keysWith(keychain).profileKey('p', { demo: false });
    keychain.entries.clear();
    await expect(keysWith(keychain).profileKey('p', { demo: false })).rejects.toThrow(
      refusal('denied', 'keychain-entry-missing'),
    );
    expect(keychain.entries.size).toBe(0);
  });

  test('is refused by a keychain that says no, which a passphrase given knowingly replaces', async () => {
    const deny = () =>
      Promise.reject(new AppError('unavailable', 'keychain-unavailable', 'The prompt was dismissed.'));
    const denying = { ...memoryKeychain(), set: deny };
    await expect(keysWith(denying).profileKey('p', { demo: false })).rejects.toThrow(
      refusal('denied', 'keychain-refused'),
    );
    expect(readdirSync(folder)).toEqual(['keys.lock']);
    const { kept } = await keysWith(denying).profileKey('p', { demo: false, passphrase: 'correct horse' });
    expect(kept).toBe('passphrase');
  });
});

describe('the passphrase vault', SLOW, () => {
  const file = () => join(folder, 'a.vault');

  test('opens with its passphrase only', async () => {
    const key = await openVault(file(), 'correct horse', randomBytes);
    expect(await openVault(file(), 'correct horse', randomBytes)).toEqual(key);
    await expect(openVault(file(), 'correct horsE', randomBytes)).rejects.toThrow(
      refusal('denied', 'passphrase-wrong'),
    );
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readFileSync(file()).includes(key)).toBe(false);
    expect(readdirSync(folder)).toEqual(['a.vault']);
  });

  test('takes the same characters in any Unicode form', async () => {
    const key = await openVault(file(), 'gr\u00fc\u00dfe aus K\u00f6ln', randomBytes);
    expect(await openVault(file(), 'gru\u0308\u00dfe aus Ko\u0308ln', randomBytes)).toEqual(key);
  });

  test('needs eight characters to be created', async () => {
    await expect(openVault(file(), 'seven77', randomBytes)).rejects.toThrow(
      refusal('invalid', 'passphrase-short'),
    );
    await expect(openVault(file(), '😀😀😀😀', randomBytes)).rejects.toThrow(
      refusal('invalid', 'passphrase-short'),
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ['cut off', (text: string) => text.slice(0, 40)],
    ['empty', () => ''],
    ['asking for all memory', (text: string) => text.replace('131072', '1073741824')],
  ])('that is %s is reported and left alone', async (_name, damage) => {
    await openVault(file(), 'correct horse', randomBytes);
    const damaged = damage(readFileSync(file(), 'utf8'));
    writeFileSync(file(), damaged);
    await expect(openVault(file(), 'correct horse', randomBytes)).rejects.toThrow(
      refusal('unavailable', 'vault-damaged'),
    );
    expect(readFileSync(file(), 'utf8')).toBe(damaged);
  });
});

describe('kept passwords', () => {
  const secretsWith = (key: Buffer) =>
    createSecrets({ folder, keyOf: async () => ({ key, kept: 'keychain' }), random: randomBytes });
  const key = Buffer.alloc(32, 1);

  test('come back for the same connection and person only', async () => {
    const secrets = secretsWith(key);
    await Promise.all([
      secrets.remember('prod', 'anna', 'päss "word"'),
      secrets.remember('prod', 'ben', 'other'),
      secrets.remember('__proto__', 'x', 'third'),
    ]);
    expect(await secretsWith(key).password('prod', 'anna')).toBe('päss "word"');
    expect(await secrets.password('prod', 'ben')).toBe('other');
    expect(await secrets.password('__proto__', 'x')).toBe('third');
    expect(await secrets.password('test', 'anna')).toBeNull();
    await secrets.forget('prod', 'anna');
    expect(await secrets.password('prod', 'anna')).toBeNull();
    expect(await secrets.password('prod', 'ben')).toBe('other');
  });

  test('are unreadable in the file and under another key, and cannot be moved to another name', async () => {
    const secrets = secretsWith(key);
    await secrets.remember('prod', 'anna', 'hunter2hunter2');
    const file = join(folder, 'passwords.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain('hunter2');
    expect(await secretsWith(Buffer.alloc(32, 2)).password('prod', 'anna')).toBeNull();
    writeFileSync(file, readFileSync(file, 'utf8').replace('anna', 'mala'));
    expect(await secrets.password('prod', 'mala')).toBeNull();
  });

  test('in a damaged file are reported, not overwritten', async () => {
    const secrets = secretsWith(key);
    writeFileSync(join(folder, 'passwords.json'), '{"version":1,');
    await expect(secrets.remember('prod', 'anna', 'x')).rejects.toThrow(
      refusal('unavailable', 'passwords-damaged'),
    );
    expect(readFileSync(join(folder, 'passwords.json'), 'utf8')).toBe('{"version":1,');
  });
});

describe('the keychain', () => {
  test('that hangs counts as absent after its time', async () => {
    const never = () => Promise.withResolvers<never>().promise;
    const keychain = createKeychain({
      timeout: 20,
      load: async () => ({ getPassword: never, setPassword: never, deletePassword: never }),
    });
    expect(await keychain.state()).toEqual({
      available: false,
      detail: 'The keychain does not answer: no answer within 0.02 s',
    });
    await expect(keychain.set('a', 'b')).rejects.toThrow(refusal('unavailable', 'keychain-unavailable'));
  });

  test('whose library cannot be loaded is absent, with the reason', async () => {
    expect(await noKeychain.state()).toEqual({
      available: false,
      detail: 'The keychain does not answer: libsecret-1.so.0: cannot open',
    });
  });
});

testUnless(process.getuid?.() === 0 ? 'root may write everywhere' : null)(
  'a folder that cannot be written is an error, not a lost key',
  async () => {
    chmodSync(folder, 0o500);
    await expect(keysWith(noKeychain).profileKey('demo', { demo: true })).rejects.toThrow(/EACCES/);
  },
);
