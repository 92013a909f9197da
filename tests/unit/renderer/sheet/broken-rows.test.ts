import { expect, test } from 'vitest';
import { BrokenRows } from '../../../../renderer/sheet/broken-rows.ts';
import { RowChecks } from '../../../../renderer/sheet/row-checks.ts';
import type { BackendClient } from '../../../../shared/contract/client.ts';
import type { OutputOf } from '../../../../shared/contract/operations.ts';

type Broken = OutputOf<'rows.broken'>;

/** A backend that answers when it is told to, and what it was asked. */
const held = () => {
  const asked: (readonly string[] | null)[] = [];
  const answers: ((answer: Broken | null) => void)[] = [];
  const call = (_name: string, { rows }: { rows?: string[] }): Promise<Broken> => {
    asked.push(rows ?? null);
    return new Promise((done, fail) => {
      answers.push((answer) => (answer ? done(answer) : fail(new Error('Away.'))));
    });
  };
  const client = { call, on: () => () => {} } as unknown as BackendClient;
  return { client, asked, answer: (answer: Broken | null) => answers.shift()?.(answer) };
};

const broken = (rows: readonly string[], moreBlocked = 0): Broken => ({
  rows: [...rows],
  columns: rows.map(() => 'low'),
  blocks: rows.map(() => true),
  moreBlocked,
  moreWarned: 0,
});

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

const start = (backend: ReturnType<typeof held>) => {
  const known: boolean[] = [];
  const checks = new RowChecks(
    () => [],
    () => {},
  );
  const rows = new BrokenRows({
    client: backend.client,
    sheet: 'sheet',
    checks,
    isPending: (row) => row !== 'kept',
    kept: async () => {},
    known: (whole) => known.push(whole),
  });
  return { rows, checks, known };
};

test('rows out of sight are counted with those that are drawn, and what drawing found goes before', async () => {
  const backend = held();
  const { rows, checks } = start(backend);
  rows.all();
  await turn();
  backend.answer(broken(['a', 'b'], 7));
  await turn();
  expect(checks.counts()).toEqual({ problems: 9, warnings: 0 });
  expect(checks.found()).toContainEqual({ row: 'a', column: 'low' });
  checks.of({ key: 'a' } as never);
  expect(checks.counts().problems).toBe(8);
});

test('a row that changes while it is judged is asked for again, and the answer about it is not taken', async () => {
  const backend = held();
  const { rows, checks } = start(backend);
  rows.all();
  await turn();
  rows.changed(new Set(['a', 'kept']));
  backend.answer(broken(['a', 'b']));
  await turn();
  expect(backend.asked).toEqual([null, ['a']]);
  expect(checks.counts().problems).toBe(1);
  backend.answer(broken([]));
  await turn();
  expect(checks.counts().problems).toBe(1);
});

test('where the rows cannot be judged that is told, and the next change asks for all', async () => {
  const backend = held();
  const { rows, known } = start(backend);
  rows.changed(new Set(['a']));
  await turn();
  backend.answer(null);
  await turn();
  expect(known).toEqual([false]);
  rows.changed(new Set(['b']));
  await turn();
  backend.answer(broken([]));
  await turn();
  expect(backend.asked).toEqual([['a'], null]);
  expect(known).toEqual([false, true]);
});
