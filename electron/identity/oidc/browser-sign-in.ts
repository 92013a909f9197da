import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { AppError } from '../../../shared/model/failure.ts';
import type { OidcSignIn } from '../../../shared/model/sign-in.ts';
import { mapSignInError, notTrusted } from './failures.ts';
import { openLoopback } from './loopback.ts';
import { discoverProvider } from './provider.ts';
import { grantParameters, type Tokens, tokensOf } from './tokens.ts';

export interface BrowserSignInOptions {
  readonly settings: OidcSignIn;
  /** Brings the address before the person, in their own browser. */
  readonly open: (url: string) => void;
  readonly now: () => number;
  /** Cancels the sign-in. */
  readonly signal: AbortSignal;
  /** Milliseconds the person has. */
  readonly timeout?: number;
  /** The person signed out before: the provider asks anew instead of letting the same one in. */
  readonly again?: boolean;
}

export interface SignedIn {
  readonly tokens: Tokens;
  /** What the chosen claim proposes as database user. */
  readonly proposedUser: string | null;
  /** The checked claims of the ID token. */
  readonly claims: Readonly<Record<string, unknown>>;
}

const FIVE_MINUTES = 300_000;

/**
 * Authorization code with PKCE in the person's own browser (RFC 8252). Rejects with AppError: `sign-in-cancelled`,
 * `sign-in-timeout`, `sign-in-refused`, `sign-in-unreachable`, `sign-in-not-trusted`.
 */
export const signInWithBrowser = async (options: BrowserSignInOptions): Promise<SignedIn> => {
  const { settings, signal, now } = options;
  const config = await until(discoverProvider(settings), signal);
  const checks = {
    pkceCodeVerifier: randomPKCECodeVerifier(),
    expectedState: randomState(),
    expectedNonce: randomNonce(),
  };
  const loopback = await openLoopback(checks.expectedState);
  try {
    const url = buildAuthorizationUrl(config, {
      redirect_uri: loopback.redirectUri,
      scope: scopeOf(settings),
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      code_challenge: await calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256',
      ...(options.again ? { prompt: 'login' } : {}),
      ...grantParameters(settings),
    });
    options.open(url.href);
    const answer = await until(loopback.answer, signal, options.timeout ?? FIVE_MINUTES);
    try {
      const signedIn = await until(redeem(config, answer.url, checks, settings, now), signal);
      answer.finish('done');
      return signedIn;
    } catch (error) {
      answer.finish('failed');
      throw error;
    }
  } finally {
    await loopback.close();
  }
};

const redeem = async (
  config: Configuration,
  answer: URL,
  checks: {
    readonly pkceCodeVerifier: string;
    readonly expectedState: string;
    readonly expectedNonce: string;
  },
  settings: OidcSignIn,
  now: () => number,
): Promise<SignedIn> => {
  try {
    const asked = now();
    const granted = await authorizationCodeGrant(
      config,
      answer,
      { ...checks, idTokenExpected: true },
      grantParameters(settings),
    );
    const claims = granted.claims();
    if (!claims) throw notTrusted('id_token');
    // OpenID Connect Core 1.0, 3.1.3.7 (5); the library checks it only where there are several audiences.
    if (claims.azp !== undefined && claims.azp !== settings.clientId) throw notTrusted('azp');
    return {
      tokens: tokensOf(
        granted,
        settings,
        { subject: claims.sub, nonce: checks.expectedNonce, refreshToken: null },
        asked,
      ),
      proposedUser: userOf(claims, settings),
      claims,
    };
  } catch (error) {
    const failure = mapSignInError(error);
    // What ended is not a sign-in that was, but the code: used, expired or of another request.
    if (failure.code !== 'sign-in-needed') throw failure;
    throw new AppError(
      'denied',
      'sign-in-refused',
      'The sign-in provider did not accept the answer of the browser. Start the sign-in again.',
    );
  }
};

/** The database user that the claims propose for a connection; null where its claim names none. */
export const userOf = (
  claims: Readonly<Record<string, unknown>>,
  { userClaim }: Pick<OidcSignIn, 'userClaim'>,
): string | null => {
  const proposed = claims[userClaim];
  return typeof proposed === 'string' && proposed !== '' ? proposed : null;
};

/** `openid` is what makes the answer carry an ID token. */
const scopeOf = ({ scopes }: OidcSignIn): string => [...new Set(['openid', ...scopes])].join(' ');

/** The work's result, unless the person cancels or time runs out first. */
const until = async <T>(work: Promise<T>, signal: AbortSignal, timeout?: number): Promise<T> => {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const cancel = (): void =>
    reject(new AppError('cancelled', 'sign-in-cancelled', 'The sign-in was cancelled.'));
  const late = (): void =>
    reject(
      new AppError(
        'unavailable',
        'sign-in-timeout',
        'The browser did not answer in time. Start the sign-in again.',
      ),
    );
  const timer = timeout === undefined ? undefined : setTimeout(late, timeout);
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  // Work that is given up may still fail, unheard.
  work.catch(() => {});
  try {
    return await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
};
