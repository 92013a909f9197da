import { z } from 'zod';

/** An address that a sign-in provider may have: https, or plain http on this machine (for tests and local providers). */
export const isIssuer = (text: string): boolean => {
  const parts = /^(https?):\/\/(\[::1\]|[a-z0-9.-]+)(?::\d{1,5})?(?:\/[^?#\s]*)?$/i.exec(text);
  if (!parts) return false;
  return parts[1]?.toLowerCase() === 'https' || isLoopback(parts[2] ?? '');
};

/** Whether a host name or address is this machine itself. */
export const isLoopback = (host: string): boolean =>
  /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|\[::1\])$/i.test(host);

/**
 * What a claim of the ID token (its groups, say) chooses: people who have one of the values are proposed this connection, and the
 * role of the first value they have is the one they begin with. Both are proposals; the database decides what the person may be.
 */
export const claimChoices = z.object({
  claim: z.string().min(1).max(200),
  choices: z
    .array(z.object({ value: z.string().min(1).max(500), role: z.string().min(1).max(63).optional() }))
    .max(200),
});
export type ClaimChoices = z.infer<typeof claimChoices>;

/**
 * Sign-in at an OpenID Connect provider; its access token is the database password. `userClaim` names the claim of the ID
 * token that proposes the database user; the database alone decides whether that user may come in.
 */
export const oidcSignIn = z.object({
  kind: z.literal('oidc'),
  /** Must be exactly what the provider calls itself (OpenID Connect Discovery 1.0, 4.3). */
  issuer: z.string().max(500).refine(isIssuer, 'The issuer must be an https address.'),
  clientId: z.string().min(1).max(300),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/))
    .max(20)
    .default(['openid']),
  /** Asked for as `audience` and `resource` of the access token. */
  audience: z.string().max(500).optional(),
  userClaim: z.string().min(1).max(100).default('preferred_username'),
  byClaim: claimChoices.optional(),
});
export type OidcSignIn = z.infer<typeof oidcSignIn>;

/** A client certificate instead of a password; the given password opens the key file where that is encrypted. */
export const certificateSignIn = z.object({
  kind: z.literal('certificate'),
  certFile: z.string().min(1).max(1_000),
  keyFile: z.string().min(1).max(1_000),
});
export type CertificateSignIn = z.infer<typeof certificateSignIn>;

/** How a person proves to the warehouse who they are. */
export const signInMethod = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('password') }),
  oidcSignIn,
  certificateSignIn,
]);
export type SignInMethod = z.infer<typeof signInMethod>;
