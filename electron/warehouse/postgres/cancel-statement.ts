import type pg from 'pg';
import type { Link } from './connect.ts';

/**
 * Asks through another connection for the end of what a connection runs, which then fails with 57014. Best effort: it resolves
 * whether or not it could be asked.
 */
export const cancelStatement = async (link: Link, client: pg.Client): Promise<void> => {
  if (!('processID' in client) || typeof client.processID !== 'number') return;
  // Only the login may cancel what its sessions run, not a role it works as.
  await link
    .queryAsLogin('select pg_catalog.pg_cancel_backend($1)', [String(client.processID)])
    .catch(() => {});
};
