import { refreshTokenGrant, tokenRevocation } from 'openid-client';
import type { OidcSignIn } from '../../../shared/model/sign-in.ts';
import type { ProfileKey } from '../keys.ts';
import { withProcessLock } from '../process-lock.ts';
import type { RandomBytes } from '../sealed.ts';
import { mapSignInError, notTrusted, signInNeeded } from './failures.ts';
import { discoverProvider } from './provider.ts';
import { createTokenStore } from './token-store.ts';
import { grantParameters, isFresh, type Tokens, tokensOf } from './tokens.ts';

/** Whose tokens, and where they come from. */
export interface TokenOwner {
  readonly profile: string;
  readonly key: ProfileKey;
  readonly settings: OidcSignIn;
}

/** The tokens of people who signed in at a provider. Rejects with AppError. */
export interface TokenSource {
  /** Keeps what a sign-in gave. */
  keep(owner: TokenOwner, tokens: Tokens): Promise<void>;
  /** Whether something is kept that may still work. */
  has(owner: TokenOwner): Promise<boolean>;
  /**
   * A token that holds for at least another minute, renewed where needed: one renewal at a time for a profile, in all
   * processes. One that was `refused` counts as ended whatever the clock says. `denied sign-in-needed` when only the person can help.
   */
  accessToken(owner: TokenOwner, refused?: string): Promise<string>;
  /** Forgets the tokens here and has the provider revoke them (RFC 7009); tells whether it did. */
  signOut(owner: TokenOwner): Promise<{ readonly revoked: boolean }>;
  /** Forgets the tokens here; for a profile whose key is not at hand. */
  forget(profile: string): Promise<void>;
}

export interface TokenSourceOptions {
  readonly folder: string;
  readonly random: RandomBytes;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Hears the checked claims of the ID token that came with renewed tokens, if one did; these are kept by then. */
  readonly onClaims?: (owner: TokenOwner, claims: Claims) => void;
}

type Claims = Readonly<Record<string, unknown>>;

/** Tokens kept in one folder, sealed under the keys of their profiles. */
export const createTokenSource = ({ folder, random, now, onClaims }: TokenSourceOptions): TokenSource => {
  const store = createTokenStore(folder, random);
  const renewing = new Map<string, Promise<Tokens>>();

  // Tokens of one provider must never be sent to another, even if the connection was changed.
  const read = async ({ profile, key, settings }: TokenOwner): Promise<Tokens | null> => {
    const kept = await store.read(profile, key);
    return kept?.issuer === settings.issuer && kept.clientId === settings.clientId ? kept : null;
  };

  const holds = (kept: Tokens, refused?: string): boolean =>
    kept.accessToken !== refused && isFresh(kept, now());

  const renew = (owner: TokenOwner, refused?: string): Promise<Tokens> =>
    withProcessLock(store.lockFile(owner.profile), async () => {
      const kept = await read(owner);
      if (!kept) throw signInNeeded();
      // Somebody else renewed them while this one waited.
      if (holds(kept, refused)) return kept;
      try {
        const { tokens, claims } = await refresh(owner.settings, kept, now());
        await store.write(owner.profile, owner.key, tokens);
        if (claims) onClaims?.(owner, claims);
        return tokens;
      } catch (error) {
        const failure = mapSignInError(error);
        if (failure.code === 'sign-in-needed') await store.remove(owner.profile);
        throw failure;
      }
    });

  const renewOnce = (owner: TokenOwner, refused?: string): Promise<Tokens> => {
    const known = renewing.get(owner.profile);
    if (known) return known;
    const work = renew(owner, refused).finally(() => renewing.delete(owner.profile));
    renewing.set(owner.profile, work);
    return work;
  };

  return {
    keep: (owner, tokens) =>
      withProcessLock(store.lockFile(owner.profile), () => store.write(owner.profile, owner.key, tokens)),
    has: async (owner) => {
      const kept = await read(owner);
      return kept !== null && (kept.refreshToken !== null || isFresh(kept, now()));
    },
    accessToken: async (owner, refused) => {
      const kept = await read(owner);
      if (!kept) throw signInNeeded();
      return (holds(kept, refused) ? kept : await renewOnce(owner, refused)).accessToken;
    },
    signOut: (owner) =>
      withProcessLock(store.lockFile(owner.profile), async () => {
        const kept = await read(owner);
        // Forgotten first: what follows may fail without a network.
        await store.remove(owner.profile);
        return { revoked: kept !== null && (await revoke(owner.settings, kept)) };
      }),
    forget: (profile) => withProcessLock(store.lockFile(profile), () => store.remove(profile)),
  };
};

/** Renewed tokens, and the claims of the ID token among them; a provider need not give one. */
const refresh = async (
  settings: OidcSignIn,
  kept: Tokens,
  asked: number,
): Promise<{ readonly tokens: Tokens; readonly claims: Claims | null }> => {
  if (kept.refreshToken === null) throw signInNeeded();
  const config = await discoverProvider(settings);
  const granted = await refreshTokenGrant(config, kept.refreshToken, grantParameters(settings));
  const claims = granted.claims() ?? null;
  // OpenID Connect Core 1.0, 12.2: a renewed ID token is of the same issuer (which the library checks), about the same person, for
  // the same program, and of the same sign-in where it says which.
  if (claims && claims.sub !== kept.subject) throw notTrusted('sub');
  if (claims?.azp !== undefined && claims.azp !== settings.clientId) throw notTrusted('azp');
  if (claims?.nonce !== undefined && kept.nonce !== undefined && claims.nonce !== kept.nonce)
    throw notTrusted('nonce');
  return { tokens: tokensOf(granted, settings, kept, asked), claims };
};

const revoke = async (settings: OidcSignIn, kept: Tokens): Promise<boolean> => {
  try {
    const config = await discoverProvider(settings);
    if (config.serverMetadata().revocation_endpoint === undefined) return false;
    if (kept.refreshToken !== null)
      await tokenRevocation(config, kept.refreshToken, { token_type_hint: 'refresh_token' });
    await tokenRevocation(config, kept.accessToken, { token_type_hint: 'access_token' });
    return true;
  } catch {
    return false;
  }
};
