import { describe, expect, test } from 'vitest';
import { createFrameEncoding } from '../../../../shared/contract/encoding.ts';
import { events, operations } from '../../../../shared/contract/operations.ts';
import { callFrame, failedAnswer, hostFrame, settleAnswer } from '../../../../shared/contract/wire.ts';
import { AppError } from '../../../../shared/model/failure.ts';
import { packColumn, rowPage, unpackColumn } from '../../../../shared/model/rows.ts';

const throughBytes = (value: unknown): unknown => {
  const bytes = createFrameEncoding().encode(value);
  // An odd offset, as a socket's buffer may have: multi-byte columns must come out aligned.
  const shifted = new Uint8Array(bytes.byteLength + 1).subarray(1);
  shifted.set(bytes);
  return createFrameEncoding().decode(shifted);
};

const values = ['1.10', null, '', 'Überschuß 💶', '99999999999999999999.99', null, 'x'.repeat(70_000)];

describe('the contract table', () => {
  test('every operation says whether it reads or changes, and has schemas', () => {
    for (const [name, operation] of Object.entries(operations)) {
      expect(name).toMatch(/^[a-z]+\.[a-z]+$/);
      expect(['query', 'command']).toContain(operation.kind);
      expect(operation.input.safeParse).toBeTypeOf('function');
      expect(operation.output.safeParse).toBeTypeOf('function');
    }
    for (const name of Object.keys(events)) expect(name).toMatch(/^[a-z]+\.[a-z]+$/);
  });
});

describe('frames as bytes', () => {
  test('a page of rows keeps its column types, alignment and nulls', () => {
    const page = {
      start: 40,
      count: values.length,
      keys: packColumn(values.map((_, i) => JSON.stringify([String(i)]))),
      columns: [packColumn(values), packColumn(values.map(() => 'a'))],
      flags: new Uint8Array(values.length).fill(3),
    };
    const frame = hostFrame.parse(throughBytes({ kind: 'answer', id: 7, ok: true, output: page }));
    if (frame.kind !== 'answer' || !frame.ok) throw new Error('not an answer');
    const back = rowPage.parse(frame.output);
    expect(back.columns[0]?.ends).toBeInstanceOf(Uint32Array);
    expect(back.columns[0]?.ends.byteOffset).toSatisfy((offset: number) => offset % 4 === 0);
    expect(back.columns[0] && unpackColumn(back.columns[0])).toEqual(values);
    expect(back.flags).toBeInstanceOf(Uint8Array);
    expect([...back.flags]).toEqual(values.map(() => 3));
  });

  test('left out, undefined and null stay what they are', () => {
    expect(throughBytes({ a: undefined, b: null, c: [undefined, null] })).toEqual({
      a: undefined,
      b: null,
      c: [undefined, null],
    });
  });

  test('whole numbers and fractions come back exact', () => {
    const numbers = [0, -1, 255, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 0.1];
    expect(throughBytes(numbers)).toEqual(numbers);
  });

  test('a key named __proto__ does not reach the prototype', () => {
    const sent = JSON.parse('{"rows":{"__proto__":{"polluted":true}}}') as unknown;
    throughBytes(sent);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const back = throughBytes(sent) as { rows: Record<string, unknown> };
    expect(back.rows.polluted).toBeUndefined();
  });

  test('bytes that are cut short are refused', () => {
    const bytes = createFrameEncoding().encode({ kind: 'call', id: 1, name: 'app.info', input: {} });
    expect(() => createFrameEncoding().decode(bytes.slice(0, bytes.length - 2))).toThrow();
  });
});

describe('failures across the wire', () => {
  test('an AppError arrives as the same AppError, without its cause', () => {
    const sent = new AppError('conflict', 'rows-changed', 'Two rows changed meanwhile.', {
      details: { rows: ['["1"]'] },
      cause: new Error('secret'),
    });
    const answer = hostFrame.parse(throughBytes(failedAnswer(3, sent)));
    expect(JSON.stringify(answer)).not.toContain('secret');
    let got: unknown;
    try {
      if (answer.kind === 'answer') settleAnswer(answer);
    } catch (error) {
      got = error;
    }
    expect(got).toBeInstanceOf(AppError);
    expect(got).toMatchObject({
      kind: 'conflict',
      code: 'rows-changed',
      message: 'Two rows changed meanwhile.',
      details: { rows: ['["1"]'] },
    });
  });

  test('anything else thrown arrives as a bug', () => {
    const answer = failedAnswer(1, new TypeError('x is not a function'));
    expect(answer).toMatchObject({ ok: false, error: { kind: 'bug', code: 'unexpected' } });
  });

  test('frames with a wrong shape are refused', () => {
    for (const frame of [
      null,
      1,
      {},
      { kind: 'call' },
      { kind: 'call', id: -1, name: 'a' },
      { kind: 'call', id: 1, name: 5 },
    ]) {
      expect(callFrame.safeParse(frame).success).toBe(false);
    }
    expect(hostFrame.safeParse({ kind: 'answer', id: 1, ok: false, error: { kind: 'odd' } }).success).toBe(
      false,
    );
  });
});
