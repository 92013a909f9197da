import {
  allowInsecureRequests,
  type Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
} from 'openid-client';
import { AppError } from '../../../shared/model/failure.ts';
import { isLoopback, type OidcSignIn } from '../../../shared/model/sign-in.ts';
import { mapSignInError } from './failures.ts';

const TIMEOUT_S = 15;

/** The library allows plain http for all addresses or for none; here it is allowed for this machine alone. */
const guardedFetch: CustomFetch = (address, options) => {
  const url = new URL(address);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    throw new AppError(
      'denied',
      'sign-in-not-trusted',
      'The sign-in provider names an address without encryption, which is refused.',
      { details: { host: url.hostname } },
    );
  return fetch(address, options as RequestInit);
};

/**
 * Reads what the provider says of itself. The issuer is pinned: it must call itself exactly what the connection says, and the
 * signature of every ID token is verified with its published keys (which the library does not do unasked).
 */
export const discoverProvider = async (settings: OidcSignIn): Promise<Configuration> => {
  try {
    const server = new URL(settings.issuer);
    const config = await discovery(server, settings.clientId, undefined, None(), {
      execute: [
        enableNonRepudiationChecks,
        ...(server.protocol === 'http:' && isLoopback(server.hostname) ? [allowInsecureRequests] : []),
      ],
      timeout: TIMEOUT_S,
      [customFetch]: guardedFetch,
    });
    // For some providers the library takes an issuer that stands for many tenants.
    if (new URL(config.serverMetadata().issuer).href === server.href) return config;
  } catch (error) {
    throw mapSignInError(error);
  }
  throw new AppError(
    'denied',
    'sign-in-not-trusted',
    'The sign-in provider calls itself by another name than this connection does. Enter the issuer of one tenant exactly.',
    { details: { check: 'issuer' } },
  );
};
