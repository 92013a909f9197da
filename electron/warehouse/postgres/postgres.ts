import type { ActingRole } from '../../../shared/model/connection.ts';
import { AppError } from '../../../shared/model/failure.ts';
import type { Identity, Warehouse } from '../adapter.ts';
import { readAsOf } from './as-of.ts';
import { describeTable, listTables } from './catalog.ts';
import { followChain } from './chain.ts';
import { pastOf } from './changes.ts';
import { addComment, commentsOf, resolveComment } from './comments.ts';
import { commitPlan } from './commit.ts';
import { connectPostgres, type Link, type PostgresOptions } from './connect.ts';
import { databaseId } from './database-id.ts';
import { postgresGovernance } from './governance.ts';
import { historyOf } from './history.ts';
import { lookupValues } from './lookup.ts';
import { capabilitiesOf, outcomeOf } from './outcome.ts';
import { postgresRowPages } from './paging/row-pages.ts';
import { periodsOf } from './periods.ts';
import { readRows } from './read.ts';
import { postgresReviews } from './reviews.ts';
import { planStatements } from './statements.ts';

/** Generated columns and partition trees are read in the form PostgreSQL 12 gave them. */
const OLDEST = 12;

const identityOf = async (link: Link): Promise<Identity> => {
  const { rows } = await link.query(
    `select session_user, pg_catalog.current_setting('server_version'), r.rolname
       from pg_catalog.pg_roles r
      where pg_catalog.pg_has_role(session_user, r.oid, 'member') and r.rolname <> session_user
        and not (select rolsuper from pg_catalog.pg_roles where rolname = session_user)
      union all select session_user, pg_catalog.current_setting('server_version'), null
      order by 3 nulls last`,
  );
  const first = rows[0];
  const version = first?.[1] ?? '';
  if (Number.parseInt(version, 10) < OLDEST)
    throw new AppError(
      'unavailable',
      'server-too-old',
      `This server runs PostgreSQL ${version}; ${OLDEST} is the oldest that works.`,
    );
  return {
    user: first?.[0] ?? link.options.user,
    roles: rows.flatMap((row) => (row[2] ? [row[2]] : [])),
    serverVersion: version,
  };
};

/** A role that is refused leaves the login its own rights: nobody is locked out by what a provider proposed. */
const connectAs = async (
  options: PostgresOptions,
): Promise<{ readonly link: Link; readonly acting: ActingRole | null }> => {
  const { role, ...own } = options;
  if (role === undefined) return { link: await connectPostgres(own), acting: null };
  try {
    return { link: await connectPostgres(options), acting: { role, refused: false } };
  } catch (error) {
    if (AppError.wrap(error).code !== 'role-refused') throw error;
    return { link: await connectPostgres(own), acting: { role, refused: true } };
  }
};

/** One person on one PostgreSQL. Rejects with AppError `denied` (sign-in) or `unavailable`. */
export const openPostgres = async (options: PostgresOptions): Promise<Warehouse> => {
  const { link, acting } = await connectAs(options);
  let identity: Identity;
  try {
    identity = { ...(await identityOf(link)), ...(acting ? { acting } : {}) };
  } catch (error) {
    await link.close();
    throw error;
  }
  const { close: closeReviews, ...reviews } = postgresReviews(link);
  return {
    identity,
    reviews,
    governance: postgresGovernance(link),
    capabilities: () => capabilitiesOf(link),
    database: () => databaseId(link),
    tables: () => listTables(link),
    describe: (source) => describeTable(link, source),
    read: (request, onChunk) =>
      request.moment === undefined
        ? readRows(link, request, onChunk)
        : readAsOf(link, request, request.moment, onChunk),
    lookup: (definition, column, limit) => lookupValues(link, definition, column, limit),
    statements: planStatements,
    commit: (plan, definition, options) => commitPlan(link, plan, definition, options),
    outcomeOf: (batch, proof) => outcomeOf(link, batch, proof),
    pages: postgresRowPages(link),
    comments: (definition, row) => commentsOf(link, definition, row),
    comment: (definition, said) => addComment(link, definition, said),
    resolveComment: (id, resolved) => resolveComment(link, id, resolved),
    history: (request) => historyOf(link, request),
    past: pastOf(link),
    followAudit: (known) => followChain(link, known),
    periods: periodsOf(link),
    onLost: link.onLost,
    close: async () => {
      await closeReviews();
      await link.close();
    },
  };
};
