import type pg from 'pg';
import { AppError } from '../../shared/model/failure.ts';
import { installedVersions, readMigrations, SQL_FOLDER } from './migrations.ts';

/** What an uninstallation throws away for good. */
export interface Kept {
  readonly auditRows: number;
  readonly batches: number;
  readonly reviews: number;
}

/** How much schema `writ` has recorded; exact, for it decides whether it may be thrown away. */
export const keptRecords = async (client: pg.Client): Promise<Kept> => {
  const { rows } = await client.query<Record<keyof Kept, string>>(
    `select (select count(*) from writ.audit where target > 0) as "auditRows", (select count(*) from writ.batch) as batches,
       (select count(*) from writ.proposal) as reviews`,
  );
  const [kept] = rows;
  return {
    auditRows: Number(kept?.auditRows ?? 0),
    batches: Number(kept?.batches ?? 0),
    reviews: Number(kept?.reviews ?? 0),
  };
};

/**
 * Takes schema `writ` and every trigger it placed away again, newest version first, in one transaction; the rows of the
 * tables stay as they are. Answers what was thrown away, null where nothing was installed. Throws AppError `denied` where records
 * exist and `discardAudit` was not said, `conflict` where the database holds versions this program cannot undo.
 */
export const uninstallGovernance = async (
  client: pg.Client,
  { discardAudit, folder = SQL_FOLDER }: { readonly discardAudit: boolean; readonly folder?: URL },
): Promise<Kept | null> => {
  const migrations = await readMigrations(folder);
  await client.query(`begin; set local search_path = pg_catalog, pg_temp; set local lock_timeout = '30s'`);
  try {
    await client.query(`select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('writ.migration'))`);
    const installed = await installedVersions(client);
    if (installed.length === 0) {
      await client.query('rollback');
      return null;
    }
    // Nobody records anything more between the count and the end.
    // Before PostgreSQL 17 such a lock takes a right that even the owner does not have there.
    await client.query('grant update on writ.audit, writ.batch, writ.proposal to current_user');
    await client.query('lock table writ.audit, writ.batch, writ.proposal in share row exclusive mode');
    const kept = await keptRecords(client);
    if (!discardAudit && kept.auditRows + kept.batches + kept.reviews > 0)
      throw new AppError(
        'denied',
        'audit-kept',
        `Schema writ holds ${kept.auditRows} audit rows, ${kept.batches} batches and ${kept.reviews} reviews. Copy what is to be kept, then say that the rest may be discarded.`,
        { details: { ...kept } },
      );
    for (const { version, name } of [...installed].reverse()) {
      const undo = migrations.find((migration) => migration.version === version)?.undo;
      if (undo === undefined)
        throw new AppError(
          'conflict',
          'schema-newer',
          `Schema writ on this database has version ${version} (${name}), which this program does not know. Update the program.`,
        );
      await client.query(undo);
    }
    await client.query('commit');
    return kept;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
};
