import { createHash } from 'node:crypto';
import pg from 'pg';
import { AppError } from '../../shared/model/failure.ts';
import type {
  GovernancePlan,
  GovernanceState,
  GovernanceTable,
  GovernanceWish,
} from '../../shared/model/governance.ts';
import type { Source } from '../../shared/model/sheet.ts';
import { type Governable, governableTables } from './governable.ts';
import {
  installedVersions,
  type Migration,
  missingVersions,
  readMigrations,
  SQL_FOLDER,
} from './migrations.ts';

/** `create or replace trigger` and bloom indexes came with PostgreSQL 14. */
const OLDEST = 140_000;

const PERSON = `
  select current_user as person, pg_catalog.current_setting('server_version_num') as version,
    pg_catalog.has_database_privilege(pg_catalog.current_database(), 'create')::text as creates,
    (select pg_catalog.pg_has_role(current_user, n.nspowner, 'usage')::text from pg_catalog.pg_namespace n where n.nspname = 'writ') as owns,
    (select pg_catalog.pg_get_userbyid(n.nspowner) from pg_catalog.pg_namespace n where n.nspname = 'writ') as owner,
    coalesce((select pg_catalog.has_schema_privilege(n.oid, 'usage')::text from pg_catalog.pg_namespace n where n.nspname = 'writ'), 'true') as usable`;

const literal = pg.escapeLiteral;
const identifier = pg.escapeIdentifier;
const nameOf = ({ schema, table }: Source): string => `${identifier(schema)}.${identifier(table)}`;
const sameSource = (a: Source, b: Source): boolean => a.schema === b.schema && a.table === b.table;

interface Standing extends GovernanceState {
  readonly missing: readonly Migration[];
}

const standing = async (client: pg.Client, migrations: readonly Migration[]): Promise<Standing> => {
  const { rows } = await client.query<Record<string, string | null>>(PERSON);
  const person = rows[0] ?? {};
  const there = person.owner !== null;
  const mine = person.owns === 'true';
  const missing =
    there && person.usable === 'true'
      ? missingVersions(migrations, await installedVersions(client))
      : migrations;
  const state = !there ? 'absent' : person.usable === 'true' && missing.length > 0 ? 'outdated' : 'installed';
  const refusal =
    Number(person.version) < OLDEST
      ? 'Governance needs PostgreSQL 14 or newer.'
      : there && !mine
        ? `Schema writ belongs to ${person.owner}; only members of that role change it.`
        : !there && person.creates !== 'true'
          ? `${person.person} may not create schemas in this database. Ask an administrator.`
          : null;
  return { state, mayInstall: refusal === null, refusal, missing };
};

/** Where schema `writ` stands and whether this person may install or change it; reads the catalogue alone. */
export const governanceState = async (
  client: pg.Client,
  folder: URL = SQL_FOLDER,
): Promise<GovernanceState> => {
  const { state, mayInstall, refusal } = await standing(client, await readMigrations(folder));
  return { state, mayInstall, refusal };
};

/** Tables this person can put under audit and does not have there yet or not as they are now, and the roles that may write new ones now. */
const proposal = (tables: readonly Governable[]): GovernanceWish => {
  const chosen = tables.filter(
    ({ problem, governed, behind }) => problem === null && (!governed || behind !== null),
  );
  const fresh = chosen.filter(({ governed }) => !governed);
  return {
    tables: chosen.map(({ source }) => source),
    users: [...new Set(fresh.flatMap(({ writers }) => writers))].sort(),
    administrators: [],
  };
};

const grants = (role: string): string => `select writ.admit(${literal(role)});`;

const script = (
  missing: readonly Migration[],
  chosen: readonly GovernanceTable[],
  wish: GovernanceWish,
): string =>
  [
    `begin;\nset local search_path = pg_catalog, pg_temp;\nset local lock_timeout = '30s';\nselect pg_advisory_xact_lock(hashtext('writ.migration'));`,
    ...missing.map(
      ({ version, name, sql, checksum }) =>
        `${sql.trimEnd()}\ninsert into writ.migration (version, name, checksum) values (${version}, ${literal(name)}, ${literal(checksum)});`,
    ),
    ...chosen.map(
      ({ source, key }) =>
        `-- Audit of ${source.schema.replaceAll('\n', ' ')}.${source.table.replaceAll('\n', ' ')}\nselect writ.govern(${literal(nameOf(source))}::regclass, array[${key.map(literal).join(', ')}]);`,
    ),
    ...wish.users.map((role) => `-- Takes part: ${role.replaceAll('\n', ' ')}\n${grants(role)}`),
    ...wish.administrators.map(
      (role) =>
        `-- Sets policies: ${role.replaceAll('\n', ' ')}\n${grants(role)}\nselect writ.grant_policies(${literal(role)});`,
    ),
    'commit;\n',
  ].join('\n\n');

/**
 * What an installation would do, without doing anything: the wish (null: all tables this person can govern), every table it
 * could be about, and the very script that `runInstall` runs. Throws AppError `invalid` for tables or roles that cannot be had.
 */
export const planInstall = async (
  client: pg.Client,
  wish: GovernanceWish | null,
  folder: URL = SQL_FOLDER,
): Promise<GovernancePlan> => {
  const migrations = await readMigrations(folder);
  const { missing, ...state } = await standing(client, migrations);
  const readable = state.state !== 'absent' && state.mayInstall;
  const tables = await governableTables(client, readable);
  const wanted = wish ?? proposal(tables);
  const chosen = wanted.tables.map((place) => {
    const found = tables.find(({ source }) => sameSource(source, place));
    if (!found)
      throw refused(`There is no table ${place.schema}.${place.table}, or it is a partition or a view.`);
    if (found.problem !== null)
      throw refused(`${place.schema}.${place.table} cannot be governed. ${found.problem}`);
    return found;
  });
  await refuseUnknownRoles(client, [...wanted.users, ...wanted.administrators]);
  const sql = script(missing, chosen, wanted);
  return {
    ...state,
    wish: wanted,
    versions: missing.map(({ version, name }) => ({ version, name })),
    tables: tables.map(({ oid: _oid, writers: _writers, ...table }) => table),
    roles: [...new Set(tables.flatMap(({ writers }) => writers))].sort(),
    sql,
    sha256: createHash('sha256').update(sql).digest('hex'),
  };
};

const refused = (message: string): AppError => new AppError('invalid', 'cannot-govern', message);

const refuseUnknownRoles = async (client: pg.Client, roles: readonly string[]): Promise<void> => {
  const { rows } = await client.query<{ role: string }>(
    'select w.role from pg_catalog.unnest($1::text[]) w(role) where not exists (select from pg_catalog.pg_roles r where r.rolname = w.role)',
    [[...roles]],
  );
  if (rows[0]) throw refused(`There is no role ${rows[0].role} in this database.`);
};

/**
 * Runs what was shown, in one transaction: the plan is made again and has to give the same script. Throws AppError `denied`
 * where this person may not, `conflict` where the database changed since.
 */
export const runInstall = async (
  client: pg.Client,
  wish: GovernanceWish,
  sha256: string,
  folder: URL = SQL_FOLDER,
): Promise<GovernancePlan> => {
  const plan = await planInstall(client, wish, folder);
  if (!plan.mayInstall)
    throw new AppError('denied', 'may-not-install', plan.refusal ?? 'This person may not install.');
  if (plan.sha256 !== sha256)
    throw new AppError(
      'conflict',
      'plan-changed',
      'The database changed since the plan was made, so nothing was done. Look at the plan again.',
    );
  try {
    await client.query(plan.sql);
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
  return plan;
};
