import { generateKeyPairSync } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type SignedIn, signInWithBrowser } from '../../../../../electron/identity/oidc/browser-sign-in.ts';
import type { OidcSignIn } from '../../../../../shared/model/sign-in.ts';
import { answerOf, browse } from '../../../../support/browser.ts';
import {
  claimsOf,
  forge,
  type IdentityProvider,
  startIdentityProvider,
} from '../../../../support/identity-provider.ts';

let provider: IdentityProvider;
beforeAll(async () => {
  provider = await startIdentityProvider();
});
afterEach(() => {
  provider.tamper = null;
  provider.broken = null;
});
afterAll(() => provider.stop());

type Browser = (url: string) => Promise<unknown>;

/** A sign-in whose browser does what it is told; `again` and so on as given. */
const signIn = (
  browser: Browser = browse,
  change: Partial<OidcSignIn> = {},
  more: { signal?: AbortSignal; timeout?: number } = {},
): Promise<SignedIn> =>
  signInWithBrowser({
    settings: { ...provider.settings, ...change },
    open: (url) => void browser(url).catch(() => {}),
    now: Date.now,
    signal: more.signal ?? new AbortController().signal,
    timeout: more.timeout ?? 5_000,
  });

const refusal = (kind: string, code: string) => expect.objectContaining({ kind, code });

