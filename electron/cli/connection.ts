import { readFileSync } from 'node:fs';
import { AppError } from '../../shared/model/failure.ts';
import type { PostgresOptions } from '../warehouse/postgres/connect.ts';
import type { Terminal, Values } from './command.ts';

/** Options every command takes. The password is none of them: arguments can be seen by everybody on the machine. */
export const CONNECTION_OPTIONS = {
  connection: { type: 'string' },
  'password-stdin': { type: 'boolean' },
} as const;

const TLS = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);

const invalid = (message: string): AppError => new AppError('invalid', 'bad-connection', message);

const urlOf = (text: string): URL => {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw invalid('--connection takes a URL such as postgres://user@host:5432/database.');
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    throw invalid('--connection takes a URL that begins with postgres://.');
  if (url.password !== '')
    throw invalid(
      'A password does not belong in the arguments. Leave it out; set PGPASSWORD, use --password-stdin, or type it when asked.',
    );
  return url;
};

const tlsOf = (wanted: string | undefined, host: string): PostgresOptions['tls'] => {
  if (wanted === undefined || wanted === '')
    return LOOPBACK.has(host) || host.startsWith('/') ? 'disable' : 'verify-full';
  const known = TLS.find((each) => each === wanted);
  if (!known) throw invalid(`sslmode is one of ${TLS.join(', ')}.`);
  return known;
};

/** How to reach the database: the URL of `--connection`, and PGHOST, PGPORT, PGDATABASE, PGUSER, PGSSLMODE for what it leaves out. */
export const connectionOf = async (values: Values, terminal: Terminal): Promise<PostgresOptions> => {
  const { env } = terminal;
  const url = typeof values.connection === 'string' ? urlOf(values.connection) : null;
  const host = decodeURIComponent(url?.hostname || '') || env.PGHOST || 'localhost';
  const port = Number(url?.port || env.PGPORT || '5432');
  const user = decodeURIComponent(url?.username || '') || env.PGUSER || '';
  const database = decodeURIComponent(url?.pathname.slice(1) || '') || env.PGDATABASE || user;
  if (user === '') throw invalid('Who signs in? Name the user in --connection or PGUSER.');
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw invalid('The port is a number up to 65535.');
  const tls = tlsOf(url?.searchParams.get('sslmode') ?? env.PGSSLMODE, host);
  return {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port,
    user,
    database,
    tls,
    password: await passwordOf(user, values, terminal),
    timeZone: 'UTC',
    version: version(),
  };
};

const passwordOf = async (user: string, values: Values, terminal: Terminal): Promise<string> => {
  if (values['password-stdin'] === true) return terminal.firstLine();
  if (terminal.env.PGPASSWORD !== undefined) return terminal.env.PGPASSWORD;
  return terminal.interactive ? terminal.ask(`Password of ${user}: `, true) : '';
};

const version = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};
