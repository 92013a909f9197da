import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';
import { AppError } from '../../shared/model/failure.ts';

/** Where the migrations lie when nothing else is said: next to this file, in `sql/`; what undoes each, in `sql/undo/`. */
export const SQL_FOLDER = new URL('./sql/', import.meta.url);

/** One version of schema `writ`: a file `NNN-name.sql` and the file of the same name in `undo/`. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly undo: string;
  /** SHA-256 of the file, whatever line ends a checkout gave it. */
  readonly checksum: string;
}

/** A version a database holds. */
export interface InstalledVersion {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  readonly at: string;
  readonly by: string;
}

/** The SHA-256 by which a file is known once it was run. */
export const checksumOf = (sql: string): string =>
  createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex');

/** All versions this program brings, oldest first. Throws AppError `bug` where files are missing. */
export const readMigrations = async (folder: URL = SQL_FOLDER): Promise<readonly Migration[]> => {
  const files = (await readdir(folder)).filter((file) => /^\d{3}-.*\.sql$/.test(file)).sort();
  if (files.length === 0)
    throw new AppError('bug', 'migrations-missing', 'The SQL of schema writ is missing from this program.');
  return Promise.all(
    files.map(async (file) => {
      const sql = await readFile(new URL(file, folder), 'utf8');
      return {
        version: Number(file.slice(0, 3)),
        name: file.slice(4, -'.sql'.length),
        sql,
        undo: await readFile(new URL(`undo/${file}`, folder), 'utf8'),
        checksum: checksumOf(sql),
      };
    }),
  );
};

/** What a database holds of schema `writ`, oldest first; empty where it is not installed. */
export const installedVersions = async (client: pg.Client): Promise<readonly InstalledVersion[]> => {
  const known = await client.query(
    `select exists (select from pg_catalog.pg_attribute where attrelid = pg_catalog.to_regclass('writ.migration')
       and attname = 'checksum')::text as there, (pg_catalog.to_regnamespace('writ') is not null)::text as schema`,
  );
  if (known.rows[0]?.there !== 'true') {
    if (known.rows[0]?.schema !== 'true') return [];
    throw new AppError(
      'conflict',
      'schema-not-ours',
      'This database has a schema named writ that no released version installed. Rename or remove it, then install again.',
    );
  }
  const { rows } = await client.query<Omit<InstalledVersion, 'version'> & { readonly version: string }>(
    `select version::text, name, checksum, applied_at::text as at, applied_by as by from writ.migration m order by m.version`,
  );
  return rows.map((row) => ({ ...row, version: Number(row.version) }));
};

/**
 * Versions still to be run. Throws AppError `conflict` where the database holds a version that differs from this program's, or
 * one it does not know.
 */
export const missingVersions = (
  migrations: readonly Migration[],
  installed: readonly InstalledVersion[],
): readonly Migration[] => {
  const shipped = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const { version, name, checksum } of installed) {
    const ours = shipped.get(version);
    if (ours === undefined)
      throw new AppError(
        'conflict',
        'schema-newer',
        `Schema writ on this database has version ${version} (${name}), which this program does not know. Update the program.`,
      );
    if (ours.checksum !== checksum)
      throw new AppError(
        'conflict',
        'schema-differs',
        `Version ${version} of schema writ (${name}) on this database differs from the one this program brings. It is left as it is.`,
      );
  }
  const there = new Set(installed.map(({ version }) => version));
  return migrations.filter(({ version }) => !there.has(version));
};
