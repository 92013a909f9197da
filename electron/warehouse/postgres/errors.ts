import { DatabaseError } from 'pg';
import { AppError, type FailureKind } from '../../../shared/model/failure.ts';

type Shape = readonly [kind: FailureKind, code: string, advice: string];

const UNREACHABLE: Shape = [
  'unavailable',
  'connection-lost',
  'The database cannot be reached. Check the network and that the server runs, then try again.',
];
const RETRY = 'Another transaction was in the way. Try again.';

/** SQLSTATE -> what it asks of the person (PostgreSQL manual, appendix A). Exact codes first, then two-character classes. */
const SHAPES: Readonly<Record<string, Shape>> = {
  '28P01': ['denied', 'sign-in-refused', 'The user name or password was refused. Check both and try again.'],
  '28000': [
    'denied',
    'sign-in-refused',
    'The server refuses this sign-in. Check the user name and password.',
  ],
  '3D000': ['unavailable', 'database-missing', 'The database does not exist. Check its name.'],
  '42501': [
    'denied',
    'not-permitted',
    'The database does not permit it. Ask its administrator for the right.',
  ],
  '25006': ['denied', 'read-only', 'The database accepts no changes at present.'],
  '42P01': ['conflict', 'table-missing', 'The table is gone or was renamed. Refresh the list of tables.'],
  '3F000': ['conflict', 'table-missing', 'The schema is gone or was renamed. Refresh the list of tables.'],
  '42703': ['conflict', 'column-missing', 'A column is gone or was renamed. Open the sheet again.'],
  '42704': ['conflict', 'type-missing', 'A type is gone or was renamed. Open the sheet again.'],
  '23502': ['invalid', 'value-required', 'A required value is empty. Fill it in.'],
  '23503': [
    'invalid',
    'reference-missing',
    'A value refers to a row that does not exist, or is still referred to.',
  ],
  '23505': ['invalid', 'value-taken', 'A value that must be unique is taken already.'],
  '23514': ['invalid', 'check-failed', 'A value breaks a rule of the table.'],
  '23P01': ['invalid', 'value-overlaps', 'A value overlaps that of another row.'],
  '40001': ['conflict', 'serialization', RETRY],
  '40P01': ['conflict', 'deadlock', RETRY],
  '55P03': ['conflict', 'locked', 'The rows are locked by another transaction. Try again.'],
  '57014': ['cancelled', 'cancelled', 'It was cancelled or took too long.'],
  '57P01': UNREACHABLE,
  '57P02': UNREACHABLE,
  '57P03': ['unavailable', 'starting', 'The database is starting or stopping. Try again in a moment.'],
  '25P03': ['unavailable', 'transaction-expired', 'The transaction waited too long. Try again.'],
  '53300': ['unavailable', 'too-many-connections', 'The server has no free connection. Try again later.'],
  WR001: ['conflict', 'batch-id-taken', 'This batch id names another batch.'],
  WR101: ['denied', 'approval-needed', 'Changes of this table have to be approved. Submit them for review.'],
  WR102: ['denied', 'may-not-decide', 'This person may not decide about the batch.'],
  WR103: ['conflict', 'approval-stale', 'The approval holds no longer. Submit the batch again.'],
  WR104: [
    'denied',
    'not-as-approved',
    'What would be written differs from what was submitted; a trigger of the table may change it. Nothing was written.',
  ],
  WR105: ['conflict', 'review-moved', 'The batch does not allow this any more. Look at it again.'],
  WR106: ['conflict', 'payload-differs', 'The batch is not the one that was looked at. Look at it again.'],
  WR107: [
    'denied',
    'login-shared',
    'This login is used by several persons, so an approval would prove nothing. Sign in with an own one.',
  ],
  WR108: ['bug', 'rehearsal-committed', 'A rehearsal cannot be committed.'],
  WR201: ['denied', 'period-closed', 'The period is closed.'],
  WR202: ['denied', 'may-not-close', 'This sign-in may not close or reopen periods of this calendar.'],
  WR203: ['conflict', 'period-moved', 'The period is not in a state that allows it. Read the periods again.'],
  WR301: ['conflict', 'governance-behind', 'A column that governance needs was removed.'],
  WR204: ['conflict', 'commit-needed', 'The period closes at a set time; end the transaction with COMMIT.'],
  P0001: ['invalid', 'refused-by-database', 'The database refused it.'],
};
const CLASSES: Readonly<Record<string, Shape>> = {
  '08': UNREACHABLE,
  '22': ['invalid', 'value-invalid', 'A value does not fit its column.'],
  '23': ['invalid', 'constraint-failed', 'A value breaks a rule of the table.'],
  '28': ['denied', 'sign-in-refused', 'The server refuses this sign-in.'],
  '40': ['conflict', 'rolled-back', RETRY],
  '53': ['unavailable', 'out-of-resources', 'The server is out of space, memory or connections.'],
  '54': ['invalid', 'too-large', 'A value or a row is larger than the database allows.'],
  '57': UNREACHABLE,
  '58': ['unavailable', 'server-trouble', 'The server reports trouble with its storage.'],
};

