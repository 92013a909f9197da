import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { type OidcSignIn, oidcSignIn } from '../../shared/model/sign-in.ts';

/** The JSON body of an answer on its way from the provider; what is given back is sent instead. */
export type Tamper = (path: string, body: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** A real OpenID Connect provider on loopback that lets `account` in unasked. */
export interface IdentityProvider {
  readonly issuer: string;
  readonly settings: OidcSignIn;
  /** Private part of the one signing key, and its `kid`. */
  readonly signingKey: { readonly key: KeyObject; readonly kid: string };
  /** Who the next sign-in is. */
  account: string;
  /** What the claim `groups` says of that account; empty: the claim is absent. */
  groups: readonly string[];
  tamper: Tamper | null;
  /** Runs before a token is handed out, which waits for it. */
  onToken: ((accessToken: string) => Promise<void>) | null;
  /** Answers every request of this path with an error, as a provider in trouble does. */
  broken: string | null;
  /** Bodies of requests to the token endpoint so far. */
  readonly tokenCalls: readonly URLSearchParams[];
  /** Every secret given out so far: tokens and codes. */
  readonly given: ReadonlySet<string>;
  /** The account an access token is good for; null for one that expired, was revoked or never was. */
  accountOf(accessToken: string): Promise<string | null>;
  /** Ends every sign-in there is: refresh tokens given so far work no more. */
  endSignIns(): Promise<void>;
  stop(): Promise<void>;
}

export interface ProviderOptions {
  /** Seconds an access token lives. */
  readonly accessTokenTtl?: number;
  /** Path at which the provider has no metadata or endpoint. */
  readonly revocation?: boolean;
}

const CLIENT = 'writ-desktop';

export const startIdentityProvider = async (options: ProviderOptions = {}): Promise<IdentityProvider> => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = 'first';
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT,
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    claims: { openid: ['sub'], profile: ['preferred_username', 'db_user', 'groups'] },
    conformIdTokenClaims: false,
    scopes: ['openid', 'profile'],
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: options.revocation ?? true },
      rpInitiatedLogout: { enabled: false },
    },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    ttl: {
      AccessToken: options.accessTokenTtl ?? 3_600,
      ...{
        AuthorizationCode: 60,
        Grant: 7_200,
        IdToken: 600,
        Interaction: 600,
        RefreshToken: 7_200,
        Session: 7_200,
      },
    },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({
        ...{ sub, preferred_username: sub, db_user: `${sub}_db` },
        ...(state.groups.length > 0 ? { groups: state.groups } : {}),
      }),
    }),
    loadExistingGrant: async ({ oidc }: import('oidc-provider').Context) => {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client.clientId,
        accountId: oidc.session.accountId,
      });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
  });
  const handle = provider.callback();
  const tokenCalls: URLSearchParams[] = [];
  const given = new Set<string>();
  const state: IdentityProvider = {
    issuer,
    settings: oidcSignIn.parse({ kind: 'oidc', issuer, clientId: CLIENT, scopes: ['openid', 'profile'] }),
    signingKey: { key: privateKey, kid },
    account: 'ann',
    groups: [],
    tamper: null,
    onToken: null,
    broken: null,
    tokenCalls,
    given,
    endSignIns: async () => {
      for (const token of given)
        await fetch(`${issuer}/token/revocation`, {
          method: 'POST',
          body: new URLSearchParams({ client_id: CLIENT, token, token_type_hint: 'refresh_token' }),
        });
    },
    accountOf: async (token) => (await provider.AccessToken.find(token))?.accountId ?? null,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? '/', issuer).pathname;
    if (path === state.broken) {
      response.writeHead(503).end();
      return;
    }
    if (path.startsWith('/interaction/')) {
      // A native client needs consent each time, as nothing else tells its answers from another program's.
      const result = { login: { accountId: state.account }, consent: {} };
      void provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
      return;
    }
    if (path === '/token') {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => tokenCalls.push(new URLSearchParams(Buffer.concat(chunks).toString())));
    }
    rewrite(response, async (body) => {
      const sent = state.tamper?.(path, body) ?? body;
      if (path === '/token')
        for (const name of ['access_token', 'refresh_token', 'id_token'])
          if (typeof sent[name] === 'string') given.add(sent[name]);
      if (path === '/token' && typeof sent.access_token === 'string')
        await state.onToken?.(sent.access_token);
      return sent;
    });
    handle(request, response);
  });
  return state;
};

/** Changes a JSON answer as it is sent. */
const rewrite = (
  response: ServerResponse,
  change: (body: Record<string, unknown>) => Promise<Readonly<Record<string, unknown>>>,
): void => {
  const end = response.end.bind(response) as (body?: string | Buffer) => ServerResponse;
  response.end = ((body?: string | Buffer) => {
    if (body === undefined || !String(response.getHeader('content-type')).includes('json')) return end(body);
    void change(JSON.parse(body.toString())).then((changed) => {
      const text = JSON.stringify(changed);
      response.setHeader('Content-Length', Buffer.byteLength(text));
      end(text);
    });
    return response;
  }) as typeof response.end;
};

/** An ID token with other claims or header than the provider would give it. `key` null: algorithm "none". */
export const forge = (
  claims: Readonly<Record<string, unknown>>,
  { key, kid, alg = 'RS256' }: { key: KeyObject | null; kid?: string | undefined; alg?: string },
): string => {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${part({ alg: key ? alg : 'none', ...(kid === undefined ? {} : { kid }) })}.${part(claims)}`;
  return `${head}.${key ? sign('sha256', Buffer.from(head), key).toString('base64url') : ''}`;
};

/** The claims of a token, unchecked. */
export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
