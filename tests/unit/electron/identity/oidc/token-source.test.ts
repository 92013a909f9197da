import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProfileKey } from '../../../../../electron/identity/keys.ts';
import { signInWithBrowser } from '../../../../../electron/identity/oidc/browser-sign-in.ts';
import { createTokenSource, type TokenOwner } from '../../../../../electron/identity/oidc/token-source.ts';
import { withProcessLock } from '../../../../../electron/identity/process-lock.ts';
import { browse } from '../../../../support/browser.ts';
import {
  claimsOf,
  forge,
  type IdentityProvider,
  startIdentityProvider,
} from '../../../../support/identity-provider.ts';

const HOUR = 3_600_000;
const PROGRAM = join(import.meta.dirname, 'renewing-program.ts');
const refusal = (kind: string, code: string) => expect.objectContaining({ kind, code });

let provider: IdentityProvider;
let folder: string;
let owner: TokenOwner;
/** How far the clock of this machine is ahead. */
let ahead: number;

const sourceOf = () => createTokenSource({ folder, random: randomBytes, now: () => Date.now() + ahead });

const signIn = async (): Promise<string> => {
  const { tokens } = await signInWithBrowser({
    settings: provider.settings,
    open: (url) => void browse(url),
    now: Date.now,
    signal: new AbortController().signal,
  });
  await sourceOf().keep(owner, tokens);
  return tokens.accessToken;
};

beforeEach(async () => {
  provider = await startIdentityProvider();
  folder = mkdtempSync(join(tmpdir(), 'writ-tokens-'));
  const key: ProfileKey = { key: randomBytes(32), kept: 'keychain' };
  owner = { profile: 'p', key, settings: provider.settings };
  ahead = 0;
});
afterEach(async () => {
  await provider.stop();
  rmSync(folder, { recursive: true, force: true });
});

const signed = (claims: Readonly<Record<string, unknown>>): string => forge(claims, provider.signingKey);

const refreshes = () =>
  provider.tokenCalls.filter((call) => call.get('grant_type') === 'refresh_token').length;

describe('a token', () => {
  test('is used while it holds and renewed before it ends', async () => {
    const first = await signIn();
    expect(await sourceOf().accessToken(owner)).toBe(first);
    ahead = HOUR - 61_000;
    expect(await sourceOf().accessToken(owner)).toBe(first);
    expect(refreshes()).toBe(0);
    ahead = HOUR - 59_000;
    const second = await sourceOf().accessToken(owner);
    expect(second).not.toBe(first);
    expect(await provider.accountOf(second)).toBe('ann');
    expect(refreshes()).toBe(1);
  });

  test('is renewed once for 16 who ask at the same time', async () => {
    await signIn();
    ahead = HOUR;
    const source = sourceOf();
    const all = await Promise.all(Array.from({ length: 16 }, () => source.accessToken(owner)));
    expect(new Set(all).size).toBe(1);
    expect(refreshes()).toBe(1);
  });

  test('is renewed once for two processes that ask at the same time', async () => {
    await signIn();
    const args = [folder, owner.key.key.toString('hex'), JSON.stringify(provider.settings), String(HOUR)];
    const started = [0, 1].map(() => {
      const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
      return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
    });
    for (const { lines } of started) expect((await lines.next()).value).toBe('ready');
    // Renewing takes so long that the other process is surely there.
    let renewing = 0;
    provider.tamper = (path, body) => {
      if (path === '/token') renewing++;
      return { ...body };
    };
    for (const { child } of started) child.stdin.write('go\n');
    const all: string[] = [];
    for (const { lines } of started) all.push(...JSON.parse((await lines.next()).value ?? '[]'));
    expect(all).toHaveLength(16);
    expect(new Set(all).size).toBe(1);
    expect(renewing).toBe(1);
    expect(refreshes()).toBe(1);
  });

  test('of a provider in trouble stays, to be renewed later', async () => {
    await signIn();
    ahead = HOUR;
    provider.broken = '/token';
    await expect(sourceOf().accessToken(owner)).rejects.toThrow(
      refusal('unavailable', 'sign-in-unreachable'),
    );
    provider.broken = null;
    expect(await provider.accountOf(await sourceOf().accessToken(owner))).toBe('ann');
  });

  test('whose refresh token was used before needs a new sign-in, and everything of it is void', async () => {
    await signIn();
    const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.tokens'));
    const old = readFileSync(join(folder, file));
    ahead = HOUR;
    const renewed = await sourceOf().accessToken(owner);
    // A copy of the profile from before comes back, as from a backup or a thief.
    writeFileSync(join(folder, file), old);
    await expect(sourceOf().accessToken(owner)).rejects.toThrow(refusal('denied', 'sign-in-needed'));
    expect(existsSync(join(folder, file))).toBe(false);
    expect(await provider.accountOf(renewed)).toBeNull();
    await expect(sourceOf().accessToken(owner)).rejects.toThrow(refusal('denied', 'sign-in-needed'));
  });

  test('renewed for another person is not used', async () => {
    await signIn();
    provider.tamper = (path, body) =>
      path === '/token' && typeof body.id_token === 'string'
        ? { ...body, id_token: forge({ ...claimsOf(body.id_token), sub: 'ben' }, provider.signingKey) }
        : { ...body };
    ahead = HOUR;
    await expect(sourceOf().accessToken(owner)).rejects.toThrow(refusal('denied', 'sign-in-not-trusted'));
  });

  test.each<[string, (token: string) => string]>([
    ['of another sign-in', (token) => signed({ ...claimsOf(token), nonce: 'another' })],
    ['for another program', (token) => signed({ ...claimsOf(token), azp: 'someone-else' })],
    ['of another issuer', (token) => signed({ ...claimsOf(token), iss: 'https://issuer.example' })],
    ['for another audience', (token) => signed({ ...claimsOf(token), aud: 'someone-else' })],
    ['that has ended', (token) => signed({ ...claimsOf(token), exp: 1, iat: 0 })],
    ['without a signature', (token) => forge(claimsOf(token), { key: null })],
    ['under an unknown key', (token) => forge(claimsOf(token), { ...provider.signingKey, kid: 'unknown' })],
  ])('renewed with an ID token %s is not used', async (_, change) => {
    await signIn();
    provider.tamper = (path, body) =>
      path === '/token' && typeof body.id_token === 'string'
        ? { ...body, id_token: change(body.id_token) }
        : { ...body };
    ahead = HOUR;
    await expect(sourceOf().accessToken(owner)).rejects.toThrow(refusal('denied', 'sign-in-not-trusted'));
  });

  test('of one provider is never sent to another', async () => {
    await signIn();
    const other = await startIdentityProvider();
    ahead = HOUR;
    await expect(sourceOf().accessToken({ ...owner, settings: other.settings })).rejects.toThrow(
      refusal('denied', 'sign-in-needed'),
    );
    expect(other.tokenCalls).toHaveLength(0);
    await other.stop();
  });
});

