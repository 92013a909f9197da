import type pg from 'pg';
import { governanceState, planInstall, runInstall } from '../../governance/plan-install.ts';
import type { Governance } from '../governance.ts';
import type { Link } from './connect.ts';

/** One snapshot in which nothing can be written. */
const reading =
  <T>(fn: (client: pg.Client) => Promise<T>) =>
  async (client: pg.Client): Promise<T> => {
    await client.query('begin isolation level repeatable read read only');
    const answer = await fn(client);
    await client.query('commit');
    return answer;
  };

/** The installation of schema `writ` as the person connected may see and change it. */
export const postgresGovernance = (link: Link): Governance => ({
  state: () =>
    link.exclusive(
      reading((client) => governanceState(client)),
      'Looking for governance',
    ),
  plan: (wish) =>
    link.exclusive(
      reading((client) => planInstall(client, wish)),
      'Planning the installation',
    ),
  install: (wish, sha256) =>
    link.exclusive(async (client) => {
      await runInstall(client, wish, sha256);
    }, 'Installing governance'),
});
