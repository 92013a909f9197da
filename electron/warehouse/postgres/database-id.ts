import type { Link } from './connect.ts';

const DOING = 'Asking which database this is';
const maySql = `select pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'execute')`;
const idSql = `select s.system_identifier::text || '/' || d.oid::text
  from pg_catalog.pg_control_system() s, pg_catalog.pg_database d where d.datname = pg_catalog.current_database()`;

/**
 * Which database this is, whatever address it is reached at: the cluster's own identifier, which a copy restored from a dump does not
 * have (manual 9.28.10), and the number of the database in it. Null where a server lets nobody ask.
 */
export const databaseId = async (link: Link): Promise<string | null> => {
  if ((await link.query(maySql, [], DOING)).rows[0]?.[0] !== 'true') return null;
  return (await link.query(idSql, [], DOING)).rows[0]?.[0] ?? null;
};
