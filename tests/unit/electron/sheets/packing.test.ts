import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinPacked, keyText, packKeys, slicePacked } from '../../../../electron/sheets/packing.ts';
import { packColumn, rowKeyOf, unpackColumn } from '../../../../shared/model/rows.ts';

const cells = fc.array(fc.option(fc.string({ unit: 'binary' }), { nil: null }), { maxLength: 40 });

test('a part of a packed column, and parts put together, hold what the values held', () => {
  fc.assert(
    fc.property(cells, cells, fc.nat(40), fc.nat(40), (one, two, a, b) => {
      const [from, to] = [Math.min(a, b, one.length), Math.min(Math.max(a, b), one.length)];
      const part = slicePacked(packColumn(one), from, to);
      expect(unpackColumn(part)).toEqual(one.slice(from, to));
      const joined = joinPacked([part, packColumn(two), packColumn([])]);
      expect(unpackColumn(joined)).toEqual([...one.slice(from, to), ...two]);
      expect(joined.text).toHaveLength(joined.ends.at(-1) ?? 0);
    }),
  );
});

test('keys are the same texts that everyone else makes of them, whatever the values', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('"', '\\', '\u0000', '\ud800', '\ud83d\ude00', '', ','),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(value, fc.option(value, { nil: null }))), (rows) => {
      expect(rows.map((row) => keyText(row))).toEqual(rows.map((row) => rowKeyOf(row)));
      const columns = [
        packColumn(rows.map(([first]) => first)),
        packColumn(rows.map(([, second]) => second)),
      ];
      expect(unpackColumn(packKeys(columns, rows.length))).toEqual(rows.map((row) => rowKeyOf(row)));
    }),
  );
});
