import pg from 'pg';
import { AppError } from '../../../shared/model/failure.ts';
import { mapError } from './errors.ts';
import { type TlsSettings, tlsOptions } from './tls.ts';

/**
 * What is proven with: a password, or what gives one that holds now (an access token); asked for each time a connection opens.
 * `refused`: the server did not take this one, so another is wanted, where there is one.
 */
export type Password = string | ((refused?: string) => Promise<string>);

/** How one person reaches one database. `timeZone` is an IANA name; `version` is the product's, shown to the server. */
export interface PostgresOptions extends TlsSettings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: Password;
  /** The role to work as (`SET ROLE`), one the login is a member of; `session_user` stays the login. */
  readonly role?: string | undefined;
  readonly timeZone: string;
  readonly version: string;
  readonly applicationName?: string;
}

/** A statement parameter: text, null, or an array of them. The server infers its type. */
export type Parameter = string | null | readonly (string | null)[];

/** Rows as arrays of canonical text or null, in the order of `fields`. */
export interface Answer {
  readonly rows: (string | null)[][];
  readonly fields: string[];
  readonly rowCount: number;
}

/** One person's connections to one database: a few, opened on demand and again after a loss. Everything rejects with AppError. */
export interface Link {
  readonly options: PostgresOptions;
  query(sql: string, params?: readonly Parameter[], doing?: string): Promise<Answer>;
  /**
   * One statement that changes something by itself. Where the link is lost after it was sent, whether it was done is not
   * known: AppError `unavailable` with code `outcome-unknown`, never "failed".
   */
  command(sql: string, params: readonly Parameter[], doing: string): Promise<Answer>;
  /**
   * As `query`, under the rights of the login itself where it works as another role: what concerns its own sessions is refused to
   * that role. It cannot write.
   */
  queryAsLogin(sql: string, params?: readonly Parameter[], doing?: string): Promise<Answer>;
  /** Lends one idle connection, for a transaction or a cursor; what `fn` leaves open is rolled back by closing it. */
  exclusive<T>(fn: (client: pg.Client) => Promise<T>, doing?: string): Promise<T>;
  /** A connection of its own, with the same session settings; the caller ends it and listens to its `error` event. */
  dedicated(config?: { pipeline?: boolean }): Promise<pg.Client>;
  onLost(listener: (message: string) => void): void;
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 4;
const CONNECT_MS = 15_000;
const IDLE_MS = 60_000;
const READ_TIMEOUT_MS = 300_000;
const QUIET_MS = 30_000;
const PING_MS = 5_000;

const raw = (value: string): string => value;
const bool = (value: string): string => (value === 't' ? 'true' : 'false');
// The wire pads char(n) with blanks that are no part of the value (manual 8.3).
const unpadded = (value: string): string => value.replace(/ +$/, '');
const parserOf = (oid: number) =>
  oid === pg.types.builtins.BOOL ? bool : oid === pg.types.builtins.BPCHAR ? unpadded : raw;

/** Every value as canonical text: the driver's own parsers would drop microseconds and make doubles of decimals. */
const TEXT_ONLY = { getTypeParser: parserOf } as unknown as pg.CustomTypesConfig;

const clientConfig = (options: PostgresOptions): pg.ClientConfig => ({
  host: options.host,
  port: options.port,
  database: options.database,
  user: options.user,
  password: options.password,
  ssl: tlsOptions(options),
  types: TEXT_ONLY,
  application_name: options.applicationName ?? `Writ/${options.version}`,
  sslnegotiation: 'postgres',
  client_encoding: 'UTF8',
  connectionTimeoutMillis: CONNECT_MS,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
});

/** A client that takes nothing from PGOPTIONS, PGPASSWORD or ~/.pgpass, which pg reads where a value is empty. */
class OwnClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const inner = this as unknown as { connectionParameters: { options?: string } };
    inner.connectionParameters.options = undefined;
    const { password = '' } = config ?? {};
    // The types know no function here, which the driver calls when the server asks.
    this.password = password as string;
  }
}

