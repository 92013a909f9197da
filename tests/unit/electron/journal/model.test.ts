import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OpenedJournal } from '../../../../electron/journal/open-journal.ts';
import type { PendingDelta, PendingRow } from '../../../../shared/model/edit.ts';
import { applyDelta, countPending } from '../../../../shared/plan/pending.ts';
import { deleteStep, freshId, insertStep, setStep } from '../../shared/plan/steps.ts';
import { NaiveJournal } from './naive-journal.ts';
import { AT, asObject, codeOf, scratchJournal } from './scratch.ts';

const STORED = ['["1"]', '["2"]', '["3"]'];
const anyRow = fc.constantFrom(...STORED, 'new:1', 'new:2', 'new:3');
const value = fc.constantFrom('0', '1', '2', '', null);
const column = fc.constantFrom('a', 'b');

const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      cells: fc.uniqueArray(fc.record({ row: anyRow, column, after: value }), {
        minLength: 1,
        maxLength: 3,
        selector: (cell) => `${cell.row} ${cell.column}`,
      }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('insert' as const), a: value }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), row: anyRow }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'undo' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'redo' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('discard' as const),
      rows: fc.option(fc.array(anyRow), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'submit' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle' as const), committed: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

const failure = { kind: 'unavailable', code: 'x', message: 'X.' } as const;

/** Journal and model side by side; every operation must give the same answer and leave the same state. */
class Pair {
  readonly #scratch = scratchJournal();
  readonly #model = new NaiveJournal(new Map(STORED.map((row) => [row, { a: '0', b: null }])));
  /** What a renderer holds that sees nothing but deltas. */
  readonly #copy = new Map<string, PendingRow>();
  #journal: OpenedJournal;
  #inserted = 0;
  #batch = 0;

  constructor() {
    this.#journal = this.#scratch.open();
  }

  run(operation: Operation): void {
    if (!this.#onRows(operation).every((row) => row.startsWith('new:') || this.#model.warehouse.has(row)))
      return;
    const { expected, real } = this.#prepare(operation);
    const got = codeOf(() => {
      const delta = real();
      if (delta) applyDelta(this.#copy, delta);
    });
    expect(got).toBe(expected);
    this.#compare();
  }

  close(): void {
    this.#journal.close();
    this.#scratch.remove();
  }

  /** Rows a person edits; nobody sees a row that is gone from the warehouse, and the journal is not told of it. */
  #onRows(operation: Operation): readonly string[] {
    if (operation.kind === 'set') return operation.cells.map(({ row }) => row);
    return operation.kind === 'delete' ? [operation.row] : [];
  }

  #prepare(operation: Operation): { expected: string; real: () => PendingDelta | undefined } {
    const seen = this.#model.seen();
    switch (operation.kind) {
      case 'set': {
        const step = setStep(
          operation.cells.map(
            ({ row, column, after }) => [row, column, seen.get(row)?.[column] ?? null, after] as const,
          ),
        );
        return { expected: this.#model.set(operation.cells), real: () => this.#journal.append(step) };
      }
      case 'insert': {
        const row = `new:${++this.#inserted}`;
        const step = insertStep(row, { a: operation.a, b: null });
        return {
          expected: this.#model.insert(row, { a: operation.a, b: null }),
          real: () => this.#journal.append(step),
        };
      }
      case 'delete': {
        const step = deleteStep(operation.row, { ...seen.get(operation.row) });
        return { expected: this.#model.delete(operation.row), real: () => this.#journal.append(step) };
      }
      case 'undo':
        return { expected: this.#model.undo(), real: () => this.#journal.undo('plan') };
      case 'redo':
        return { expected: this.#model.redo(), real: () => this.#journal.redo('plan') };
      case 'discard': {
        const { rows } = operation;
        return {
          expected: this.#model.discard(rows),
          real: () => this.#journal.discard('plan', rows, AT, freshId()),
        };
      }
      case 'submit': {
        const expected = this.#model.submit();
        const batch = `b${++this.#batch}`;
        const real = () =>
          this.#journal.submitted({ batch, sheet: 'plan', sha256: batch, proof: null, at: AT });
        return { expected, real: () => real() ?? undefined };
      }
      case 'settle':
        return { expected: 'no error', real: () => this.#settle(operation.committed) };
      case 'restart':
        return { expected: 'no error', real: () => this.#restart() };
    }
  }

  #settle(committed: boolean): PendingDelta | undefined {
    const batch = this.#journal.openBatches('plan')[0]?.batch;
    if (batch === undefined) return undefined;
    this.#model.settle(committed);
    return this.#journal.settled(
      batch,
      committed
        ? { kind: 'committed', batch, rows: 1, cells: 1, at: AT, audited: true }
        : { kind: 'not-committed', batch, failure, conflicts: [], problems: [] },
    );
  }

  #restart(): undefined {
    this.#journal.close();
    this.#journal = this.#scratch.open();
    expect(this.#journal.recovery).toBeNull();
  }

  #compare(): void {
    const pending = this.#journal.pending('plan');
    expect(asObject(pending)).toEqual(this.#model.pending());
    expect(asObject(this.#copy)).toEqual(asObject(pending));
    const { undo, redo, ...counts } = this.#journal.counts('plan');
    expect(counts).toEqual(countPending(pending));
    expect(undo !== null).toBe(this.#model.done.length > (this.#model.frozen?.floor ?? 0));
    expect(redo !== null).toBe(this.#model.undone.length > 0);
    expect(this.#journal.openBatches().length).toBe(this.#model.frozen ? 1 : 0);
  }
}

test('the journal behaves as a plain list of actions over the warehouse', { timeout: 60_000 }, () => {
  const seed = Number(process.env.WRIT_SEED ?? Date.now() % 2 ** 31);
  console.info(`journal model seed ${seed}`);
  fc.assert(
    fc.property(fc.array(operation, { minLength: 5, maxLength: 40, size: 'max' }), (operations) => {
      const pair = new Pair();
      try {
        for (const next of operations) pair.run(next);
        pair.run({ kind: 'restart' });
      } finally {
        pair.close();
      }
    }),
    { seed, numRuns: Number(process.env.WRIT_RUNS ?? 120) },
  );
});

test('any text comes back as it was entered', () => {
  const scratch = scratchJournal();
  const journal = scratch.open();
  const texts = [
    '',
    ' ',
    '\u0000',
    '\ud800',
    'a\udfffb',
    '😀',
    'é',
    'e\u0301',
    '\u202e',
    '\ufeff',
    '\r\n',
    '\\',
    '"',
    "'",
    '\u2028',
    '__proto__',
    'null',
    '=1+1',
    '<script>',
    'ﷺ'.repeat(100),
    'x'.repeat(1_000_000),
  ];
  journal.append(setStep(texts.map((text, i) => [`["${i}"]`, 'a', null, text] as const)));
  for (const [i, text] of texts.entries())
    journal.append(setStep([[JSON.stringify([text]), `c ${text}`, text, `${i}`]]));
  const before = asObject(journal.pending('plan'));
  journal.close();
  const again = scratch.open();
  expect(asObject(again.pending('plan'))).toEqual(before);
  expect(again.pending('plan').get('["3"]')).toMatchObject({ cells: { a: { after: '\ud800' } } });
  again.close();
  scratch.remove();
});
