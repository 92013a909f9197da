import type pg from 'pg';
import { AppError } from '../../shared/model/failure.ts';
import { type Command, confirmed, placeOf, type Values } from './command.ts';

const relationOf = (client: pg.Client, places: readonly string[]): string => {
  const [place] = places;
  if (place === undefined || places.length > 1)
    throw new AppError('invalid', 'bad-arguments', 'Name one table.');
  const { schema, table } = placeOf(place);
  return `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(table)}`;
};

const TAKEN = `
  select case t.role when 0 then 'everyone' else pg_catalog.pg_get_userbyid(t.role)::text end as role, t.privilege, t.relation::text as relation
  from writ.take_grants($1::regclass) t order by t.id`;

/** Takes the rights that lead past approval, recorded so that they can be given back. */
export const closeDoorsCommand: Command = {
  usage: 'close-doors SCHEMA.TABLE [--give-back] [--yes]',
  about:
    'Takes the rights to place triggers on a table and to empty it from everyone but its owner, recorded; --give-back and uninstall restore them.',
  options: { 'give-back': { type: 'boolean' }, yes: { type: 'boolean' } },
  run: async (client, values: Values, places, terminal) => {
    const relation = relationOf(client, places);
    if (values['give-back'] === true) {
      const { rows } = await client.query<{ given: string }>(
        'select writ.give_back_grants($1::regclass)::text as given',
        [relation],
      );
      terminal.out(`${rows[0]?.given ?? 0} rights given back.`);
      return 0;
    }
    if (!(await confirmed(`Take the rights TRIGGER and TRUNCATE on ${relation}?`, values, terminal)))
      return 1;
    const { rows } = await client.query<Record<'role' | 'privilege' | 'relation', string>>(TAKEN, [relation]);
    for (const { role, privilege, relation: part } of rows)
      terminal.out(`${privilege} on ${part} taken from ${role}.`);
    if (rows.length === 0) terminal.out('Nobody but the owner holds them.');
    return 0;
  },
};