/** Set by a statement, not as startup options, which connection poolers refuse. */
const prepareSession = async (
  client: pg.Client,
  { timeZone, role, user }: PostgresOptions,
  timeout: number,
): Promise<void> => {
  const settings: Readonly<Record<string, string>> = {
    DateStyle: 'ISO, YMD',
    IntervalStyle: 'postgres',
    TimeZone: timeZone,
    extra_float_digits: '1',
    bytea_output: 'hex',
    client_encoding: 'UTF8',
    standard_conforming_strings: 'on',
    xmloption: 'content',
    statement_timeout: String(timeout),
    idle_in_transaction_session_timeout: String(READ_TIMEOUT_MS),
  };
  await client.query(
    'select pg_catalog.set_config(name, value, false) from rows from (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) as s(name, value)',
    [Object.keys(settings), Object.values(settings)],
  );
  if (role === undefined) return;
  try {
    await client.query("select pg_catalog.set_config('role', $1, false)", [role]);
  } catch (error) {
    throw roleError(error, user, role);
  }
};

/** Not a member (42501), or no such role (22023). */
const roleError = (error: unknown, user: string, role: string): AppError => {
  const mapped = mapError(error, `Working as "${role}"`);
  const { sqlstate } = mapped.details ?? {};
  if (sqlstate !== '42501' && sqlstate !== '22023') return mapped;
  return new AppError('denied', 'role-refused', `The database does not let "${user}" work as "${role}".`, {
    cause: error,
    details: { role },
  });
};

/** Runs one statement on a client of a link; throws the driver's own error. */
export const runOn = async (
  client: pg.Client,
  sql: string,
  params: readonly Parameter[] = [],
): Promise<Answer> => {
  const result = await client.query<(string | null)[], Parameter[]>({
    text: sql,
    values: [...params],
    rowMode: 'array',
  });
  return {
    rows: result.rows,
    fields: result.fields.map((field) => field.name),
    rowCount: result.rowCount ?? 0,
  };
};

/** Whether a connection that was idle through a loss, or long enough for one (a laptop asleep), still works. */
const answers = async (client: pg.Client): Promise<boolean> => {
  const ignore = () => {};
  client.on('error', ignore);
  let timer: NodeJS.Timeout | undefined;
  try {
    const deadline = new Promise<boolean>((done) => {
      timer = setTimeout(() => done(false), PING_MS);
    });
    return await Promise.race([
      client.query('select').then(
        () => true,
        () => false,
      ),
      deadline,
    ]);
  } finally {
    clearTimeout(timer);
    client.off('error', ignore);
  }
};

const CONNECTING = 'Connecting to the database';
const TOKEN_REFUSED =
  'The sign-in of the provider was refused. Sign in again; if that is refused too, ask the administrator whether this person may come in.';
/** The driver refuses to start a SCRAM exchange without a password, with an error that has no code. */
const connectError = (error: unknown, { password }: PostgresOptions): AppError => {
  const mapped = mapError(error, CONNECTING);
  // Nobody typed a password that could be checked.
  if (typeof password === 'function' && mapped.code === 'sign-in-refused')
    return new AppError('denied', mapped.code, `${CONNECTING} failed. ${TOKEN_REFUSED}`, {
      cause: error,
      ...(mapped.details ? { details: mapped.details } : {}),
    });
  if (password !== '' || mapped.code !== 'connection-lost' || mapped.details) return mapped;
  return new AppError('denied', 'sign-in-refused', `${CONNECTING} failed. The server asks for a password.`, {
    cause: error,
  });
};
const ASKING = 'Asking the database';

const unanswered = (doing: string, cause: unknown): AppError =>
  new AppError(
    'unavailable',
    'outcome-unknown',
    `${doing}: the connection was lost before the answer came, so it may have been done. Look again before repeating it.`,
    { cause },
  );

