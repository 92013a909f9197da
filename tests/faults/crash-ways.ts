import { randomUUID } from 'node:crypto';
import type { OutputOf } from '../../shared/contract/operations.ts';
import type { TestClient } from '../support/backend-client.ts';
import type { ChildBackend } from '../support/child-backend.ts';
import type { World } from '../warehouse/backend-world.ts';
import { openTable, sheetOf, type Table, TURNS } from './link-flow.ts';
import { arrive, ask, nextTurn, persist } from './link-world.ts';

type Caller = Pick<ChildBackend, 'call'>;

/** A way edits take into the warehouse, in a program that may end at any moment of it. */
export interface Way {
  readonly name: string;
  readonly table: Table;
  /** Named steps it passes (`tests/support/die-at.ts`). */
  readonly steps: readonly string[];
  /** Goes the way; `arm` is called where messages begin to count. Answers whether the edits were said to be written. */
  go(child: Caller, world: World, arm: () => void): Promise<boolean>;
}

const AT_COMMIT = ['begun', 'written', 'committing', 'committed'];

const preview = async (child: Caller, table: Table): Promise<string> => {
  const shown = await ask(child.call('batches.preview', { sheet: sheetOf(table) }));
  return 'answer' in shown ? shown.answer.sha256 : '';
};

const approve = async (world: World, batch: string, sha256: string): Promise<void> => {
  const ben = await arrive(world, 'ben');
  const { review } = await persist(() => ben.call('reviews.approve', { batch, sha256 }));
  if (review.state !== 'approved') throw new Error(`${batch} is ${review.state} after its approval`);
  ben.close();
};

const saysWritten = async (
  child: Caller,
  table: Table,
  batch: string,
  sha256: string,
  approved: boolean,
): Promise<boolean> => {
  const told = await ask(child.call('batches.commit', { sheet: sheetOf(table), batch, sha256, approved }));
  return 'answer' in told && told.answer.kind === 'committed';
};

const submitWay: Way = {
  name: 'submit',
  table: 'entry',
  steps: ['freezing', 'frozen', 'proved', ...AT_COMMIT, 'settled'],
  go: async (child, _world, arm) => {
    arm();
    return saysWritten(child, 'entry', randomUUID(), await preview(child, 'entry'), false);
  },
};

const reviewWay: Way = {
  name: 'review',
  table: 'ledger',
  steps: ['freezing', 'frozen', 'settled'],
  go: async (child, _world, arm) => {
    arm();
    const sha256 = await preview(child, 'ledger');
    await ask(child.call('reviews.submit', { sheet: sheetOf('ledger'), batch: randomUUID(), sha256 }));
    return false;
  },
};

const writeWay: Way = {
  name: 'write',
  table: 'ledger',
  steps: [...AT_COMMIT, 'review-ended'],
  go: async (child, world, arm) => {
    const batch = randomUUID();
    const sha256 = await preview(child, 'ledger');
    await child.call('reviews.submit', { sheet: sheetOf('ledger'), batch, sha256 });
    await approve(world, batch, sha256);
    arm();
    return saysWritten(child, 'ledger', batch, sha256, true);
  },
};

const queueWay: Way = {
  name: 'queue',
  table: 'entry',
  steps: ['queued', 'released', 'proved', ...AT_COMMIT, 'settled'],
  go: async (child, world, arm) => {
    const sheet = sheetOf('entry');
    world.proxy.down();
    await ask(child.call('rows.refresh', { sheet }));
    while ('failure' in (await isDown(child)));
    const sha256 = await preview(child, 'entry');
    const queued = await ask(child.call('outbox.queue', { sheet, batch: randomUUID(), sha256 }));
    arm();
    if ('failure' in queued) return false;
    await ask(child.call('link.retry', {}));
    for (;;) {
      const listed = await ask(child.call('outbox.list', {}));
      if ('failure' in listed) return false;
      if (listed.answer.batches.length === 0) return true;
      await nextTurn();
    }
  },
};

/** Fails while the program takes the link to be there; a program that is gone has none. */
const isDown = (child: Caller) =>
  ask(
    child.call('link.get', {}).then(
      ({ state }) => {
        if (state === 'online') throw new Error('The link is not known to be down yet.');
      },
      () => {},
    ),
  );

export const WAYS: readonly Way[] = [submitWay, reviewWay, writeWay, queueWay];

/** What the next start holds of the edits: pending, waiting to be sent, or under review. */
export const keptOf = ({ pending, submitted = [] }: OutputOf<'sheets.open'>): number =>
  pending.rows.length + submitted.reduce((sum, { rows }) => sum + rows.length, 0);

/** Takes whatever is left of the edits on to its end, as a person would. Answers what was refused, or null. */
export const finish = async (world: World, ann: TestClient, table: Table): Promise<string | null> => {
  const sheet = sheetOf(table);
  for (let turn = 0; turn < TURNS; turn++) {
    const opened = await persist(() => openTable(ann, table));
    const [batch] = opened.submitted ?? [];
    if (batch?.waiting) await ann.call('link.retry', {});
    else if (batch) {
      const { summary } = await ann.call('reviews.get', { batch: batch.batch, start: 0, count: 1 });
      if (summary.state === 'submitted') await approve(world, batch.batch, batch.sha256);
      await saysWritten(ann, table, batch.batch, batch.sha256, true);
    } else if (opened.unresolved.length > 0) continue;
    else if (opened.pending.rows.length === 0) return null;
    else {
      const [id, sha256] = [randomUUID(), await preview(ann, table)];
      if (table === 'ledger') {
        const sent = await ann.call('reviews.submit', { sheet, batch: id, sha256 });
        if (sent.kind !== 'submitted') return JSON.stringify(sent);
      } else if (!(await saysWritten(ann, table, id, sha256, false))) return 'not committed';
    }
  }
  return 'no end';
};
