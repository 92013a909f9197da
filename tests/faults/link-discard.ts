import { randomUUID } from 'node:crypto';
import { setting } from '../support/backend-client.ts';
import { rowsOf } from '../warehouse/backend-world.ts';
import { type Flow, type FlowParts, keepEdits, openTable, sheetOf, shows, TURNS } from './link-flow.ts';
import { arrive, ask, heldBy, isWritten, persist, untilQuiet } from './link-world.ts';

/** Edits are submitted, the link goes, and everything is discarded: what was sent stays, what was typed since does not. */
export const discardFlow = async (parts: FlowParts): Promise<Flow> => {
  const { world, tally } = parts;
  const ann = await arrive(world, 'ann');
  await persist(() => openTable(ann, 'entry'));
  const sheet = sheetOf('entry');
  let run = 0;
  const typedOver = (from: number, to: number) =>
    ann.call('edits.append', { step: setting(sheet, 'n', [['["1"]', String(from), String(to)]]) });

  return {
    name: 'discard',
    run: async ({ begin, resume, place }) => {
      const tag = `discard ${++run}`;
      const before = await heldBy(world, 'entry');
      const [sent, typed] = [before.counter + 1, before.counter + 50];
      const edits = await keepEdits(parts, ann, 'entry', tag);
      const batch = randomUUID();
      begin();
      const previewed = await ask(ann.call('batches.preview', { sheet }));
      const sha256 = 'answer' in previewed ? previewed.answer.sha256 : '';
      if (sha256 !== '') {
        const told = await ask(ann.call('batches.commit', { sheet, batch, sha256 }));
        if ('answer' in told && told.answer.kind !== 'unknown') {
          const { kind } = told.answer;
          await untilQuiet(world);
          if ((kind === 'committed') !== (await isWritten(world, batch)))
            tally.breach('untrue', `${place}: answered ${kind}, and it is not so`);
        }
      }
      // Without the link this is what the machine has kept.
      const kept = await ask(ann.call('sheets.open', { source: { schema: 'plan', table: 'entry' } }));
      const isOpen = 'answer' in kept && kept.answer.unresolved.includes(batch);
      await typedOver(sent, typed);
      const { rows } = await ann.call('edits.discard', { sheet });
      const left = rows.find(({ row }) => row === '["1"]');
      const after = left?.kind === 'update' ? left.cells.n?.after : undefined;
      if (isOpen && after !== String(sent))
        tally.breach('lost', `${place}: of what was sent ${after} is shown after discarding`);
      resume();
      let opened = await persist(() => openTable(ann, 'entry'));
      for (let turn = 0; turn < TURNS && opened.unresolved.length > 0; turn++)
        opened = await persist(() => openTable(ann, 'entry'));
      const written = await isWritten(world, batch);
      const pending = opened.pending.rows.length;
      const expected = isOpen && !written ? edits : 0;
      if (opened.unresolved.length > 0) tally.breach('untrue', `${place}: never settled`);
      else if (pending !== expected)
        tally.breach(
          pending < expected ? 'lost' : 'doubled',
          `${place}: ${pending} rows pending instead of ${expected}, ${written ? 'written' : 'not written'}`,
        );
      if (!isOpen && !written) {
        const { rows: back } = await ann.call('edits.undo', { sheet });
        if (back.length !== edits)
          tally.breach('lost', `${place}: undo brought back ${back.length} of ${edits} rows`);
      }
      await ann.call('edits.discard', { sheet });
      const now = await heldBy(world, 'entry');
      if (now.counter !== before.counter + (written ? 1 : 0))
        tally.breach(written ? 'lost' : 'untrue', `${place}: ${JSON.stringify(now)}`);
      await shows(ann, sheet, now.inserted?.id ?? '1');
      const shown = await persist(() => rowsOf(ann, {}, sheet));
      const seen = shown.map(({ id, n }) => `${id}:${n}`).sort();
      const { rows: held } = await world.admin.query(`select id || ':' || n as row from plan.entry`);
      if (String(seen) !== String(held.map(({ row }) => row).sort()))
        tally.breach('untrue', `${place}: ${seen} shown, ${held.map(({ row }) => row)} held`);
    },
  };
};
