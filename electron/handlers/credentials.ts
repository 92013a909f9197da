import { type Connection, signInOf } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import { readCertificate, readPem } from '../identity/certificate.ts';
import type { ProfileKey } from '../identity/keys.ts';
import { signInNeeded } from '../identity/oidc/failures.ts';
import type { TokenOwner } from '../identity/oidc/token-source.ts';
import { profileName } from '../profiles.ts';
import type { Password } from '../warehouse/postgres/connect.ts';
import type { ClientIdentity } from '../warehouse/postgres/tls.ts';
import type { Client } from './context.ts';

/** With what one person opens links to a warehouse. `keep` is what may be kept for the next time; null where there is nothing. */
export interface Credential {
  readonly password: Password;
  readonly identity?: ClientIdentity;
  readonly keep: string | null;
  /** Whose tokens they are, where the password is one. */
  readonly owner: TokenOwner | null;
}

/**
 * The credential of a person by the connection's way of signing in. Asks neither warehouse nor provider; a token is fetched when a
 * link opens. AppError `denied` where only the person can help: `password-needed`, `sign-in-needed`, `key-passphrase-needed`...
 */
export const credentialOf = async (
  client: Client,
  connection: Connection,
  user: string,
  key: ProfileKey,
  given: string | undefined,
): Promise<Credential> => {
  const { tokens, passwords, now } = client.shared;
  const method = signInOf(connection);
  switch (method.kind) {
    case 'password': {
      const password = given ?? (await passwords.find(connection.id, user, key));
      if (password !== null) return { password, keep: password, owner: null };
      throw new AppError('denied', 'password-needed', 'Enter the password of this database login.');
    }
    case 'certificate': {
      const passphrase = given ?? (await passwords.find(connection.id, user, key)) ?? undefined;
      const identity = await readCertificate(method, passphrase, now());
      return { password: '', identity, keep: passphrase ?? null, owner: null };
    }
    case 'oidc': {
      const owner: TokenOwner = { profile: profileName(connection.id, user), key, settings: method };
      const arrived = client.arrived;
      if (arrived?.connection === connection.id && arrived.user === user) {
        client.arrived = null;
        await tokens.keep(owner, arrived.tokens);
      } else if (!(await tokens.has(owner))) throw signInNeeded();
      return { password: (refused) => tokens.accessToken(owner, refused), keep: null, owner };
    }
    default:
      return method satisfies never;
  }
};

/** The authorities of the connection's own file; nothing where this machine's are trusted. */
export const authoritiesOf = async ({ caFile }: Connection): Promise<{ readonly ca?: string }> =>
  caFile === undefined ? {} : { ca: await readPem(caFile, 'caFile') };