/** Opens the link with a first connection, so that a wrong password or host is told at once. */
export const connectPostgres = async (options: PostgresOptions): Promise<Link> => {
  const config = clientConfig(options);
  const pool = new pg.Pool({
    ...config,
    Client: OwnClient,
    max: MAX_CONNECTIONS,
    // One idle connection stays, so that a loss is noticed.
    min: 1,
    idleTimeoutMillis: IDLE_MS,
    onConnect: (client: pg.ClientBase) => prepareSession(client as pg.Client, options, READ_TIMEOUT_MS),
  });
  const listeners = new Set<(message: string) => void>();
  const usedAt = new WeakMap<pg.Client, { at: number; losses: number }>();
  let lost = false;
  let losses = 0;
  const lose = (error: unknown): void => {
    losses++;
    // All idle connections break together; one message is enough until one works again.
    if (lost) return;
    lost = true;
    const { message } = mapError(error, 'The connection');
    for (const listener of listeners) listener(message);
  };
  pool.on('error', lose);

  /**
   * Opens with a token that is fetched before the server waits for it: the provider may be slower than the handshake is patient. One
   * that is refused is renewed once: by a clock that was put back it still holds.
   */
  const opening = async <T>(open: () => Promise<T>): Promise<T> => {
    const { password } = options;
    const given = typeof password === 'function' ? await password() : null;
    try {
      return await open();
    } catch (error) {
      const failure = connectError(error, options);
      if (typeof password !== 'function' || given === null || failure.code !== 'sign-in-refused')
        throw failure;
      const other = await password(given).catch((cause: unknown) => {
        throw AppError.wrap(cause).kind === 'denied' ? cause : failure;
      });
      if (other === given) throw failure;
    }
    return open().catch((error: unknown) => {
      throw connectError(error, options);
    });
  };

  const borrow = async (): Promise<pg.PoolClient> => {
    for (;;) {
      const client = await (pool.idleCount === 0 ? opening(() => pool.connect()) : pool.connect()).catch(
        (error: unknown) => {
          throw connectError(error, options);
        },
      );
      const last = usedAt.get(client);
      const doubtful = last && (last.losses < losses || Date.now() - last.at > QUIET_MS);
      if (!doubtful || (await answers(client))) {
        lost = false;
        return client;
      }
      client.release(true);
    }
  };

  const exclusive: Link['exclusive'] = async (fn, doing = ASKING) => {
    const client = await borrow();
    // A socket that breaks while lent out is reported by the query in flight; unheard it would end the process.
    const ignore = () => {};
    client.on('error', ignore);
    try {
      return await fn(client);
    } catch (error) {
      throw mapError(error, doing);
    } finally {
      client.off('error', ignore);
      usedAt.set(client, { at: Date.now(), losses });
      client.release(client.getTransactionStatus() !== 'I');
      stay();
    }
  };

  /** The last connection was closed with what it left open: without another nobody would hear of a loss. */
  const stay = (): void => {
    if (pool.totalCount === 0 && !pool.ending) exclusive(async () => {}).catch(lose);
  };

  const link: Link = {
    options,
    exclusive,
    query: (sql, params, doing = ASKING) =>
      exclusive(async (client) => {
        try {
          return await runOn(client, sql, params);
        } catch (error) {
          throw mapError(error, doing, sql);
        }
      }),
    queryAsLogin: (sql, params, doing = ASKING) =>
      exclusive(async (client) => {
        if (options.role === undefined) return runOn(client, sql, params);
        await client.query('begin read only; set local role none');
        const answer = await runOn(client, sql, params);
        await client.query('commit');
        return answer;
      }, doing),
    command: (sql, params, doing) =>
      exclusive(async (client) => {
        try {
          return await runOn(client, sql, params);
        } catch (error) {
          const failure = mapError(error, doing, sql);
          throw failure.code === 'connection-lost' ? unanswered(doing, error) : failure;
        }
      }),
    dedicated: async (extra = {}) => {
      const open = async (): Promise<pg.Client> => {
        const client = new OwnClient({ ...config, ...extra });
        const ignore = () => {};
        client.on('error', ignore);
        try {
          await client.connect();
          await prepareSession(client, options, 0);
        } catch (error) {
          client.end().catch(ignore);
          throw error;
        }
        return client;
      };
      return opening(open);
    },
    onLost: (listener) => {
      listeners.add(listener);
    },
    close: async () => {
      if (!pool.ending) await pool.end();
    },
  };
  try {
    await exclusive(async () => {});
  } catch (error) {
    await link.close();
    throw error;
  }
  return link;
};
