import { expect, test } from 'vitest';
import { evaluateArithmetic, isArithmetic } from '../../../../shared/planning/arithmetic.ts';

test.each([
  ['=1200*1.05', null, '1260'],
  ['= 0.1 + 0.2', null, '0.3'],
  ['=(1+2)*-3', null, '-9'],
  ['=10-2-3', null, '5'],
  ['=100/8', null, '12.5'],
  ['=2k+50%', null, '2000.5'],
  ['+10%', '200.10', '220.11'],
  ['-5 %', '1000', '950'],
  ['*1.1', '12345678901234567890.01', '13580246791358024679.011'],
  ['/4', '10', '2.5'],
  ['5k', null, '5000'],
  ['-1.25M', null, '-1250000'],
  ['=-0', null, '0'],
])('%s on %s gives %s', (text, current, value) => {
  expect(isArithmetic(text)).toBe(true);
  expect(evaluateArithmetic(text, current)).toBe(value);
});

test.each(['1200', '-5', '1.234,50', '31.12.', 'abc', '12-', '(12)'])('%s is not arithmetic', (text) => {
  expect(isArithmetic(text)).toBe(false);
});

test.each([
  ['=', /missing/],
  ['=1+', /missing/],
  ['=(1', /bracket/],
  ['=1)', /left over/],
  ['=1/0', /divides by zero/],
  ['=1;2', /not understood/],
  ['=alert(1)', /not understood/],
  ['=1..2', /not understood|left over/],
])('%s is refused with the reason', (text, reason) => {
  expect(() => evaluateArithmetic(text, null)).toThrow(reason);
});

test('a change in proportion needs a value to change', () => {
  expect(() => evaluateArithmetic('+10%', null)).toThrow(/empty/);
});
