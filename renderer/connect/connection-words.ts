import {
  type Connection,
  isOnThisMachine,
  signInOf,
  type TestedStep,
} from '../../shared/model/connection.ts';
import type { SignInMethod } from '../../shared/model/sign-in.ts';

/** Ways of encrypting, the safest first, with what each is good for. */
export const TLS_CHOICES: readonly (readonly [Connection['tls'], string])[] = [
  ['verify-full', 'Verified: the server proves its name'],
  ['verify-ca', 'Verified authority: any name it signed'],
  ['require', 'Encrypted, not verified: only where the network is trusted'],
  ['disable', 'Not encrypted: only on this machine'],
];

export const SIGN_IN_CHOICES: readonly (readonly [SignInMethod['kind'], string])[] = [
  ['password', 'Password'],
  ['oidc', 'Sign-in provider: its access token is the password'],
  ['certificate', 'Client certificate'],
];

const SIGN_IN_SHORT: Readonly<Record<SignInMethod['kind'], string>> = {
  password: 'Password',
  oidc: 'Sign-in provider',
  certificate: 'Client certificate',
};

const TLS_SHORT: Readonly<Record<Connection['tls'], string>> = {
  'verify-full': 'verified',
  'verify-ca': 'verified authority',
  require: 'encrypted, not verified',
  disable: 'not encrypted',
};

/** Where a connection leads, in one line. */
export const placeOf = ({ user, host, port, database }: Connection): string =>
  `${user ? `${user} at ` : ''}${host}:${port}/${database}`;

/** How it signs in and what protects it. */
export const safetyOf = (connection: Connection): string =>
  `${SIGN_IN_SHORT[signInOf(connection).kind]}, ${TLS_SHORT[connection.tls]}`;

/** The encryption proposed for a host nobody has chosen one for. */
export const proposedTls = (host: string): Connection['tls'] =>
  isOnThisMachine(host) ? 'disable' : 'verify-full';

export const STEP_NAMES: Readonly<Record<TestedStep['name'], string>> = {
  dns: 'Name',
  network: 'Network',
  tls: 'Encryption',
  'sign-in': 'Sign-in',
  role: 'Role',
  governance: 'Governance',
};

/** Failures that the field of this name can mend. */
const FIELDS: Readonly<Record<string, string>> = {
  'sign-in-refused': 'secret',
  'password-needed': 'secret',
  'key-passphrase-needed': 'secret',
  'key-passphrase-wrong': 'secret',
  'user-needed': 'user',
  'database-missing': 'database',
  'tls-needed': 'tls',
  'tls-unverified': 'tls',
  'certificate-refused': 'tls',
  'certificate-mismatch': 'keyFile',
  'key-file-open': 'keyFile',
  'certificate-expired': 'certFile',
  'keychain-absent': 'passphrase',
  'keychain-refused': 'passphrase',
  'passphrase-needed': 'passphrase',
  'passphrase-wrong': 'passphrase',
  'passphrase-short': 'passphrase',
};

/** The field of the form a failure belongs to; null: to the form as a whole. */
export const fieldOf = (
  {
    code,
    details,
  }: { readonly code: string; readonly details?: Readonly<Record<string, unknown>> | undefined },
  method: SignInMethod['kind'],
): string | null => {
  if (code === 'certificate-file' && typeof details?.field === 'string') return details.field;
  const field = FIELDS[code] ?? null;
  // Who signs in at a provider has no secret to mend here.
  return field === 'secret' && method === 'oidc' ? null : field;
};
