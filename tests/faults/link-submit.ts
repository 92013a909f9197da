import { randomUUID } from 'node:crypto';
import type { CommitOutcome } from '../../shared/model/batch.ts';
import { checkHeld, type Flow, type FlowParts, keepEdits, openTable, sheetOf, TURNS } from './link-flow.ts';
import { arrive, ask, heldBy, isWritten, persist, untilQuiet } from './link-world.ts';

/** Preview and commit of a batch that needs no approval. */
export const submitFlow = async (parts: FlowParts): Promise<Flow> => {
  const { world, tally, random } = parts;
  const ann = await arrive(world, 'ann');
  let run = 0;
  await persist(() => openTable(ann, 'entry'));
  const sheet = sheetOf('entry');
  return {
    name: 'submit',
    run: async ({ begin, resume, place }) => {
      const tag = `submit ${++run}`;
      const before = await heldBy(world, 'entry');
      await keepEdits(parts, ann, 'entry', tag);
      const fresh = random.next() < 0.5;
      let batch = randomUUID();
      const said = new Map<string, string>();
      const judge = async (answer: CommitOutcome): Promise<void> => {
        said.set(answer.batch, answer.kind);
        await untilQuiet(world);
        const written = await isWritten(world, answer.batch);
        if (answer.kind === 'committed' && !written)
          tally.breach('untrue', `${place}: committed, but it is not`);
        if (answer.kind !== 'not-committed') return;
        if (written) tally.breach('untrue', `${place}: not committed, but it is`);
        if (answer.failure.kind !== 'unavailable')
          tally.breach(
            'falseConflicts',
            `${place}: ${answer.failure.code} ${JSON.stringify(answer.conflicts)}`,
          );
      };
      begin();
      for (let turn = 0; turn < TURNS; turn++) {
        const previewed = await ask(ann.call('batches.preview', { sheet }));
        if ('failure' in previewed) {
          // Nothing pending any more: what was unknown turned out to be written.
          if (previewed.failure.kind === 'conflict')
            tally.breach('falseConflicts', `${place}: ${previewed.failure.message}`);
        } else {
          const { sha256, counts } = previewed.answer;
          if (counts.rows === 0) break;
          const sent = await ask(ann.call('batches.commit', { sheet, batch, sha256 }));
          if ('answer' in sent) {
            await judge(sent.answer);
            if (sent.answer.kind === 'unknown') {
              resume();
              const asked = await ask(ann.call('batches.resolve', { sheet, batch }));
              if ('answer' in asked) await judge(asked.answer);
            }
            if (fresh) batch = randomUUID();
          } else if (
            sent.failure.kind !== 'unavailable' &&
            !['batch-known', 'batch-open'].includes(sent.failure.code)
          )
            tally.breach('untrue', `${place}: ${sent.failure.code}: ${sent.failure.message}`);
        }
        resume();
        const opened = await persist(() => openTable(ann, 'entry'));
        if (opened.unresolved.length === 0 && opened.pending.rows.length === 0) break;
      }
      resume();
      const opened = await persist(() => openTable(ann, 'entry'));
      if (opened.unresolved.length > 0) tally.breach('untrue', `${place}: never settled`);
      if (opened.pending.rows.length > 0) {
        tally.breach('doubled', `${place}: written and pending still`);
        await ann.call('edits.discard', { sheet }).catch(() => {});
      }
      if (fresh)
        for (const [id, kind] of said)
          if (kind === 'not-committed' && (await isWritten(world, id)))
            tally.breach('untrue', `${place}: not committed, but it was later`);
      await checkHeld(parts, 'entry', before, tag, place);
    },
  };
};