const CERTIFICATE =
  /^(CERT_|ERR_TLS_CERT|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/;
/** Alerts of RFC 8446, 6.2 by which a server turns down the certificate of this side. */
const OWN_CERTIFICATE =
  /^ERR_SSL_.*ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|ACCESS_DENIED)$/;
const NETWORK = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ECONNABORTED'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'ENETDOWN', 'EHOSTDOWN', 'EADDRNOTAVAIL', 'EACCES', 'ENOENT', 'EPROTO'],
]);

/**
 * Any error of the driver as an AppError, by SQLSTATE or node's code, never by its text. `doing` opens the message
 * ("Reading plan.line"); `sql` lets a missing column or table be named. Cell values never enter message or details.
 */
export const mapError = (error: unknown, doing: string, sql?: string): AppError => {
  if (error instanceof AppError) return error;
  if (error instanceof DatabaseError) return mapDatabaseError(error, doing, sql);
  const code = nodeCode(error);
  if (code !== null && CERTIFICATE.test(code))
    return new AppError(
      'unavailable',
      'certificate-refused',
      `${doing} failed. The server's certificate is not trusted for this host (${code}). Check the host name or the certificate.`,
      { cause: error, details: { code } },
    );
  if (code !== null && OWN_CERTIFICATE.test(code))
    return new AppError(
      'denied',
      'certificate-not-accepted',
      `${doing} failed. The server does not accept the client certificate (${code}). Choose another or ask the administrator.`,
      { cause: error, details: { code } },
    );
  // pg reports a socket that closed under it as a bare Error without any code.
  const bare = error instanceof Error && error.constructor === Error && code === null;
  if (bare || (code !== null && (NETWORK.has(code) || code.startsWith('ERR_SSL'))))
    return new AppError(UNREACHABLE[0], UNREACHABLE[1], `${doing} failed. ${UNREACHABLE[2]}`, {
      cause: error,
      ...(code === null ? {} : { details: { code } }),
    });
  return AppError.wrap(error);
};

const nodeCode = (error: unknown): string | null => {
  if (error instanceof AggregateError) return nodeCode(error.errors[0]);
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
};

const mapDatabaseError = (error: DatabaseError, doing: string, sql: string | undefined): AppError => {
  const state = error.code ?? '';
  const shape = SHAPES[state] ?? CLASSES[state.slice(0, 2)];
  const details: Record<string, string> = { sqlstate: state };
  for (const field of ['schema', 'table', 'column', 'constraint'] as const) {
    const value = error[field];
    if (value) details[field] = value;
  }
  const named = identifierAt(sql, error.position);
  if (named && state === '42703') details.column ??= named;
  if (named && state === '42P01') details.table ??= named;
  if (!shape)
    return new AppError('bug', `sqlstate-${state.toLowerCase()}`, `${doing} failed (SQLSTATE ${state}).`, {
      details,
      cause: error,
    });
  const [kind, code, advice] = shape;
  // What a trigger raises is written for people; the server's other texts may quote a cell.
  const text = state === 'P0001' || state === 'WR201' || state === 'WR301' ? error.message : advice;
  return new AppError(kind, code, `${doing} failed. ${text}${place(details)}`, { details, cause: error });
};

const place = (details: Readonly<Record<string, string>>): string => {
  const parts = (['constraint', 'column', 'table'] as const).flatMap((field) =>
    details[field] ? [`${field} "${details[field]}"`] : [],
  );
  return parts.length ? ` (${parts.join(', ')})` : '';
};

/** The last part of the (possibly qualified, quoted) name at a 1-based position of a statement, or null. */
const identifierAt = (sql: string | undefined, position: string | undefined): string | null => {
  if (!sql || !position) return null;
  // The server counts characters, JavaScript UTF-16 units.
  const rest = [...sql].slice(Number(position) - 1).join('');
  const name = /^(?:"(?:[^"]|"")*"|[\w$]+)(?:\.(?:"(?:[^"]|"")*"|[\w$]+))*/.exec(rest)?.[0];
  const last = name ? /(?:"((?:[^"]|"")*)"|([\w$]+))$/.exec(name) : null;
  return last ? (last[1]?.replaceAll('""', '"') ?? last[2] ?? null) : null;
};
