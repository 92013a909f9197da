import { expect, test } from 'vitest';
import { headersOf, proposeMapping } from '../../../../shared/exchange/mapping.ts';
import { aColumn } from '../../../support/columns.ts';

const column = (name: string, label: string) => aColumn({ name, label, type: { kind: 'text' } });
const columns = [
  column('cost_center', 'Cost center'),
  column('amount', 'Betrag'),
  column('memo', 'amount'),
  column('note_a', 'Note'),
  column('note_b', 'Note'),
];

test('a header is matched by label before name, exactly before roughly, and no column twice', () => {
  expect(proposeMapping(['COST-CENTER', 'amount', 'Betrag', 'amount', '', 'else'], columns)).toEqual([
    ...['cost_center', 'memo', 'amount', null, null, null],
  ]);
});

test('a header that fits two columns is left to the person', () => {
  expect(proposeMapping(['Note', 'note_b'], columns)).toEqual([null, 'note_b']);
});

test('headers of an export lead back to the same columns, labels that repeat included', () => {
  expect(proposeMapping(headersOf(columns), columns)).toEqual(columns.map(({ name }) => name));
});
