import { setting } from '../support/backend-client.ts';
import { rowsOf } from '../warehouse/backend-world.ts';
import { type Flow, type FlowParts, openTable } from './link-flow.ts';
import { arrive, ask, openLive, persist } from './link-world.ts';

/** Opening a sheet and reading it, with edits kept from before. */
export const openFlow = async (parts: FlowParts): Promise<Flow> => {
  const { world, tally } = parts;
  const ann = await arrive(world, 'ben');
  await persist(() => openTable(ann, 'ledger'));
  const row = '["C1","1"]';
  await ann.call('sheets.open', { source: { schema: 'plan', table: 'line' } });
  const line = JSON.stringify(['plan', 'line']);
  await ann.call('edits.append', { step: setting(line, 'memo', [[row, null, 'kept']]) });
  ann.close();
  const truth = (await world.admin.query('select count(*)::int as n from plan.line')).rows[0]?.n;
  return {
    name: 'open',
    run: async ({ begin, resume, place }) => {
      begin();
      const read = async (): Promise<number> => {
        const client = await world.signedIn('ben');
        try {
          const opened = await openLive(client, { schema: 'plan', table: 'line' });
          if (opened.pending.rows.length !== 1) tally.breach('lost', `${place}: pending edits at opening`);
          const rows = await rowsOf(client, {}, line);
          // Told that the rows were replaced, a window makes its view anew.
          const again = client.said('sheet.changed').some(({ sheet }) => sheet === line);
          return (again ? await rowsOf(client, {}, line) : rows).length;
        } finally {
          client.close();
        }
      };
      const first = await ask(read());
      resume();
      const rows = 'answer' in first ? first.answer : await persist(read);
      if (rows !== truth) tally.breach('untrue', `${place}: ${rows} rows of ${truth} shown as all`);
    },
  };
};
