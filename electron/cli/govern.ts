import { AppError } from '../../shared/model/failure.ts';
import { grantPolicies, grantUse, ungovernTable } from '../governance/install.ts';
import { planInstall, runInstall } from '../governance/plan-install.ts';
import { type Command, placeOf } from './command.ts';

const needed = (places: readonly string[], what: string): string => {
  const [place] = places;
  if (place === undefined || places.length > 1)
    throw new AppError('invalid', 'bad-arguments', `Name one ${what}.`);
  return place;
};

/** Puts a table under audit, or renews its triggers after its columns or partitions changed. */
export const governCommand: Command = {
  usage: 'govern SCHEMA.TABLE',
  about:
    'Puts a table under audit; called again after its columns or partitions changed, it renews the triggers.',
  options: {},
  run: async (client, _values, places, { out }) => {
    const place = placeOf(needed(places, 'table'));
    const plan = await planInstall(client, { tables: [place], users: [], administrators: [] });
    if (plan.state !== 'installed')
      throw new AppError(
        'conflict',
        'not-installed',
        `Schema writ is ${plan.state}. Run writ install first.`,
      );
    await runInstall(client, plan.wish, plan.sha256);
    out(`${place.schema}.${place.table} is governed.`);
    return 0;
  },
};

/** Ends the audit of a table; what was recorded stays. */
export const ungovernCommand: Command = {
  usage: 'ungovern SCHEMA.TABLE',
  about: 'Ends the audit of a table; what was recorded stays. Its policy has to be open.',
  options: {},
  run: async (client, _values, places, { out }) => {
    const place = placeOf(needed(places, 'table'));
    await ungovernTable(client, place);
    out(`${place.schema}.${place.table} is no longer governed.`);
    return 0;
  },
};

/** Lets a role take part. */
export const grantCommand: Command = {
  usage: 'grant ROLE [--policies]',
  about:
    'Lets a role take part: write batches, submit, see what it may see; with --policies also set policies.',
  options: { policies: { type: 'boolean' } },
  run: async (client, values, places, { out }) => {
    const role = needed(places, 'role');
    await client.query('begin');
    await grantUse(client, role);
    if (values.policies === true) await grantPolicies(client, role);
    await client.query('commit');
    out(`${role} takes part${values.policies === true ? ' and sets policies' : ''}.`);
    return 0;
  },
};
