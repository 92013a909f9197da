import type pg from 'pg';
import type { GovernancePlan } from '../../shared/model/governance.ts';
import { planInstall, runInstall } from '../governance/plan-install.ts';
import { type Command, confirmed, every, placeOf, type Values } from './command.ts';

/** Installs or upgrades schema `writ`; `--dry-run` prints what would run, as a script with the plan at its head. */
export const installCommand: Command = {
  usage:
    'install [--dry-run] [--table SCHEMA.TABLE]... [--all-tables] [--user ROLE]... [--administrator ROLE]... [--yes]',
  about:
    'Installs or upgrades the schema; puts tables under audit, lets roles take part and set policies. --dry-run prints the SQL and touches nothing.',
  options: {
    'dry-run': { type: 'boolean' },
    'all-tables': { type: 'boolean' },
    table: { type: 'string', multiple: true },
    user: { type: 'string', multiple: true },
    administrator: { type: 'string', multiple: true },
    yes: { type: 'boolean' },
  },
  run: async (client, values, _places, terminal) => {
    const plan = await planOf(client, values);
    if (values['dry-run'] === true) {
      for (const line of planLines(plan)) terminal.out(`-- ${line}`.trimEnd());
      terminal.out(`\n${plan.sql}`);
      return 0;
    }
    for (const line of planLines(plan)) terminal.note(line);
    if (!plan.mayInstall) return 1;
    if (nothingToDo(plan)) return 0;
    if (!(await confirmed('Install this?', values, terminal))) return 1;
    await runInstall(client, plan.wish, plan.sha256);
    terminal.out('Installed.');
    return 0;
  },
};

const planOf = async (client: pg.Client, values: Values): Promise<GovernancePlan> => {
  // The plan is read by one snapshot that cannot write.
  await client.query('begin isolation level repeatable read read only');
  try {
    const wish = {
      tables: every(values, 'table').map(placeOf),
      users: [...every(values, 'user')],
      administrators: [...every(values, 'administrator')],
    };
    if (values['all-tables'] !== true) return await planInstall(client, wish);
    const { wish: all } = await planInstall(client, null);
    return await planInstall(client, { ...wish, tables: all.tables });
  } finally {
    await client.query('rollback');
  }
};

const nothingToDo = ({ versions, wish }: GovernancePlan): boolean =>
  versions.length + wish.tables.length + wish.users.length + wish.administrators.length === 0;

/** The plan as lines for people. */
export const planLines = (plan: GovernancePlan): readonly string[] => {
  const chosen = plan.tables.filter(({ source }) =>
    plan.wish.tables.some(({ schema, table }) => schema === source.schema && table === source.table),
  );
  return [
    `Schema writ is ${plan.state}.${plan.refusal === null ? '' : ` It cannot be installed by this login: ${plan.refusal}`}`,
    plan.versions.length === 0
      ? 'No version is missing.'
      : `Versions to run: ${plan.versions.map(({ version, name }) => `${version} ${name}`).join(', ')}.`,
    ...(chosen.length === 0 ? ['No existing table is touched.'] : ['Existing tables:']),
    ...chosen.flatMap(({ source, key, triggers, governed }) => [
      `  ${source.schema}.${source.table}: ${governed ? 'audit renewed' : 'put under audit'}, rows named by ${key.join(', ')}; rows, columns and rights stay as they are`,
      ...triggers.map((trigger) => `    trigger ${trigger}`),
    ]),
    ...plan.wish.users.map((role) => `  ${role}: takes part (use of schema writ; no right on any table)`),
    ...plan.wish.administrators.map((role) => `  ${role}: sets policies (functions of schema writ)`),
    'No right on an existing table is given or taken. Reversed by: writ uninstall.',
  ];
};
