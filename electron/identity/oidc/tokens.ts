import type { TokenEndpointResponse } from 'openid-client';
import { z } from 'zod';
import type { OidcSignIn } from '../../../shared/model/sign-in.ts';

/** What a provider gave for one person, as kept on this machine under the key of the profile. */
export const tokens = z.object({
  version: z.literal(1),
  issuer: z.string(),
  clientId: z.string(),
  /** `sub`: who this is at the issuer; a refreshed token must be for the same one. */
  subject: z.string(),
  /** The `nonce` of the sign-in; a refreshed ID token that has one must have the same. */
  nonce: z.string().optional(),
  accessToken: z.string(),
  /** When it was asked for, in milliseconds since 1970. */
  askedAt: z.number(),
  /** Milliseconds since 1970; null where the provider did not say. */
  expiresAt: z.number().nullable(),
  refreshToken: z.string().nullable(),
});
export type Tokens = z.infer<typeof tokens>;

/** Tokens with less left than this are renewed before they are used; those made to live shortly at half their time. */
const RENEW_BEFORE_MS = 60_000;

/** Whether the access token is good for a connection that is opened now. */
export const isFresh = ({ askedAt, expiresAt }: Tokens, now: number): boolean =>
  expiresAt === null || expiresAt - now > Math.min(RENEW_BEFORE_MS, (expiresAt - askedAt) / 2);

/** What a token endpoint answered, as it is kept. `before` stands for what the answer leaves out; `asked` is when it was asked. */
export const tokensOf = (
  granted: TokenEndpointResponse,
  { issuer, clientId }: OidcSignIn,
  before: Pick<Tokens, 'subject' | 'nonce' | 'refreshToken'>,
  asked: number,
): Tokens => ({
  version: 1,
  issuer,
  clientId,
  subject: before.subject,
  ...(before.nonce === undefined ? {} : { nonce: before.nonce }),
  accessToken: granted.access_token,
  askedAt: asked,
  expiresAt: granted.expires_in === undefined ? null : asked + granted.expires_in * 1_000,
  refreshToken: granted.refresh_token ?? before.refreshToken,
});

/** RFC 8707 calls it `resource`; some providers know it as `audience` only. */
export const grantParameters = ({ audience }: OidcSignIn): Record<string, string> =>
  audience === undefined ? {} : { audience, resource: audience };
