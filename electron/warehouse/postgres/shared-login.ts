import { AppError } from '../../../shared/model/failure.ts';
import type { Link } from './connect.ts';

// The server shows the addresses of its sessions to the login alone, not to a role it works as.
const MACHINES = `
  select count(distinct case when a.client_addr is null or a.client_addr in ('127.0.0.1', '::1') then 'here' else pg_catalog.host(a.client_addr) end)
    from pg_catalog.pg_stat_activity a
   where a.usename = session_user and a.datname = pg_catalog.current_database() and a.application_name like 'Writ/%'`;

/**
 * Why this login counts as one that several persons use: an administrator said so, or it works from several machines at this
 * moment, as the server sees them. Null: nothing speaks for it.
 */
export const sharedLogin = async (link: Link, declared: string | null): Promise<string | null> => {
  if (declared !== null)
    return `This login is used by several persons (${declared}), so an approval would prove nothing. Sign in with an own one.`;
  const { rows } = await link.queryAsLogin(MACHINES, [], 'Looking for a shared login');
  const machines = Number(rows[0]?.[0] ?? 0);
  return machines > 1
    ? `This login works from ${machines} machines at the same time, so it may be shared and an approval would prove nothing. Close Writ on the others, or sign in with an own login.`
    : null;
};

/** Refuses what needs to come from one person; the database itself refuses logins that were declared as shared. */
export const refuseSharedLogin = async (link: Link): Promise<void> => {
  const why = await sharedLogin(link, null);
  if (why !== null) throw new AppError('denied', 'login-shared', why);
};
