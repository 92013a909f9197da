import type { ClaimChoices, OidcSignIn, SignInMethod } from './sign-in.ts';

/** The texts a claim holds: one, or a list of them; anything else is none. */
export const claimValues = (claim: unknown): readonly string[] =>
  (Array.isArray(claim) ? claim : [claim]).filter((value): value is string => typeof value === 'string');

/** What the values of a claim choose: the first choice that one of them fits; null where none does. */
export const choiceOf = (
  by: ClaimChoices | undefined,
  values: readonly string[],
): ClaimChoices['choices'][number] | null => by?.choices.find(({ value }) => values.includes(value)) ?? null;

/** The values of a connection's claim that choose something there; the others are nobody's business. */
export const fittingValues = (by: ClaimChoices | undefined, values: readonly string[]): readonly string[] =>
  by === undefined ? [] : values.filter((value) => by.choices.some((choice) => choice.value === value));

/** Whether one sign-in serves both connections: the same provider, asked for the same. */
export const isSameProvider = (one: OidcSignIn, other: SignInMethod): boolean =>
  other.kind === 'oidc' && asked(one) === asked(other);

const asked = ({ issuer, clientId, scopes, audience }: OidcSignIn): string =>
  JSON.stringify([issuer, clientId, [...scopes].sort(), audience ?? null]);
