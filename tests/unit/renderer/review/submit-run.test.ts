import { expect, test } from 'vitest';
import { SubmitRun } from '../../../../renderer/review/submit-run.ts';
import type { BackendClient } from '../../../../shared/contract/client.ts';
import type { BatchPreview, CommitOutcome } from '../../../../shared/model/batch.ts';
import { AppError, type FailureKind } from '../../../../shared/model/failure.ts';

const preview = (sha256: string): BatchPreview => ({
  sheet: 'lines',
  sha256,
  counts: { rows: 2, cells: 2, updated: 2, inserted: 0, deleted: 0 },
  columns: [],
  changes: [],
  moreChanges: 0,
  undecided: 0,
  problems: [],
  statements: [],
});

type Answer = (input: never) => unknown;

/** Answers each operation from its queue, in order, and records what was asked. */
const backend = (answers: Readonly<Record<string, Answer[]>>) => {
  const asked: { name: string; input: unknown }[] = [];
  const progress = new Set<(event: { batch: string; done: number; total: number }) => void>();
  const client = {
    call: async (name: string, input: never) => {
      asked.push({ name, input });
      const answer = answers[name]?.shift();
      if (!answer) throw new Error(`${name} was not expected`);
      return answer(input);
    },
    on: (_name: string, listener: (event: { batch: string; done: number; total: number }) => void) => {
      progress.add(listener);
      return () => progress.delete(listener);
    },
  } as unknown as BackendClient;
  return { client, asked, progress };
};

const fails =
  (kind: FailureKind, code: string): Answer =>
  () => {
    throw new AppError(kind, code, `It failed: ${code}.`);
  };
const refused =
  (kind: FailureKind): Answer =>
  ({ batch }: { batch: string }): CommitOutcome => ({
    kind: 'not-committed',
    batch,
    failure: { kind, code: 'refused', message: 'Refused.' },
    conflicts: [],
    problems: [],
  });
const written: Answer = ({ batch }: { batch: string }): CommitOutcome => ({
  kind: 'committed',
  batch,
  rows: 2,
  cells: 2,
  at: '2026-11-24T12:00:00Z',
  audited: true,
});

const runOver = (answers: Readonly<Record<string, Answer[]>>) => {
  const world = backend(answers);
  const ends: CommitOutcome[] = [];
  let ids = 0;
  const run = new SubmitRun({
    approval: false,
    client: world.client,
    sheet: 'lines',
    newId: () => `batch-${++ids}`,
    onEnd: (outcome) => ends.push(outcome),
  });
  const batches = () =>
    world.asked.flatMap(({ name, input }) =>
      name === 'batches.commit' ? [(input as { batch: string }).batch] : [],
    );
  return { ...world, run, ends, batches };
};

const sendTwice = async (answers: Readonly<Record<string, Answer[]>>) => {
  const world = runOver(answers);
  for (let i = 0; i < 2; i++) {
    await world.run.load();
    await world.run.send('');
  }
  return world;
};

test('the same payload is sent again under the same id when the warehouse could not be reached', async () => {
  const same = [() => preview('a'), () => preview('a')];
  for (const first of [refused('unavailable'), fails('unavailable', 'not-connected')]) {
    const { batches } = await sendTwice({
      'batches.preview': [...same],
      'batches.commit': [first, written],
    });
    expect(batches()).toEqual(['batch-1', 'batch-1']);
  }
});

test('a changed payload, or one the warehouse refused, is another batch', async () => {
  const changed = await sendTwice({
    'batches.preview': [() => preview('a'), () => preview('b')],
    'batches.commit': [refused('unavailable'), written],
  });
  expect(changed.batches()).toEqual(['batch-1', 'batch-2']);
  const conflicting = await sendTwice({
    'batches.preview': [() => preview('a'), () => preview('a')],
    'batches.commit': [refused('conflict'), written],
  });
  expect(conflicting.batches()).toEqual(['batch-1', 'batch-2']);
});

test('edits that changed after the preview are shown again, not sent', async () => {
  const { run, ends } = runOver({
    'batches.preview': [() => preview('a'), () => preview('b')],
    'batches.commit': [fails('conflict', 'changed-since-preview')],
  });
  await run.load();
  await run.send('');
  expect(run.state).toMatchObject({ kind: 'ready', preview: { sha256: 'b' } });
  expect(run.state).toHaveProperty('notice', 'It failed: changed-since-preview.');
  expect(ends).toEqual([]);
});

test('a line lost while the batch was out leaves the outcome unknown until the warehouse is asked', async () => {
  const { run, ends, asked } = runOver({
    'batches.preview': [() => preview('a')],
    'batches.commit': [fails('unavailable', 'backend-lost')],
    'batches.resolve': [fails('unavailable', 'not-connected'), written],
  });
  await run.load();
  await run.send('');
  expect(run.state).toMatchObject({ kind: 'ended', outcome: { kind: 'unknown', batch: 'batch-1' } });
  await run.settle();
  expect(run.state).toMatchObject({
    kind: 'ended',
    asking: false,
    outcome: { kind: 'unknown', failure: { code: 'not-connected' } },
  });
  await run.settle();
  expect(run.state).toMatchObject({ kind: 'ended', outcome: { kind: 'committed' } });
  expect(ends.map(({ kind }) => kind)).toEqual(['unknown', 'committed']);
  expect(asked.filter(({ name }) => name === 'batches.commit')).toHaveLength(1);
});

test('a batch settled meanwhile leads back to what is still pending', async () => {
  const { run } = runOver({
    'batches.preview': [() => preview('a'), () => preview('a')],
    'batches.commit': [fails('unavailable', 'backend-lost')],
    'batches.resolve': [fails('invalid', 'batch-settled')],
  });
  await run.load();
  await run.send('');
  await run.settle();
  expect(run.state).toMatchObject({ kind: 'ready', preview: { sha256: 'a' } });
  expect(run.state).toHaveProperty('notice', expect.stringContaining('settled'));
});

test('of two previews under way the one asked for last is shown', async () => {
  const { promise: slow, resolve: arrive } = Promise.withResolvers<BatchPreview>();
  const { run } = runOver({ 'batches.preview': [() => slow, () => preview('new')] });
  const first = run.load();
  await run.load();
  arrive(preview('old'));
  await first;
  expect(run.state).toMatchObject({ kind: 'ready', preview: { sha256: 'new' } });
});

test('progress of this batch is shown, of another one it is not', async () => {
  const { promise: out, resolve: arrive } = Promise.withResolvers<CommitOutcome>();
  const { run, progress } = runOver({
    'batches.preview': [() => preview('a')],
    'batches.commit': [() => out],
  });
  const stop = run.subscribe(() => {});
  await run.load();
  const sent = run.send('a note');
  for (const tell of progress) tell({ batch: 'batch-1', done: 1, total: 2 });
  for (const tell of progress) tell({ batch: 'other', done: 9, total: 9 });
  expect(run.state).toMatchObject({ kind: 'sending', done: 1, total: 2 });
  arrive(written({ batch: 'batch-1' } as never) as CommitOutcome);
  await sent;
  stop();
  expect(progress.size).toBe(0);
});
