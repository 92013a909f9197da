import { accessSync, closeSync, constants, copyFileSync, existsSync, openSync, renameSync } from 'node:fs';
import Database from 'better-sqlite3-multiple-ciphers';
import { AppError } from '../../shared/model/failure.ts';
import { type Log, passedOver } from './log-check.ts';

export type Sqlite = Database;

const FULL = 2;

/** Steps from one file format to the next; entry i brings `user_version` from i to i + 1. Never edit one that shipped. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE entry (seq INTEGER PRIMARY KEY, body BLOB NOT NULL);
   CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;`,
  // Entries of batches that wait to be sent: a program that does not know them must not open the file.
  '',
];

/** The format this program writes; raised with a fixture of it (`tests/fixtures/journals`). */
export const JOURNAL_FORMAT = MIGRATIONS.length;

/** The SQLite result code of an error thrown by the driver, or `undefined` for anything else. */
export const sqliteCode = (error: unknown): string | undefined =>
  error instanceof Database.SqliteError ? error.code : undefined;

/** A row of the journal that is not an entry. */
export class UnreadableEntry extends Error {}

/** Transactions of the log that SQLite passes over because what stands before them is damaged. */
export class DamagedLog extends Error {
  /** Null where it is not known any more. */
  readonly transactions: number | null;

  constructor(transactions: number | null) {
    super('Transactions of the log cannot be read');
    this.transactions = transactions;
  }
}

/** The file is not what was written there (or the key is not the one it was written with). */
export const isDamage = (error: unknown): boolean => {
  if (error instanceof UnreadableEntry || error instanceof DamagedLog) return true;
  const code = sqliteCode(error);
  return code !== undefined && (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB');
};

const REFUSALS: readonly (readonly [prefix: string, code: string, message: string])[] = [
  [
    'SQLITE_FULL',
    'journal-disk-full',
    'The disk is full, so the change was not kept. Free some space and try again.',
  ],
  ['SQLITE_READONLY', 'journal-read-only', 'The data folder is read-only, so the change was not kept.'],
  [
    'SQLITE_IOERR',
    'journal-io',
    'The disk reported an error, so the change was not kept. Check the disk and restart.',
  ],
  ['SQLITE_CANTOPEN', 'journal-cannot-open', 'The journal of edits cannot be opened. Check the data folder.'],
  [
    'SQLITE_BUSY',
    'journal-in-use',
    'The journal of edits is in use by another running copy. Close that one first.',
  ],
  [
    'SQLITE_CORRUPT',
    'journal-damaged',
    'The journal of edits is damaged. Restart to recover what can be read.',
  ],
  [
    'SQLITE_NOTADB',
    'journal-damaged',
    'The journal of edits is damaged. Restart to recover what can be read.',
  ],
];

/** Errors of the file system around the database, as the result codes SQLite has for them. */
const SYSTEM_CODES: Readonly<Record<string, string>> = {
  ENOSPC: 'SQLITE_FULL',
  EDQUOT: 'SQLITE_FULL',
  EROFS: 'SQLITE_READONLY',
  EACCES: 'SQLITE_READONLY',
  EPERM: 'SQLITE_READONLY',
  EIO: 'SQLITE_IOERR',
  ENOENT: 'SQLITE_CANTOPEN',
  ENOTDIR: 'SQLITE_CANTOPEN',
  EISDIR: 'SQLITE_CANTOPEN',
};

const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'syscall' in error && 'code' in error
    ? SYSTEM_CODES[String(error.code)]
    : undefined;

/** An error of driver or file system as AppError `unavailable`, by its code; other errors as they are. */
export const journalFailure = (error: unknown): unknown => {
  const code = sqliteCode(error) ?? systemCode(error);
  if (code === undefined) return error;
  const [, name, message] = REFUSALS.find(([prefix]) => code.startsWith(prefix)) ?? [
    '',
    'journal-unavailable',
    'The journal of edits cannot be used, so the change was not kept.',
  ];
  return new AppError('unavailable', name, message, { details: { sqlite: code }, cause: error });
};

/**
 * Opens or creates the encrypted file and takes it for this process alone: an OS lock that ends with the process.
 * SQLCipher 4 pages with a raw 32-byte key (no key derivation). `damaged` reads what can be read of a damaged file.
 * Throws the driver's errors as they are.
 */
export const openDatabase = (file: string, key: Buffer, options: { damaged?: boolean } = {}): Sqlite => {
  // For the owner alone; SQLite gives its side files the same mode. A file that is there must not be opened here:
  // closing any descriptor of it drops the lock another opening in this process may hold (fcntl locks).
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  // SQLite would fall back to reading only and fail later with an unclear code.
  accessSync(file, constants.R_OK | constants.W_OK);
  const db = new Database(file, { timeout: 0 });
  try {
    db.pragma(`cipher='sqlcipher'`);
    db.pragma('legacy=4');
    db.key(Buffer.from(`x'${key.toString('hex')}'`, 'latin1'));
    db.pragma('locking_mode=EXCLUSIVE');
    // Temporary files of SQLite are not encrypted.
    db.pragma('temp_store=MEMORY');
    if (options.damaged) {
      // Reads on although the file is shorter than its header says.
      db.unsafeMode(true);
      db.pragma('writable_schema=ON');
    }
    // The first read decrypts page 1 and takes the lock.
    db.pragma('schema_version');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

/** Where a damaged log is kept until the journal is put aside: closing the file would remove it. */
export const damagedLogOf = (file: string): string => `${file}-wal-damaged`;

/** Compares the log as it lay in the file with what SQLite takes of it, before anything is written; throws DamagedLog. */
export const checkLog = (db: Sqlite, file: string, log: Log | null): void => {
  if (!log) return;
  const [row] = db.pragma('wal_checkpoint(PASSIVE)') as readonly { readonly log: number }[];
  const lost = passedOver(log, Math.max(0, row?.log ?? 0));
  if (lost === 0) return;
  // Cut off in the middle, a copy would be taken for the log as it was found.
  copyFileSync(`${file}-wal`, `${damagedLogOf(file)}-new`);
  renameSync(`${damagedLogOf(file)}-new`, damagedLogOf(file));
  throw new DamagedLog(lost);
};

/** WAL with a flush of every commit, read back: a file system that cannot do it is refused. */
export const makeDurable = (db: Sqlite): void => {
  const mode = db.pragma('journal_mode=WAL', { simple: true });
  db.pragma('synchronous=FULL');
  // Without it, macOS answers before the drive has written.
  db.pragma('fullfsync=ON');
  const sync = db.pragma('synchronous', { simple: true });
  if (mode !== 'wal' || sync !== FULL) {
    throw new AppError(
      'unavailable',
      'journal-not-durable',
      'The data folder cannot keep edits safely (no write-ahead log). Choose a local disk.',
      { details: { mode, sync } },
    );
  }
};

/** Brings the file to this version's format; a file of a later version is refused untouched. */
export const migrate = (db: Sqlite): void => {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version > MIGRATIONS.length) {
    throw new AppError(
      'unavailable',
      'journal-newer',
      'The journal of edits was written by a newer version. Update Writ to open it.',
      { details: { version, known: MIGRATIONS.length } },
    );
  }
  if (version === MIGRATIONS.length) return;
  db.transaction(() => {
    for (const sql of MIGRATIONS.slice(version)) db.exec(sql);
    db.pragma(`user_version=${MIGRATIONS.length}`);
  })();
};