describe('signing out', () => {
  test('forgets the tokens and has the provider revoke them', async () => {
    const token = await signIn();
    expect(await sourceOf().has(owner)).toBe(true);
    expect(await sourceOf().signOut(owner)).toEqual({ revoked: true });
    expect(await provider.accountOf(token)).toBeNull();
    expect(await sourceOf().has(owner)).toBe(false);
    await expect(sourceOf().accessToken(owner)).rejects.toThrow(refusal('denied', 'sign-in-needed'));
  });

  test('forgets them without a network too, and says that they were not revoked', async () => {
    await signIn();
    await provider.stop();
    expect(await sourceOf().signOut(owner)).toEqual({ revoked: false });
    expect(await sourceOf().has(owner)).toBe(false);
  });
});

describe('the file of tokens', () => {
  test('is for its owner alone, holds none of them readably, and opens for its own profile and key only', async () => {
    await signIn();
    const names = readdirSync(folder);
    for (const name of names) {
      const file = join(folder, name);
      const bytes = readFileSync(file).toString('latin1');
      for (const secret of provider.given) expect(bytes).not.toContain(secret);
      if (name.endsWith('.tokens')) expect(statSync(file).mode & 0o777).toBe(0o600);
    }
    expect(await sourceOf().has({ ...owner, key: { ...owner.key, key: randomBytes(32) } })).toBe(false);
    expect(await sourceOf().has({ ...owner, profile: 'q' })).toBe(false);
  });
});

test('the lock between processes lets one in at a time and goes with its holder', async () => {
  const file = join(folder, 'x.lock');
  let inside = 0;
  const seen: number[] = [];
  const enter = async (): Promise<void> => {
    seen.push(++inside);
    // Long enough for all the others to come to the lock.
    for (let turns = 0; turns < 100; turns++) await immediate();
    inside--;
  };
  await Promise.all(Array.from({ length: 4 }, () => withProcessLock(file, enter)));
  expect(seen).toEqual([1, 1, 1, 1]);
  await expect(withProcessLock(file, () => Promise.reject(new Error('thrown')))).rejects.toThrow('thrown');
  expect(await withProcessLock(file, async () => 'free again')).toBe('free again');
});
