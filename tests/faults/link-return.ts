import { randomUUID } from 'node:crypto';
import { type Flow, type FlowParts, keepEdits, OPEN_ENDED, openTable, sheetOf } from './link-flow.ts';
import { arrive, ask, heldBy, persist, untilQuiet } from './link-world.ts';

/** A batch under review comes back: returned by the reviewer, or withdrawn by the one who submitted it. */
export const returnFlow = async (parts: FlowParts, how: 'return' | 'withdraw'): Promise<Flow> => {
  const { world, tally } = parts;
  const [ann, ben] = [await arrive(world, 'ann'), await arrive(world, 'ben')];
  await persist(() => openTable(ann, 'ledger'));
  const sheet = sheetOf('ledger');
  let run = 0;
  const isBack = async (batch: string): Promise<boolean> =>
    ['returned', 'withdrawn'].includes(
      (await world.admin.query('select writ.state_of($1) as state', [batch])).rows[0]?.state,
    );
  const send = (batch: string) =>
    how === 'return'
      ? ben.call('reviews.return', { batch, comment: 'again' })
      : ann.call('reviews.withdraw', { batch });

  return {
    name: how,
    run: async ({ begin, resume, place }) => {
      const tag = `${how} ${++run}`;
      const before = await heldBy(world, 'ledger');
      const edits = await keepEdits(parts, ann, 'ledger', tag);
      const batch = randomUUID();
      const { sha256 } = await persist(() => ann.call('batches.preview', { sheet }));
      const submitted = await persist(() => ann.call('reviews.submit', { sheet, batch, sha256 }));
      if (submitted.kind !== 'submitted')
        tally.breach('falseConflicts', `${place}: ${JSON.stringify(submitted)}`);
      begin();
      const sent = await ask(send(batch));
      await untilQuiet(world);
      resume();
      const done = await isBack(batch);
      if ('answer' in sent && !done) tally.breach('untrue', `${place}: done, but it is not`);
      if ('failure' in sent && done && !OPEN_ENDED.includes(sent.failure.code))
        tally.breach('untrue', `${place}: failed (${sent.failure.code}), but it was done`);
      if ('failure' in sent && sent.failure.kind !== 'unavailable')
        tally.breach('falseConflicts', `${place}: ${sent.failure.code}`);
      if (!done) await persist(() => send(batch));
      const opened = await persist(() => openTable(ann, 'ledger'));
      if ((opened.submitted ?? []).length > 0) tally.breach('untrue', `${place}: under review still`);
      const counter = opened.pending.rows.find(({ row }) => row === '["1"]');
      const after = counter?.kind === 'update' ? counter.cells.n?.after : undefined;
      if (opened.pending.rows.length !== edits || after !== String(before.counter + 1))
        tally.breach('lost', `${place}: ${opened.pending.rows.length} of ${edits} edits came back`);
      await ann.call('edits.discard', { sheet });
      const now = await heldBy(world, 'ledger');
      if (JSON.stringify(now) !== JSON.stringify(before))
        tally.breach('untrue', `${place}: came back, and the table changed: ${JSON.stringify(now)}`);
    },
  };
};
