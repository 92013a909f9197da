import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyIndex } from '../../../../electron/sheets/key-index.ts';
import { RowStore } from '../../../../electron/sheets/row-store.ts';
import { packColumn, rowKeyOf, unpackColumn } from '../../../../shared/model/rows.ts';
import { type Cell, storeOf } from './sheet-fixture.ts';

const keyOf = (id: number): string => JSON.stringify([String(id)]);

describe('rows', () => {
  test('come back as they were read, NULL and empty text apart, over any chunks', () => {
    const cell = fc.option(fc.string({ unit: 'binary' }), { nil: null });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), fc.integer({ min: 1, max: 7 }), (cells, size) => {
        const rows = cells.map(([a, b], i) => [String(i), a, b]);
        const store = storeOf(rows, size);
        expect(rows.map((row, i) => row.map((_, c) => store.value(i, c)))).toEqual(rows);
        expect(rows.map((_, i) => store.indexOf(keyOf(i)))).toEqual(rows.map((_, i) => i));
        expect(store.indexOf(keyOf(rows.length))).toBeUndefined();
      }),
    );
  });

  test('are found by any key, those packed before as well as those added one by one', () => {
    // Quotes, escapes, control characters and halves of pairs change how a key is written.
    const awkward = fc.constantFrom('"', '\\', '\n', '\ud800', '\u{1f600}', 'ä', '€', '');
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(awkward).map((all) => all.join('')),
    );
    const parts = fc.tuple(fc.option(part, { nil: null }), part);
    fc.assert(
      fc.property(fc.uniqueArray(parts, { selector: (key) => JSON.stringify(key) }), (keys) => {
        const packed = { count: keys.length, flags: new Uint8Array(keys.length) };
        const columns = [0, 1].map((c) => packColumn(keys.map((key) => key[c] ?? null)));
        const loaded = new RowStore([0, 1]);
        loaded.appendPacked({ ...packed, columns });
        const read = new RowStore([0, 1]);
        read.append({ rows: keys, flags: packed.flags });
        const numbers = keys.map((_, i) => i);
        expect(keys.map((key) => loaded.indexOf(rowKeyOf(key)))).toEqual(numbers);
        expect(keys.map((key) => read.indexOf(rowKeyOf(key)))).toEqual(numbers);
        expect(loaded.indexOf(rowKeyOf(['no', 'such key at all']))).toBeUndefined();
      }),
    );
  });

  test('reread are replaced, gone, back again or appended, like a plain map', () => {
    const action = fc.record({
      ids: fc.uniqueArray(fc.nat(12)),
      found: fc.array(fc.nat(12)),
      value: fc.string(),
    });
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        const store = storeOf(Array.from({ length: 8 }, (_, i) => [String(i), 'first']));
        const model = new Map<string, Cell>(Array.from({ length: 8 }, (_, i) => [keyOf(i), 'first']));
        for (const { ids, found, value } of actions) {
          const there = ids.filter((id) => found.includes(id));
          const rows = there.map((id) => [String(id), value]);
          store.patch(ids.map(keyOf), { rows, flags: new Uint8Array(rows.length).fill(1) });
          for (const id of ids) model.delete(keyOf(id));
          for (const id of there) model.set(keyOf(id), value);
        }
        for (let id = 0; id <= 12; id++) {
          const at = store.indexOf(keyOf(id));
          expect(at === undefined ? undefined : store.value(at, 1)).toBe(model.get(keyOf(id)));
        }
        const standing = Array.from({ length: store.rows }, (_, i) => i).filter((row) => !store.isGone(row));
        expect(standing.map((row) => store.key(row)).sort()).toEqual([...model.keys()].sort());
      }),
    );
  });

  test('are packed for sending as their values stand, in a run or in any order', () => {
    const numbers = fc.array(fc.nat(19), { maxLength: 30 });
    const runs = fc
      .tuple(fc.nat(19), fc.nat(19))
      .map(([a, n]) => Array.from({ length: Math.min(n, 20 - a) }, (_, i) => a + i));
    fc.assert(
      fc.property(
        fc.oneof(numbers, runs),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.nat(19)),
        (wanted, size, changed) => {
          const rows: Cell[][] = Array.from({ length: 20 }, (_, i) => [
            String(i),
            i % 3 ? `value ${i}` : null,
          ]);
          const store = storeOf(rows, size);
          for (const id of changed) {
            rows[id] = [String(id), `new ${id}`];
            store.patch([keyOf(id)], { rows: [rows[id]], flags: Uint8Array.of(1) });
          }
          const packed = store.pack(Uint32Array.from(wanted));
          const columns = packed.columns.map((column) => unpackColumn(column));
          expect(wanted.map((_, i) => columns.map((column) => column[i]))).toEqual(
            wanted.map((row) => rows[row]),
          );
          expect(unpackColumn(packed.keys)).toEqual(wanted.map(keyOf));
          expect([...packed.flags]).toEqual(wanted.map((row) => (changed.includes(row) ? 1 : 3)));
        },
      ),
    );
  });

  test('still arriving are not appended by a reread, which would show them twice', () => {
    const store = storeOf([['1', 'a']]);
    store.patch(
      [keyOf(1), keyOf(2)],
      {
        rows: [
          ['1', 'b'],
          ['2', 'b'],
        ],
        flags: Uint8Array.of(3, 3),
      },
      false,
    );
    expect(store.rows).toBe(1);
    expect(store.value(0, 1)).toBe('b');
  });

  test('of a table without a key have a name of their own and are found by no key', () => {
    const store = new RowStore([]);
    store.append({ rows: [['a'], ['a']], flags: Uint8Array.of(0, 0) });
    expect([store.key(0), store.key(1)]).toEqual(['row:0', 'row:1']);
    expect(store.indexOf('row:0')).toBeUndefined();
  });
});

test('keys are found among many whose hashes meet in one slot', () => {
  const index = new KeyIndex();
  const keys = Array.from({ length: 5_000 }, (_, i) => `["${i.toString(36)}"]`);
  for (const key of keys) index.add(key);
  expect(keys.every((key, i) => index.find(key, (row) => keys[row] === key) === i)).toBe(true);
  expect(index.find('["nothing"]', () => false)).toBeUndefined();
});
