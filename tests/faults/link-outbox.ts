import { randomUUID } from 'node:crypto';
import {
  checkHeld,
  type Flow,
  type FlowParts,
  keepEdits,
  openTable,
  sheetOf,
  shows,
  type Table,
} from './link-flow.ts';
import { arrive, ask, heldBy, isWritten, nextTurn, persist } from './link-world.ts';
import { deadline } from './suite.ts';

/** Seconds after which a person gives up waiting for what was queued. */
const PATIENCE = 30;

/** Two batches are submitted without the link and sent when it is back: to be written, or (`ledger`) to be reviewed first. */
export const outboxFlow = async (parts: FlowParts, table: Table): Promise<Flow> => {
  const { world, tally } = parts;
  const [ann, ben] = [await arrive(world, 'ann'), await arrive(world, 'ben')];
  await persist(() => openTable(ann, table));
  const sheet = sheetOf(table);
  const name = table === 'entry' ? 'outbox' : 'outbox-review';
  let run = 0;

  const queue = async (): Promise<string> => {
    const batch = randomUUID();
    const { sha256 } = await ann.call('batches.preview', { sheet });
    await ann.call('outbox.queue', { sheet, batch, sha256 });
    return batch;
  };
  const arrived = async (batch: string): Promise<boolean> =>
    (await isWritten(world, batch)) ||
    (await world.admin.query(`select from writ.proposal where id = $1`, [batch])).rowCount === 1;

  /** What the queue says now; while the link is down nothing moves, so it has to be so. */
  const look = async (place: string): Promise<boolean> => {
    const down = world.proxy.wasCut();
    const { batches } = await ann.call('outbox.list', {});
    for (const { batch, state, failure } of batches) {
      if (state === 'refused')
        tally.breach('falseConflicts', `${place}: ${failure?.code} ${failure?.message}`);
      if (down && state === 'waiting' && world.proxy.wasCut() && (await arrived(batch)))
        tally.breach('untrue', `${place}: said to wait, and it is there`);
    }
    return batches.every(({ state }) => state === 'refused');
  };

  const writeReviewed = async (batches: readonly string[], place: string): Promise<void> => {
    const { submitted = [] } = await persist(() => openTable(ann, table));
    for (const batch of batches) {
      const sha256 = submitted.find((each) => each.batch === batch)?.sha256;
      if (sha256 === undefined) {
        tally.breach('lost', `${place}: ${batch} is not under review`);
        continue;
      }
      await persist(() => ben.call('reviews.approve', { batch, sha256 }));
      const told = await persist(() => ann.call('batches.commit', { sheet, batch, sha256, approved: true }));
      if (told.kind !== 'committed') tally.breach('falseConflicts', `${place}: ${JSON.stringify(told)}`);
    }
  };

  return {
    name,
    run: async ({ begin, resume, down, place }) => {
      const tag = `${name} ${++run}`;
      const before = await heldBy(world, table);
      const batches: string[] = [];
      await keepEdits(parts, ann, table, tag, async () => {
        ann.forget();
        down();
        // Whoever reads hears of it.
        await ann.call('rows.refresh', { sheet });
        await ann.heard('link.changed', ({ state }) => state !== 'online');
        batches.push(await queue());
      });
      batches.push(await queue());
      begin();
      const left = deadline(PATIENCE);
      await ask(ann.call('link.retry', {}));
      while (!(await look(place)) && left()) {
        if (world.proxy.wasCut()) {
          resume();
          await ask(ann.call('link.retry', {}));
        }
        await nextTurn();
      }
      // The sheet is read anew beside the sending; its messages are part of this as well.
      if (!(await shows(ann, sheet, '1'))) tally.breach('untrue', `${place}: the sheet is not there again`);
      resume();
      if (!(await look(place))) tally.breach('untrue', `${place}: never sent`);
      const opened = await persist(() => openTable(ann, table));
      if (opened.pending.rows.length > 0 || opened.unresolved.length > 0)
        tally.breach('untrue', `${place}: sent, and pending still`);
      if (table === 'ledger') await writeReviewed(batches, place);
      for (const batch of batches)
        if (!(await isWritten(world, batch))) tally.breach('lost', `${place}: ${batch} is not written`);
      await checkHeld(parts, table, before, tag, place);
    },
  };
};
