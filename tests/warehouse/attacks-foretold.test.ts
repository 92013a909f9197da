import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareRowKeys } from '../../shared/plan/plan.ts';
import {
  approvalForEachTest,
  approve,
  payloadOf,
  propose,
  refusal,
  writeApproved,
} from './approval-table.ts';

const t = approvalForEachTest();

const RAISE = payloadOf([
  [1, 'n', '1.00', '100'],
  [2, 'n', '2', '200.0'],
]);
const RAISE_SQL = 'update fin.line set n = id * 100 where id in (1, 2)';
const OTHER_SQL = 'update fin.line set n = 999 where id < 5';

const submitted = async (payload = RAISE): Promise<string> => propose(await t.as('paula'), payload);
const approved = async (payload = RAISE): Promise<string> => {
  const batch = await submitted(payload);
  await approve(await t.as('alice'), batch, payload);
  return batch;
};
const written = async (batch: string, sql: string): Promise<string> =>
  refusal(writeApproved(await t.as('paula'), batch, RAISE, sql));

/** The comparison in full, made to fail: whoever meets it was not let through by what was foretold. */
const breakComparison = () =>
  t.mutate('compare_1', /begin/, `begin raise exception using errcode = 'XX999';`);

/** Puts another batch's measure in the place of this one's, behind the back of everyone. */
const swapMeasure = (batch: string, other: string) =>
  t.admin.query(`alter table writ.proposal disable trigger append_only;
    update writ.proposal p set foretold = o.foretold from writ.proposal o where p.id = '${batch}' and o.id = '${other}';
    alter table writ.proposal enable trigger append_only`);

describe('a batch whose record was foretold', () => {
  test('is compared no second time when it is written so, however its values were spelled', async () => {
    await breakComparison();
    expect(await written(await approved(), RAISE_SQL)).toBe('committed');
    expect(await t.amounts()).toMatchObject({ '1': '100.00', '2': '200.00', '3': '3.00' });
  });

  test('is compared in full when it is written otherwise', async () => {
    const batch = await approved();
    // The same cells, the rows the other way round.
    const reversed = `update fin.line set n = 200 where id = 2; update fin.line set n = 100 where id = 1`;
    await breakComparison();
    for (const sql of [
      OTHER_SQL,
      'select 1',
      `${RAISE_SQL}; insert into fin.line (id) values (11)`,
      reversed,
    ])
      expect(await written(batch, sql), sql).toBe('XX999');
    const paula = await t.as('paula');
    await t.mutate('compare_1', /raise exception using errcode = 'XX999';/, '');
    expect(await refusal(writeApproved(paula, batch, RAISE, OTHER_SQL))).toBe('WR104');
    expect(await refusal(writeApproved(paula, batch, RAISE, reversed))).toBe('committed');
  });

  test('mutant: taking any record for the foretold one would let anything be written', async () => {
    await t.mutate('finish_ticket', /or wrote\.digest is distinct from p\.foretold/, '');
    expect(await written(await approved(), OTHER_SQL)).toBe('committed');
  });

  test('cannot be given the measure of another one: the approval makes it anew from the payload', async () => {
    const other = await submitted(payloadOf([1, 2, 3, 4].map((id) => [id, 'n', `${id}.00`, '999'])));
    const batch = await submitted();
    await swapMeasure(batch, other);
    const alice = await t.as('alice');
    expect(await refusal(approve(alice, batch, RAISE))).toBe('WR103');
    await t.mutate('approve', /if v_foretold is distinct from p\.foretold then/, 'if false then');
    expect(await refusal(approve(alice, batch, RAISE))).toBe('committed');
    // What the mutant lets through.
    expect(await written(batch, OTHER_SQL)).toBe('committed');
  });
});

/** Columns of every kind, with texts that are the same value, nearly the same, or hard to print. */
const SPELLINGS: Readonly<Record<string, readonly (string | null)[]>> = {
  n: ['5', '5.00', '5.005', '-0', '1e2', null],
  f: ['1', '1.0', '0.1', '1e-300', null],
  t: ['a', 'A', '', ' ', 'a"b\\,(', 'é', null],
  v: ['x', 'x ', null],
  c: ['a', 'a  ', null],
  d: ['2026-01-01', '20260101', null],
  z: ['2026-01-01 00:00:00+00', '2026-01-01T01:00:00+01:00', null],
  b: ['true', 't', 'f', null],
  i: ['1 mon', '30 days', '30 days 00:00', null],
  j: ['{"a": 1}', '{"a":1}', '[null]', null],
};
const COLUMNS = Object.keys(SPELLINGS);
const TYPES =
  'n numeric(12,2), f float8, t text, v varchar(6), c char(4), d date, z timestamptz, b boolean, i interval, j jsonb';

