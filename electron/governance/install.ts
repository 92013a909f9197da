import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';
import { AppError } from '../../shared/model/failure.ts';

/** Where the migrations lie when nothing else is said: next to this file, in `sql/`. */
export const SQL_FOLDER = new URL('./sql/', import.meta.url);

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

const readMigrations = async (folder: URL): Promise<readonly Migration[]> => {
  const files = (await readdir(folder)).filter((file) => /^\d{3}-.*\.sql$/.test(file)).sort();
  return Promise.all(
    files.map(async (file) => ({
      version: Number(file.slice(0, 3)),
      name: file.slice(4, -'.sql'.length),
      sql: await readFile(new URL(file, folder), 'utf8'),
    })),
  );
};

const installedVersions = async (client: pg.Client): Promise<ReadonlySet<number>> => {
  const known = await client.query(`select pg_catalog.to_regclass('writ.migration')::text as there`);
  if (known.rows[0]?.there == null) return new Set();
  const { rows } = await client.query<{ version: number }>('select version from writ.migration');
  return new Set(rows.map(({ version }) => version));
};

/**
 * Installs schema `writ` or brings it to the newest version, in one transaction; a second call does nothing. The
 * client signs in as an administrator who may create schemas and owns the schema afterwards.
 */
export const installGovernance = async (client: pg.Client, folder: URL = SQL_FOLDER): Promise<void> => {
  const migrations = await readMigrations(folder);
  if (migrations.length === 0)
    throw new AppError('bug', 'migrations-missing', 'The SQL of schema writ is missing from this program.');
  await client.query('begin');
  try {
    // Two installers at once would both find nothing; the second waits here and then finds the first one's work.
    await client.query(`select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('writ.migration'))`);
    const installed = await installedVersions(client);
    for (const { version, name, sql } of migrations) {
      if (installed.has(version)) continue;
      await client.query(sql);
      await client.query('insert into writ.migration (version, name) values ($1, $2)', [version, name]);
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
};

/** A table to audit and the columns that name its rows, unique and not null. */
export interface GovernedTable {
  readonly schema: string;
  readonly table: string;
  readonly key: readonly string[];
}

const relationOf = (client: pg.Client, table: Pick<GovernedTable, 'schema' | 'table'>): string =>
  `${client.escapeIdentifier(table.schema)}.${client.escapeIdentifier(table.table)}`;

/** Audits every change of the table from now on; called again, it follows changed columns. */
export const governTable = async (client: pg.Client, table: GovernedTable): Promise<void> => {
  await client.query('select writ.govern($1::regclass, $2::text[])', [relationOf(client, table), table.key]);
};

/** Ends the audit of a table; what was recorded stays. */
export const ungovernTable = async (
  client: pg.Client,
  table: Pick<GovernedTable, 'schema' | 'table'>,
): Promise<void> => {
  await client.query('select writ.ungovern($1::regclass)', [relationOf(client, table)]);
};

/** Lets a role write batches and read the history of what it may read; rights on tables stay as they are. */
export const grantUse = async (client: pg.Client, role: string): Promise<void> => {
  await client.query('select writ.grant_use($1::name)', [role]);
  await client.query('select writ.grant_approval($1::name)', [role]);
  await client.query('select writ.grant_comments($1::name)', [role]);
  await client.query('select writ.grant_periods($1::name)', [role]);
};

/** Lets a role set the policies of governed tables, and declare logins that several persons share. */
export const grantPolicies = async (client: pg.Client, role: string): Promise<void> => {
  await client.query('select writ.grant_policies($1::name)', [role]);
};
