import type { BackendClient } from '../../shared/contract/client.ts';
import { type Connection, type Session, signInOf } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';

/** What a person gave to sign in; secrets live in it only until it is sent. */
export interface SignInRequest {
  readonly connection: Connection;
  /** May be empty where a provider names it. */
  readonly user: string;
  readonly password: string | undefined;
  readonly remember: boolean;
  readonly passphrase: string | undefined;
  /** The provider's claims choose which of its connections is opened. */
  readonly choose?: boolean;
}

/** Shows that the browser is waited for; `wait` runs under a name by which it can be cancelled. */
export interface BrowserWait {
  run<T>(wait: (task: string) => Promise<T>): Promise<T>;
  /** Who signed in there; the session opens as this user. */
  named?(user: string, connection: Connection): void;
}

/**
 * Opens a session in the connection's own way: with what is given or kept, else through the provider in the browser. Rejects with
 * AppError where only the person can help.
 */
export const signIn = async (
  client: BackendClient,
  request: SignInRequest,
  browser: BrowserWait,
): Promise<Session> => {
  const { connection, password, passphrase, remember } = request;
  const open = (user: string, id = connection.id): Promise<Session> =>
    client.call('session.open', {
      connection: id,
      user,
      remember,
      ...(password === undefined ? {} : { password }),
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  const browse = async (): Promise<Session> => {
    const found = await browser.run((task) =>
      client.call('session.browse', {
        task,
        connection: connection.id,
        choose: request.choose ?? false,
        ...(request.user ? { user: request.user } : {}),
      }),
    );
    browser.named?.(found.user, found.connection);
    return open(found.user, found.connection.id);
  };
  if (request.choose) return browse();
  if (signInOf(connection).kind !== 'oidc') return open(request.user);
  if (!request.user) return browse();
  try {
    return await open(request.user);
  } catch (error) {
    // A kept token that the database refuses is as good as none.
    const { code } = AppError.wrap(error);
    if (code === 'sign-in-needed' || code === 'sign-in-refused') return browse();
    throw error;
  }
};
