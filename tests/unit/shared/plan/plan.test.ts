import { describe, expect, test } from 'vitest';
import { sha256Of } from '../../../../electron/journal/payload-hash.ts';
import type { PendingRow } from '../../../../shared/model/edit.ts';
import { type SheetDefinition, sheetDefinition } from '../../../../shared/model/sheet.ts';
import { canonicalPayload, planOf } from '../../../../shared/plan/plan.ts';
import { growth, took } from '../../../support/growth.ts';

const definition: SheetDefinition = sheetDefinition.parse({
  version: 1,
  id: 'plan',
  name: 'Plan',
  source: { schema: 'finance', table: 'plan' },
  sourceKind: 'table',
  key: ['year', 'account'],
  columns: ['year', 'account', 'amount', 'note'].map((name) => ({
    name,
    label: name,
    type: { kind: 'text' },
    sqlType: 'text',
  })),
});

const plan = (pending: PendingRow[]) => planOf({ definition, pending, batch: 'b', note: null, sha256: 'x' });
const update = (row: string, cells: Extract<PendingRow, { kind: 'update' }>['cells']): PendingRow => ({
  kind: 'update',
  row,
  cells,
});
const shuffled = <T>(items: readonly T[], seed: number): T[] =>
  items
    .map((item, i) => ({ item, at: (Math.imul(i + 1, 2_654_435_761) ^ seed) >>> 0 }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

describe('a plan', () => {
  test('groups rows by the columns they change and sorts them by key', () => {
    const { updates, rows, cells } = plan([
      update('["2026","B"]', { amount: { before: '1', after: '2', reason: 'why' } }),
      update('["2026","C"]', { note: { before: null, after: 'n' }, amount: { before: '5', after: null } }),
      update('["2026","A"]', { amount: { before: '3', after: '4' } }),
      update('["2025","C"]', { amount: { before: '6', after: '7' }, note: { before: 'a', after: '' } }),
    ]);
    expect(updates).toEqual([
      {
        columns: ['amount'],
        rows: ['["2026","A"]', '["2026","B"]'],
        keys: [
          ['2026', '2026'],
          ['A', 'B'],
        ],
        before: [['3', '1']],
        after: [['4', '2']],
        reasons: [null, 'why'],
      },
      {
        columns: ['amount', 'note'],
        rows: ['["2025","C"]', '["2026","C"]'],
        keys: [
          ['2025', '2026'],
          ['C', 'C'],
        ],
        before: [
          ['6', '5'],
          ['a', null],
        ],
        after: [
          ['7', null],
          ['', 'n'],
        ],
        reasons: null,
      },
    ]);
    expect({ rows, cells }).toEqual({ rows: 4, cells: 6 });
  });

  test('changes a key with the old key in `keys` and the new one in `after`', () => {
    const [group] = plan([update('["2026","A"]', { account: { before: 'A', after: 'Z' } })]).updates;
    expect(group).toMatchObject({
      columns: ['account'],
      keys: [['2026'], ['A']],
      before: [['A']],
      after: [['Z']],
    });
  });

  test('deletes with every value seen that the table still has', () => {
    const { deletes } = plan([
      {
        kind: 'delete',
        row: '["2026","B"]',
        before: { year: '2026', account: 'B', amount: '1', dropped: 'x' },
      },
      { kind: 'delete', row: '["2026","A"]', before: { amount: '2', account: 'A', year: '2026' } },
    ]);
    expect(deletes).toEqual([
      {
        columns: ['account', 'amount', 'year'],
        rows: ['["2026","A"]', '["2026","B"]'],
        keys: [
          ['2026', '2026'],
          ['A', 'B'],
        ],
        before: [
          ['A', 'B'],
          ['2', '1'],
          ['2026', '2026'],
        ],
      },
    ]);
  });

  test('inserts in key order, whatever the temporary ids', () => {
    const { inserts } = plan([
      { kind: 'insert', row: 'new:1', values: { account: 'B', year: '2026' } },
      { kind: 'insert', row: 'new:2', values: { year: '2026', account: 'A' } },
      { kind: 'insert', row: 'new:3', values: { amount: '1' } },
    ]);
    expect(inserts.map(({ columns, rows }) => [columns, rows])).toEqual([
      [
        ['account', 'year'],
        ['new:2', 'new:1'],
      ],
      [['amount'], ['new:3']],
    ]);
  });

  test('joins different reasons of one row', () => {
    const [group] = plan([
      update('["1","A"]', {
        amount: { before: '1', after: '2', reason: 'p' },
        note: { before: '1', after: '2', reason: 'q' },
      }),
    ]).updates;
    expect(group?.reasons).toEqual(['p; q']);
  });

  test.each([
    ['a quote', ['x"y', 'z']],
    ['a separator inside a value', ['a","b', 'c']],
    ['a comma before an n', ['a,null', 'n']],
    ['a backslash', ['\\', '\\"']],
    ['an empty text', ['', '']],
    ['a line break and an emoji', ['\n', '😀']],
  ])('takes a key with %s apart exactly', (_name, values) => {
    const [group] = plan([update(JSON.stringify(values), { amount: { before: '1', after: '2' } })]).updates;
    expect(group?.keys).toEqual(values.map((value) => [value]));
  });

  test('refuses edits made under another key', () => {
    expect(() => plan([update('["2026"]', { amount: { before: '1', after: '2' } })])).toThrow(
      expect.objectContaining({ kind: 'conflict', code: 'row-key-mismatch' }),
    );
  });

  test('refuses edits of a column that is gone and names it', () => {
    expect(() => plan([update('["2026","A"]', { region: { before: '1', after: '2' } })])).toThrow(
      expect.objectContaining({
        code: 'column-gone',
        details: { columns: ['region'], rows: ['["2026","A"]'] },
      }),
    );
  });

  test('is the same for any order of entry', () => {
    const rows = Array.from({ length: 60 }, (_, i): PendingRow => {
      if (i % 5 === 0)
        return { kind: 'insert', row: `new:${i}`, values: { account: `${i % 7}`, year: '2026' } };
      if (i % 5 === 1) return { kind: 'delete', row: `["2026","${i}"]`, before: { amount: `${i}` } };
      return update(`["2026","${i}"]`, { [i % 2 ? 'amount' : 'note']: { before: null, after: `${i}` } });
    });
    const first = JSON.stringify(plan(rows));
    const payload = canonicalPayload(definition, rows);
    for (let seed = 1; seed < 20; seed++) {
      expect(JSON.stringify(plan(shuffled(rows, seed)))).toBe(first);
      expect(canonicalPayload(definition, shuffled(rows, seed))).toBe(payload);
    }
  });
});

describe('the canonical payload', () => {
  const base = update('["2026","A"]', {
    amount: { before: '1', after: '2' },
    note: { before: null, after: 'x' },
  });
  const hash = (pending: PendingRow[], on = definition) => sha256Of(canonicalPayload(on, pending));

  test('has a form that is kept', () => {
    expect(canonicalPayload(definition, [base])).toBe(
      '[1,["finance","plan"],["year","account"],[],[["[\\"2026\\",\\"A\\"]",[["amount","1","2",null],["note",null,"x",null]]]],[]]',
    );
    expect(hash([base])).toBe(sha256Of(canonicalPayload(definition, [base])));
    expect(hash([base])).toMatch(/^[0-9a-f]{64}$/);
  });

  test('does not depend on the order of columns', () => {
    const turned = update('["2026","A"]', {
      note: { before: null, after: 'x' },
      amount: { before: '1', after: '2' },
    });
    expect(hash([turned])).toBe(hash([base]));
  });

  test.each([
    [
      'a value',
      update('["2026","A"]', { amount: { before: '1', after: '3' }, note: { before: null, after: 'x' } }),
    ],
    [
      'a base value',
      update('["2026","A"]', { amount: { before: '0', after: '2' }, note: { before: null, after: 'x' } }),
    ],
    [
      'null against empty',
      update('["2026","A"]', { amount: { before: '1', after: '2' }, note: { before: '', after: 'x' } }),
    ],
    [
      'a reason',
      update('["2026","A"]', {
        amount: { before: '1', after: '2', reason: 'r' },
        note: { before: null, after: 'x' },
      }),
    ],
    [
      'the row',
      update('["2026","B"]', { amount: { before: '1', after: '2' }, note: { before: null, after: 'x' } }),
    ],
  ])('differs with %s', (_name, other) => {
    expect(hash([other])).not.toBe(hash([base]));
  });

  test('differs with the table', () => {
    expect(hash([base], { ...definition, source: { schema: 'finance', table: 'other' } })).not.toBe(
      hash([base]),
    );
  });
});

test('planning and hashing grow with the cells, not with their square', async () => {
  const rowsOf = (count: number) =>
    shuffled(
      Array.from({ length: count }, (_, i) =>
        update(`["2026","${String(i).padStart(6, '0')}"]`, { amount: { before: `${i}`, after: `${i + 1}` } }),
      ),
      7,
    );
  const planning = await growth(4_000, (count) => {
    const rows = rowsOf(count);
    return took(() => expect(plan(rows).cells).toBe(count));
  });
  const hashing = await growth(4_000, (count) => {
    const rows = rowsOf(count);
    return took(() => expect(sha256Of(canonicalPayload(definition, rows))).toHaveLength(64));
  });
  expect(Math.max(planning, hashing)).toBeLessThan(60);
});