describe('a sign-in in the browser', () => {
  test('gives tokens for the person and proposes the user of the chosen claim', async () => {
    let page: { status: number; text: string } | undefined;
    const signedIn = await signIn(async (url) => {
      page = await browse(url);
    });
    expect(await provider.accountOf(signedIn.tokens.accessToken)).toBe('ann');
    expect(signedIn.proposedUser).toBe('ann');
    expect(signedIn.tokens).toMatchObject({ subject: 'ann', issuer: provider.issuer });
    expect(signedIn.tokens.refreshToken).toBeTruthy();
    await expect.poll(() => page?.text).toContain('Signed in');
    expect((await signIn(browse, { userClaim: 'db_user' })).proposedUser).toBe('ann_db');
    expect((await signIn(browse, { userClaim: 'no_such_claim' })).proposedUser).toBeNull();
  });

  test('asks with PKCE, state and nonce, and answers to a literal loopback address', async () => {
    let asked: URLSearchParams | undefined;
    await signIn((url) => {
      asked = new URL(url).searchParams;
      return browse(url);
    });
    expect(asked?.get('response_type')).toBe('code');
    expect(asked?.get('code_challenge_method')).toBe('S256');
    expect(asked?.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    for (const name of ['code_challenge', 'state', 'nonce'])
      expect(asked?.get(name)?.length, name).toBeGreaterThan(40);
    expect(provider.tokenCalls.at(-1)?.get('code_verifier')?.length).toBeGreaterThan(40);
    expect(asked?.has('client_secret') || provider.tokenCalls.at(-1)?.has('client_secret')).toBe(false);
  });

  test('that the person refuses in the browser says so', async () => {
    const refuse: Browser = async (url) => {
      const asked = new URL(url).searchParams;
      await fetch(
        `${asked.get('redirect_uri')}?error=access_denied&iss=${provider.issuer}&state=${asked.get('state')}`,
      );
    };
    await expect(signIn(refuse)).rejects.toThrow(/refused or cancelled in the browser/);
  });

  test('can be cancelled and runs out; its address is gone afterwards', async () => {
    const cancel = new AbortController();
    let address = '';
    const waiting = signIn(
      async (url) => {
        address = new URL(url).searchParams.get('redirect_uri') ?? '';
        cancel.abort();
      },
      {},
      { signal: cancel.signal },
    );
    await expect(waiting).rejects.toThrow(refusal('cancelled', 'sign-in-cancelled'));
    await expect(fetch(address)).rejects.toThrow();
    await expect(signIn(async () => {}, {}, { timeout: 30 })).rejects.toThrow(
      refusal('unavailable', 'sign-in-timeout'),
    );
  });

  test('with a provider that is not there or in trouble is unreachable, not refused', async () => {
    await expect(signIn(browse, { issuer: 'http://127.0.0.1:9' })).rejects.toThrow(
      refusal('unavailable', 'sign-in-unreachable'),
    );
    provider.broken = '/token';
    await expect(signIn()).rejects.toThrow(refusal('unavailable', 'sign-in-unreachable'));
  });
});

describe('the address that waits for the browser', () => {
  test('takes one answer; a second is refused and changes nothing', async () => {
    const statuses: number[] = [];
    const twice: Browser = async (url) => {
      const answer = await answerOf(url);
      const both = await Promise.all([fetch(answer), fetch(answer)]);
      statuses.push(...both.map((each) => each.status));
    };
    const calls = provider.tokenCalls.length;
    expect((await signIn(twice)).tokens.subject).toBe('ann');
    await expect.poll(() => statuses.toSorted()).toEqual([200, 410]);
    expect(provider.tokenCalls).toHaveLength(calls + 1);
  });

  test('refuses other paths, methods, hosts and states, and goes on waiting for the right answer', async () => {
    const statuses: Record<string, number> = {};
    const wrongFirst: Browser = async (url) => {
      const answer = await answerOf(url);
      const changed = (change: (url: URL) => void): URL => {
        const copy = new URL(answer);
        change(copy);
        return copy;
      };
      const ask = async (name: string, to: URL, init: RequestInit = {}): Promise<void> => {
        statuses[name] = (await fetch(to, init)).status;
      };
      await ask(
        'path',
        changed((to) => (to.pathname = '/other')),
      );
      await ask(
        'state',
        changed((to) => to.searchParams.set('state', 'forged')),
      );
      await ask(
        'no state',
        changed((to) => to.searchParams.delete('state')),
      );
      await ask(
        'two states',
        changed((to) => to.searchParams.append('state', 'forged')),
      );
      await ask('method', answer, { method: 'POST' });
      statuses.host = await withHost(answer, `rebound.example:${answer.port}`);
      await fetch(answer);
    };
    expect((await signIn(wrongFirst)).tokens.subject).toBe('ann');
    expect(statuses).toEqual({
      path: 404,
      state: 400,
      'no state': 400,
      'two states': 400,
      method: 404,
      host: 404,
    });
  });
});

/** fetch sets Host itself. */
const withHost = (url: URL, host: string): Promise<number> =>
  new Promise((done, failed) => {
    const asked = request(url, { headers: { host } }, (answer) => {
      answer.resume();
      done(answer.statusCode ?? 0);
    });
    asked.once('error', failed);
    asked.end();
  });

describe('an answer that is not what it must be is not used:', () => {
  /** Replaces the ID token by one with other claims, signed with the provider's own key. */
  const claiming = (change: (claims: Record<string, unknown>) => Record<string, unknown>) => {
    provider.tamper = (path, body) =>
      path === '/token' && typeof body.id_token === 'string'
        ? { ...body, id_token: forge(change(claimsOf(body.id_token)), provider.signingKey) }
        : { ...body };
  };
  const signing = (how: Parameters<typeof forge>[1]) => {
    provider.tamper = (path, body) =>
      path === '/token' && typeof body.id_token === 'string'
        ? { ...body, id_token: forge(claimsOf(body.id_token), how) }
        : { ...body };
  };
  const notTrusted = refusal('denied', 'sign-in-not-trusted');

  test('(the forging itself is sound: unchanged claims under the right key pass)', async () => {
    claiming((claims) => claims);
    expect((await signIn()).tokens.subject).toBe('ann');
  });

  test('another issuer', async () => {
    claiming((claims) => ({ ...claims, iss: 'https://issuer.example' }));
    await expect(signIn()).rejects.toThrow(notTrusted);
  });

  test('another audience, or more than one without being the authorized party', async () => {
    claiming((claims) => ({ ...claims, aud: 'someone-else' }));
    await expect(signIn()).rejects.toThrow(notTrusted);
    claiming((claims) => ({ ...claims, aud: [claims.aud, 'someone-else'] }));
    await expect(signIn()).rejects.toThrow(notTrusted);
    claiming((claims) => ({ ...claims, azp: 'someone-else' }));
    await expect(signIn()).rejects.toThrow(notTrusted);
  });

  test('another nonce, or none', async () => {
    claiming((claims) => ({ ...claims, nonce: 'replayed' }));
    await expect(signIn()).rejects.toThrow(notTrusted);
    claiming(({ nonce: _, ...claims }) => claims);
    await expect(signIn()).rejects.toThrow(notTrusted);
  });

  test('expired, not valid yet, or without an end', async () => {
    const now = Math.floor(Date.now() / 1_000);
    claiming((claims) => ({ ...claims, exp: now - 120, iat: now - 600 }));
    await expect(signIn()).rejects.toThrow(notTrusted);
    claiming((claims) => ({ ...claims, nbf: now + 600 }));
    await expect(signIn()).rejects.toThrow(notTrusted);
    claiming(({ exp: _, ...claims }) => claims);
    await expect(signIn()).rejects.toThrow(notTrusted);
  });

  test('no signature', async () => {
    signing({ key: null });
    await expect(signIn()).rejects.toThrow(notTrusted);
  });

  test('a signature of another key under the known key id', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    signing({ key: privateKey, kid: provider.signingKey.kid });
    await expect(signIn()).rejects.toThrow(notTrusted);
  });

  test('an unknown key id', async () => {
    signing({ key: provider.signingKey.key, kid: 'unknown' });
    await expect(signIn()).rejects.toThrow(notTrusted);
  });

  test('an algorithm whose key would be public (HS256)', async () => {
    signing({ ...provider.signingKey, alg: 'HS256' });
    await expect(signIn()).rejects.toThrow(notTrusted);
  });

  test('a changed claim under the old signature', async () => {
    provider.tamper = (path, body) => {
      if (path !== '/token' || typeof body.id_token !== 'string') return { ...body };
      const [head, , signature] = body.id_token.split('.');
      const claims = { ...claimsOf(body.id_token), preferred_username: 'admin' };
      const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
      return { ...body, id_token: `${head}.${payload}.${signature}` };
    };
    await expect(signIn()).rejects.toThrow(notTrusted);
  });

  test('no ID token at all', async () => {
    provider.tamper = (path, body) => {
      const { id_token, ...rest } = body;
      return path === '/token' ? rest : { ...body };
    };
    await expect(signIn()).rejects.toThrow(notTrusted);
  });

  test('metadata of another issuer, or with an address without encryption', async () => {
    provider.tamper = (path, body) =>
      path.endsWith('openid-configuration') ? { ...body, issuer: 'https://issuer.example' } : { ...body };
    await expect(signIn()).rejects.toThrow(notTrusted);
    provider.tamper = (path, body) =>
      path.endsWith('openid-configuration')
        ? { ...body, token_endpoint: 'http://tokens.example/token' }
        : { ...body };
    await expect(signIn()).rejects.toThrow(notTrusted);
  });

  test('a code that was used before, even under a right state', async () => {
    let used = '';
    await signIn(async (url) => {
      const answer = await answerOf(url);
      used = answer.searchParams.get('code') ?? '';
      await fetch(answer);
    });
    const replay: Browser = async (url) => {
      const answer = await answerOf(url);
      answer.searchParams.set('code', used);
      await fetch(answer);
    };
    await expect(signIn(replay)).rejects.toThrow(refusal('denied', 'sign-in-refused'));
  });

  test('a code of another sign-in at the same provider (PKCE)', async () => {
    const foreign: Browser = async (url) => {
      const answer = await answerOf(url);
      const other = new URL(url);
      other.searchParams.set('code_challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
      const stolen = await answerOf(other.href);
      answer.searchParams.set('code', stolen.searchParams.get('code') ?? '');
      await fetch(answer);
    };
    await expect(signIn(foreign)).rejects.toThrow(refusal('denied', 'sign-in-refused'));
  });

  test('an answer of another issuer (mix-up), before any code is sent', async () => {
    const honest = await startIdentityProvider();
    try {
      // The person chose `provider`, which sends the browser on to `honest` to get hold of its code.
      const mixUp: Browser = async (url) => {
        const asked = new URL(url);
        await browse(`${honest.issuer}${asked.pathname}${asked.search}`);
      };
      const calls = provider.tokenCalls.length;
      await expect(signIn(mixUp)).rejects.toThrow(notTrusted);
      expect(provider.tokenCalls).toHaveLength(calls);
    } finally {
      await honest.stop();
    }
  });

  test('an answer without its issuer where the provider says it names it', async () => {
    const silent: Browser = async (url) => {
      const answer = await answerOf(url);
      answer.searchParams.delete('iss');
      await fetch(answer);
    };
    await expect(signIn(silent)).rejects.toThrow(notTrusted);
  });

  test('and nothing secret is in the failure', async () => {
    signing({ key: provider.signingKey.key, kid: 'unknown' });
    const failure = await signIn().catch((error: unknown) => error);
    const text = JSON.stringify(failure, Object.getOwnPropertyNames(failure));
    for (const secret of provider.given) expect(text).not.toContain(secret);
  });
});
