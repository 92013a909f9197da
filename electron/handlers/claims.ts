import type { ListedConnections } from '../../shared/contract/connections.ts';
import { choiceOf, claimValues, fittingValues, isSameProvider } from '../../shared/model/claim-choice.ts';
import { type Connection, signInOf } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { ClaimChoices, OidcSignIn } from '../../shared/model/sign-in.ts';
import { userOf } from '../identity/oidc/browser-sign-in.ts';
import type { SettingsStore } from '../settings/settings.ts';

type Claims = Readonly<Record<string, unknown>>;

/** What a connection lets claims choose; undefined where nothing. */
const byClaimOf = (connection: Connection): ClaimChoices | undefined => {
  const method = signInOf(connection);
  return method.kind === 'oidc' ? method.byClaim : undefined;
};

const valuesFor = (connection: Connection, claims: Claims): readonly string[] => {
  const by = byClaimOf(connection);
  return by === undefined ? [] : fittingValues(by, claimValues(claims[by.claim]));
};

/**
 * The first connection of the same provider whose claim has a value that is meant for it. AppError `denied not-proposed` where
 * there is none: which to open is then for the person to say.
 */
export const chosenBy = (claims: Claims, provider: OidcSignIn, all: readonly Connection[]): Connection => {
  const chosen = all.find(
    (each) => isSameProvider(provider, signInOf(each)) && valuesFor(each, claims).length > 0,
  );
  if (chosen) return chosen;
  throw new AppError(
    'denied',
    'not-proposed',
    'The sign-in provider names no group that one of these connections is meant for. Choose a connection from the list, or ask the administrator.',
  );
};

/**
 * Remembers what the claims of a sign-in choose on every connection of its provider; `user` is who it is on the connection that is
 * opened.
 */
export const keepClaims = (
  settings: SettingsStore,
  all: readonly Connection[],
  signedIn: { readonly connection: Connection; readonly user: string; readonly claims: Claims },
): void => {
  const { connection, user, claims } = signedIn;
  const provider = signInOf(connection);
  if (provider.kind !== 'oidc') return;
  const claimed = { ...settings.read().claimed };
  let changed = false;
  for (const each of all) {
    const method = signInOf(each);
    if (method.kind !== 'oidc' || !isSameProvider(provider, method)) continue;
    const who = each.id === connection.id ? user : userOf(claims, method);
    if (who === null) continue;
    const { [who]: before = [], ...others } = claimed[each.id] ?? {};
    const values = [...valuesFor(each, claims)];
    if (JSON.stringify(values) === JSON.stringify(before)) continue;
    changed = true;
    claimed[each.id] = values.length > 0 ? { ...others, [who]: values } : others;
  }
  if (changed) settings.update({ claimed });
};

/**
 * Takes over the claims of an ID token that came with renewed tokens: a group that came or went counts from now on. An ID token may
 * say less than the one of the sign-in (OpenID Connect Core 1.0, 12.2): one that does not even name the person leaves all as it was.
 */
export const renewClaims = (
  settings: SettingsStore,
  all: readonly Connection[],
  owner: { readonly connection: string; readonly user: string },
  claims: Claims,
): void => {
  const connection = all.find(({ id }) => id === owner.connection);
  const method = connection && signInOf(connection);
  if (!connection || method?.kind !== 'oidc') return;
  const says = [method.userClaim, byClaimOf(connection)?.claim ?? ''].some((name) => name in claims);
  if (says) keepClaims(settings, all, { connection, user: owner.user, claims });
};

/** Forgets what claims chose for people on a connection; `user` absent: for everybody. */
export const forgetClaims = (settings: SettingsStore, connection: string, user?: string): void => {
  const { [connection]: before, ...rest } = settings.read().claimed;
  if (!before) return;
  const { [user ?? '']: _, ...others } = before;
  settings.update({ claimed: user === undefined ? rest : { ...rest, [connection]: others } });
};

/** The role that the claims of the last sign-in propose for a person; undefined: the login's own rights. */
export const proposedRole = (
  settings: SettingsStore,
  connection: Connection,
  user: string,
): string | undefined =>
  choiceOf(byClaimOf(connection), settings.read().claimed[connection.id]?.[user] ?? [])?.role;

/** What the last sign-in proposed, for each connection of a list. */
export const proposalsOf = (
  settings: SettingsStore,
  all: readonly Connection[],
): ListedConnections['proposed'] => {
  const { claimed } = settings.read();
  const proposed: ListedConnections['proposed'] = {};
  for (const connection of all) {
    const people = claimed[connection.id] ?? {};
    // Whoever is named to open it, else whom the provider named last.
    const named = connection.user ?? '';
    const user = people[named] ? named : Object.keys(people).at(-1);
    const choice = choiceOf(byClaimOf(connection), people[user ?? ''] ?? []);
    if (choice && user !== undefined)
      proposed[connection.id] = { user, value: choice.value, role: choice.role ?? null };
  }
  return proposed;
};
