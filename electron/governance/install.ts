import type pg from 'pg';
import { installedVersions, missingVersions, readMigrations, SQL_FOLDER } from './migrations.ts';

/**
 * Installs schema `writ` or brings it to the newest version, in one transaction; a second call does nothing. The
 * client signs in as an administrator who may create schemas and owns the schema afterwards.
 */
export const installGovernance = async (client: pg.Client, folder: URL = SQL_FOLDER): Promise<void> => {
  const migrations = await readMigrations(folder);
  await client.query('begin; set local search_path = pg_catalog, pg_temp');
  try {
    // Two installers at once would both find nothing; the second waits here and then finds the first one's work.
    await client.query(`select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('writ.migration'))`);
    for (const { version, name, sql, checksum } of missingVersions(
      migrations,
      await installedVersions(client),
    )) {
      await client.query(sql);
      await client.query('insert into writ.migration (version, name, checksum) values ($1, $2, $3)', [
        version,
        name,
        checksum,
      ]);
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
  await client.query('select writ.admit($1::name)', [role]);
};

/** Lets a role set the policies of governed tables, and declare logins that several persons share. */
export const grantPolicies = async (client: pg.Client, role: string): Promise<void> => {
  await client.query('select writ.grant_policies($1::name)', [role]);
};
