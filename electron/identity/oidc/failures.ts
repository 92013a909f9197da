import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { AppError } from '../../../shared/model/failure.ts';

/** The person must sign in at the provider again; nothing kept helps any more. */
export const signInNeeded = (cause?: unknown): AppError =>
  new AppError('denied', 'sign-in-needed', 'The sign-in has ended. Sign in again in the browser.', {
    ...(cause === undefined ? {} : { cause }),
  });

/** The provider's answer did not pass a check; what it holds must not be used. */
export const notTrusted = (check: string): AppError =>
  new AppError(
    'denied',
    'sign-in-not-trusted',
    'The answer of the sign-in provider did not pass its checks, so it was not used. Try again; if it happens again, ask the administrator to check the issuer and the client.',
    { details: { check } },
  );

/** Codes of openid-client that say an answer was not what it must be, rather than that none came. */
const FORGED: ReadonlySet<string> = new Set([
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_INVALID_SERVER_METADATA',
  'OAUTH_KEY_SELECTION_FAILED',
  'OAUTH_UNSUPPORTED_OPERATION',
  'OAUTH_MISSING_SERVER_METADATA',
  'OAUTH_PARSE_ERROR',
]);

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/**
 * Any error of the sign-in library as an AppError, by its class and code. Neither message nor details hold what the provider
 * sent, which may be a token; the cause is dropped for the same reason.
 */
export const mapSignInError = (error: unknown): AppError => {
  if (error instanceof AppError) return error;
  // The library wraps what a fetch of one's own throws.
  if (error instanceof Error && error.cause instanceof AppError) return error.cause;
  if (error instanceof AuthorizationResponseError) return refused(error.error);
  if (error instanceof ResponseBodyError) {
    if (error.status >= 500) return unreachable();
    return error.error === 'invalid_grant' ? signInNeeded() : refused(error.error);
  }
  const code = codeOf(error);
  if (code !== undefined && FORGED.has(code)) return notTrusted(code);
  if (code === 'OAUTH_HTTP_REQUEST_FORBIDDEN' || code === 'OAUTH_REQUEST_PROTOCOL_FORBIDDEN')
    return new AppError(
      'denied',
      'sign-in-not-trusted',
      'The sign-in provider asks for an unencrypted connection, which is refused.',
      { details: { check: code } },
    );
  // What fetch throws for a network failure is a TypeError; what remains of the library is an answer of the wrong form.
  const misuse = code?.startsWith('ERR_INVALID_ARG') ?? false;
  if (error instanceof ClientError || (error instanceof TypeError && !misuse)) return unreachable(code);
  return AppError.wrap(error);
};

const refused = (reason: string): AppError => {
  const plain = /^[a-z_]{1,60}$/.test(reason) ? reason : 'no reason given';
  return reason === 'access_denied'
    ? new AppError('denied', 'sign-in-refused', 'The sign-in was refused or cancelled in the browser.')
    : new AppError(
        'denied',
        'sign-in-refused',
        `The sign-in provider refused (${plain}). Ask the administrator to check the connection.`,
        { details: { reason: plain } },
      );
};

const unreachable = (code?: string): AppError =>
  new AppError(
    'unavailable',
    'sign-in-unreachable',
    'The sign-in provider cannot be reached. Check the network and the issuer, then try again.',
    { details: code === undefined ? {} : { code } },
  );
