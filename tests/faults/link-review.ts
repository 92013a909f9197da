import { randomUUID } from 'node:crypto';
import type { OutputOf } from '../../shared/contract/operations.ts';
import {
  checkHeld,
  type Flow,
  type FlowParts,
  keepEdits,
  OPEN_ENDED,
  openTable,
  sheetOf,
  TURNS,
} from './link-flow.ts';
import { arrive, ask, heldBy, isWritten, persist, untilQuiet } from './link-world.ts';

type Opened = OutputOf<'sheets.open'>;
type Batch = { readonly batch: string; readonly sha256: string };

/** Submit for review, approval by another person, commit. */
export const reviewFlow = async (parts: FlowParts): Promise<Flow> => {
  const { world, tally } = parts;
  const [ann, ben] = [await arrive(world, 'ann'), await arrive(world, 'ben')];
  await persist(() => openTable(ann, 'ledger'));
  const sheet = sheetOf('ledger');
  let run = 0;
  const stateOf = async (batch: string): Promise<string> =>
    (await world.admin.query('select writ.state_of($1) as state', [batch])).rows[0]?.state ?? 'absent';

  /** The batch, where it is said to be under review now. */
  const submit = async (place: string): Promise<Batch | null> => {
    const batch = randomUUID();
    const { sha256, counts } = await ann.call('batches.preview', { sheet });
    if (counts.rows === 0) return null;
    const sent = await ask(ann.call('reviews.submit', { sheet, batch, sha256 }));
    await untilQuiet(world);
    const arrived = (await stateOf(batch)) !== 'absent';
    if ('failure' in sent) {
      if (arrived)
        tally.breach('untrue', `${place}: submitting failed (${sent.failure.code}), but it arrived`);
      return null;
    }
    const { answer } = sent;
    if (answer.kind === 'submitted' && !arrived)
      tally.breach('untrue', `${place}: submitted, but it is not there`);
    if (answer.kind === 'refused' && arrived) tally.breach('untrue', `${place}: refused, but it is there`);
    if (answer.kind === 'refused' && answer.failure.kind !== 'unavailable')
      tally.breach('falseConflicts', `${place}: ${answer.failure.code} ${answer.failure.message}`);
    return answer.kind === 'submitted' ? { batch, sha256 } : null;
  };

  const approve = async ({ batch, sha256 }: Batch, place: string): Promise<void> => {
    const sent = await ask(ben.call('reviews.approve', { batch, sha256 }));
    await untilQuiet(world);
    const approved = (await stateOf(batch)) === 'approved';
    if ('answer' in sent && !approved) tally.breach('untrue', `${place}: approved, but it is not`);
    if ('failure' in sent && sent.failure.code === 'done-unread' && !approved)
      tally.breach('untrue', `${place}: approved but not read, and it is not`);
    if ('failure' in sent && !OPEN_ENDED.includes(sent.failure.code) && approved)
      tally.breach('untrue', `${place}: approving failed (${sent.failure.code}), but it is approved`);
    if ('failure' in sent && sent.failure.kind !== 'unavailable')
      tally.breach('falseConflicts', `${place}: ${sent.failure.code}`);
  };

  /** Whether it is said to be written. */
  const write = async ({ batch, sha256 }: Batch, place: string): Promise<boolean> => {
    const sent = await ask(ann.call('batches.commit', { sheet, batch, sha256, approved: true }));
    if ('failure' in sent) {
      if (sent.failure.kind !== 'unavailable')
        tally.breach('untrue', `${place}: ${sent.failure.code}: ${sent.failure.message}`);
      return false;
    }
    const { answer } = sent;
    await untilQuiet(world);
    const written = await isWritten(world, batch);
    if (answer.kind === 'committed' && !written) tally.breach('untrue', `${place}: committed, but it is not`);
    if (answer.kind === 'not-committed' && written)
      tally.breach('untrue', `${place}: not committed, but it is`);
    if (answer.kind === 'not-committed' && answer.failure.kind !== 'unavailable')
      tally.breach('falseConflicts', `${place}: ${answer.failure.code} ${answer.failure.message}`);
    return answer.kind === 'committed';
  };

  /** Takes what is there one step on, or as many as go through; answers whether it is all written. */
  const goOn = async ({ pending, submitted = [] }: Opened, place: string): Promise<boolean> => {
    let batch: Batch | null = submitted[0] ?? null;
    if (pending.rows.length === 0 && !batch) return true;
    if (!batch) {
      const sent = await ask(submit(place));
      batch = 'answer' in sent ? sent.answer : null;
    }
    if (batch && (await stateOf(batch.batch)) === 'submitted') await approve(batch, place);
    return batch !== null && (await stateOf(batch.batch)) === 'approved' && (await write(batch, place));
  };

  return {
    name: 'review',
    run: async ({ begin, resume, place }) => {
      const tag = `review ${++run}`;
      const before = await heldBy(world, 'ledger');
      await keepEdits(parts, ann, 'ledger', tag);
      begin();
      for (let turn = 0; turn < TURNS; turn++) {
        const opened = await ask(openTable(ann, 'ledger'));
        if ('answer' in opened) {
          if (await goOn(opened.answer, place)) break;
        } else if (opened.failure.kind !== 'unavailable')
          tally.breach('untrue', `${place}: ${opened.failure.code}`);
        if (world.proxy.wasCut()) resume();
      }
      resume();
      const opened = await persist(() => openTable(ann, 'ledger'));
      if (opened.pending.rows.length > 0 || (opened.submitted ?? []).length > 0)
        tally.breach('untrue', `${place}: never settled`);
      await checkHeld(parts, 'ledger', before, tag, place);
    },
  };
};
