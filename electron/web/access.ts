import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Who may speak to the web host: exact authorities and origins, one token for one exchange, then a cookie. */
export interface Access {
  /** A refusal (HTTP status and reason), or null when Host, Origin and fetch metadata are those of the page itself. */
  refusal(headers: IncomingHttpHeaders): { readonly status: number; readonly reason: string } | null;
  /** The browser presents the cookie given for the token. */
  signedIn(headers: IncomingHttpHeaders): boolean;
  /** The Set-Cookie value for a right token; null when it is wrong or was used. */
  exchange(token: string): string | null;
  /** Makes a new one-time token, replacing one that was not used. */
  issue(): string;
}

export interface AccessOptions {
  /** Allowed `host:port` values; anything else is DNS rebinding. */
  readonly hosts: readonly string[];
  readonly origins: readonly string[];
  /** Cookies do not tell ports apart, so the port is in the name. */
  readonly cookieName: string;
  /** The page is reached over TLS. */
  readonly secure: boolean;
  readonly randomBytes: (size: number) => Uint8Array;
}

const SECRET_BYTES = 32;

export const createAccess = (options: AccessOptions): Access => {
  const secret = (): string => Buffer.from(options.randomBytes(SECRET_BYTES)).toString('base64url');
  const session = secret();
  let token: string | null = null;
  return {
    refusal: (headers) => {
      if (!options.hosts.includes(headers.host ?? '')) return { status: 421, reason: 'unexpected host' };
      const { origin } = headers;
      if (origin !== undefined && !options.origins.includes(origin)) {
        return { status: 403, reason: 'unexpected origin' };
      }
      const site = headers['sec-fetch-site'];
      const navigation = headers['sec-fetch-mode'] === 'navigate';
      if (site !== undefined && site !== 'same-origin' && site !== 'none' && !navigation) {
        return { status: 403, reason: 'request from another site' };
      }
      return null;
    },
    signedIn: (headers) => {
      const cookie = cookieValue(headers.cookie, options.cookieName);
      return cookie !== null && sameText(cookie, session);
    },
    exchange: (offered) => {
      if (token === null || !sameText(offered, token)) return null;
      token = null;
      const flags = `HttpOnly; SameSite=Strict; Path=/${options.secure ? '; Secure' : ''}`;
      return `${options.cookieName}=${session}; ${flags}`;
    },
    issue: () => {
      token = secret();
      return token;
    },
  };
};

const cookieValue = (header: string | undefined, name: string): string | null => {
  for (const part of header?.split(';') ?? []) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value !== undefined) return value;
  }
  return null;
};

/** Hashing first makes lengths equal, as timingSafeEqual wants. */
const sameText = (a: string, b: string): boolean => {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
};