interface Cell {
  readonly column: string;
  readonly before: string | null;
  readonly after: string | null;
}
interface Row {
  readonly id: number;
  readonly cells: readonly Cell[];
}

const cellOf = (column: string): fc.Arbitrary<Cell> => {
  const value = fc.constantFrom(...(SPELLINGS[column] ?? []));
  return fc.record({ column: fc.constant(column), before: value, after: value });
};
const rowsOf: fc.Arbitrary<readonly Row[]> = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 1, max: 12 }),
    cells: fc
      .subarray(COLUMNS, { minLength: 1, maxLength: 3 })
      .chain((columns) => fc.tuple(...[...columns].sort(compareRowKeys).map(cellOf))),
  }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 5 },
);

const literal = (value: string | null): string =>
  value === null ? 'null' : `'${value.replaceAll("'", "''")}'`;

/** One statement a set of columns, rows in order: as the product writes a batch. */
const statements = (rows: readonly Row[]): readonly string[] => {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const set = row.cells.map(({ column }) => column).join();
    groups.set(set, [...(groups.get(set) ?? []), row]);
  }
  return [...groups]
    .sort(([a], [b]) => compareRowKeys(a, b))
    .map(([set, group]) => {
      const columns = set.split(',');
      const values = group.map(
        ({ id, cells }) => `(${[id, ...cells.map(({ after }) => literal(after))].join()})`,
      );
      return `update fin.kind k set ${columns.map((column) => `${column} = v.${column}::text::${typeOf(column)}`).join()}
        from (values ${values.join()}) v(id, ${set}) where k.id = v.id`;
    });
};
const typeOf = (column: string): string =>
  TYPES.split(', ')
    .find((each) => each.startsWith(`${column} `))
    ?.slice(2) ?? '';

describe('what was foretold', () => {
  test('is recorded exactly where the comparison in full finds no difference', {
    timeout: 60_000,
  }, async () => {
    const { admin } = t;
    await admin.query(`create table fin.kind (id int primary key, ${TYPES}); insert into fin.kind (id) select generate_series(1, 12);
      select writ.govern('fin.kind', '{id}'), writ.set_policy('fin.kind', 'approval', array['approver'], array[1], null, null, '{}', '{}', '3 days');
      set datestyle = 'SQL, DMY'; set timezone = 'Asia/Tokyo'; set enable_hashjoin = off; set enable_mergejoin = off; set enable_seqscan = off`);
    const target = (await admin.query(`select writ.governed_id('fin.kind') as id`)).rows[0]?.id;
    let both = 0;
    await fc.assert(
      fc.asyncProperty(
        rowsOf,
        fc.constantFrom('as approved', 'as approved', 'another value', 'one row more', 'one row less'),
        async (unsorted, how) => {
          const rows = unsorted.toSorted((a, b) => compareRowKeys(`["${a.id}"]`, `["${b.id}"]`));
          const body = JSON.stringify([
            ...[1, ['fin', 'kind'], ['id'], []],
            rows.map(({ id, cells }) => [`["${id}"]`, cells.map((c) => [c.column, c.before, c.after, null])]),
            [],
          ]);
          const [first, ...rest] = rows;
          const wrong =
            first?.cells.map((cell) => (cell.column === 't' ? { ...cell, after: 'z' } : cell)) ?? [];
          const wrote =
            how === 'one row less'
              ? rest
              : how === 'another value' && first
                ? [{ ...first, cells: wrong }, ...rest]
                : rows;
          await admin.query('begin; set constraints all deferred');
          await admin.query(
            'insert into writ.ticket (batch, target, rehearsal, since) values ($1, $2, true, 0)',
            [randomUUID(), target],
          );
          const before = rows.map(({ id, cells }) => ({
            id,
            cells: cells.map((c) => ({ ...c, after: c.before })),
          }));
          for (const sql of statements(before)) await admin.query(sql);
          const since = (await admin.query('select writ.last_audit() as seq')).rows[0]?.seq;
          for (const sql of statements(wrote)) await admin.query(sql);
          if (how === 'one row more')
            await admin.query(`update fin.kind set t = t || '+', n = coalesce(n, 0) + 1 where id = 1`);
          const { rows: found } = await admin.query(
            `select w.digest is not distinct from writ.foretell_${target}($1) as foretold, c.more + c.missing + c.different = 0 as same, w.digest is null as nothing
             from writ.recorded($2, $3, null, '{}', true) w, writ.compare_${target}($1, $2, false, false) c`,
            [body, since, target],
          );
          await admin.query('rollback');
          // Where nothing was changed the comparison in full decides in any case.
          if (!found[0]?.nothing) expect(found[0]?.foretold, body).toBe(found[0]?.same);
          if (found[0]?.foretold && !found[0]?.nothing) both++;
        },
      ),
      { numRuns: 120 },
    );
    expect(both).toBeGreaterThan(10);
  });
});
