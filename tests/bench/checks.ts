import { z } from 'zod';
import { compileSheet } from '../../shared/rules/compile.ts';
import { aColumn, aSheet } from '../support/columns.ts';
import { type BenchResult, interleave, timed, verdict } from './harness.ts';

const CELLS = 1_000_000;
const ROUNDS = 15;

/** The floor: what somebody would write by hand for exactly these four columns, outside the product. */
const byHand: readonly ((text: string) => boolean)[] = [
  (text) => {
    let i = text.charCodeAt(0) === 45 ? 1 : 0;
    const start = i;
    while (i < text.length && text.charCodeAt(i) >= 48 && text.charCodeAt(i) <= 57) i++;
    if (i === start || i - start > 16) return false;
    if (i < text.length) {
      if (text.charCodeAt(i) !== 46 || text.length - i - 1 > 2 || text.length - i === 1) return false;
      for (i++; i < text.length; i++) if (text.charCodeAt(i) < 48 || text.charCodeAt(i) > 57) return false;
    }
    const value = Number(text);
    return value >= -50_000_000 && value <= 50_000_000;
  },
  (text) => text.length <= 8 && /^CC[0-9]{4}$/.test(text),
  (() => {
    const values = new Set(['manual', 'contract', 'headcount', 'trend', 'allocation']);
    return (text: string) => values.has(text);
  })(),
  (text) => text.length <= 200 && !text.includes('\0') && text.isWellFormed(),
];

const sheet = aSheet([
  aColumn({
    name: 'amount',
    type: { kind: 'decimal', precision: 18, scale: 2 },
    rules: [
      {
        kind: 'range',
        min: '-50000000',
        max: '50000000',
        minExclusive: false,
        maxExclusive: false,
        severity: 'block',
        origin: 'warehouse',
      },
    ],
  }),
  aColumn({
    name: 'center',
    type: { kind: 'text', maxLength: 8 },
    rules: [
      {
        kind: 'regex',
        pattern: '^CC[0-9]{4}$',
        ignoreCase: false,
        negate: false,
        severity: 'block',
        origin: 'warehouse',
      },
    ],
  }),
  aColumn({
    name: 'driver',
    type: { kind: 'enum', values: ['manual', 'contract', 'headcount', 'trend', 'allocation'] },
  }),
  aColumn({ name: 'memo', type: { kind: 'text', maxLength: 200 } }),
]);

const schemas = [
  z
    .string()
    .regex(/^-?\d{1,16}(\.\d{1,2})?$/)
    .refine((text) => Number(text) >= -50_000_000 && Number(text) <= 50_000_000),
  z
    .string()
    .max(8)
    .regex(/^CC[0-9]{4}$/),
  z.enum(['manual', 'contract', 'headcount', 'trend', 'allocation']),
  z
    .string()
    .max(200)
    .refine((text) => !text.includes('\0') && text.isWellFormed()),
];

/** One in a hundred cells is bad, in a way its column refuses. */
const cells = (): readonly (readonly string[])[] => {
  const perColumn = CELLS / 4;
  const drivers = ['manual', 'contract', 'headcount', 'trend', 'allocation'];
  const bad = ['12.345', 'CC12', 'guess', `x${'y'.repeat(300)}`];
  const good: readonly ((i: number) => string)[] = [
    (i) => `${(i * 7919) % 49_000_000}.${String(i % 100).padStart(2, '0')}`,
    (i) => `CC${String(i % 10_000).padStart(4, '0')}`,
    (i) => drivers[i % 5] ?? '',
    (i) => `Price increase agreed with supplier ${i % 977}`,
  ];
  return good.map((make, c) =>
    Array.from({ length: perColumn }, (_, i) => (i % 100 === 99 ? (bad[c] ?? '') : make(i))),
  );
};

/** Cell checks compiled from a definition, against closures written by hand (target 1.3) and zod in the same run. */
export const benchChecks = async (): Promise<BenchResult[]> => {
  const columns = cells();
  const rules = compileSheet(sheet);
  const compiled = sheet.columns.map((column) => rules.cellChecker(column.name));
  const refused: Record<string, number> = {};
  const contender = (name: string, judge: (column: number, text: string) => boolean) => ({
    name,
    run: () =>
      timed(async () => {
        let count = 0;
        for (let c = 0; c < columns.length; c++)
          for (const text of columns[c] ?? []) if (!judge(c, text)) count++;
        refused[name] = count;
      }),
  });
  const timings = await interleave(
    [
      contender('by hand', (c, text) => byHand[c]?.(text) ?? false),
      contender('zod', (c, text) => schemas[c]?.safeParse(text).success ?? false),
      contender('compiled', (c, text) => compiled[c]?.(text) === null),
    ],
    ROUNDS,
  );
  const wanted = CELLS / 100;
  if (Object.values(refused).some((count) => count !== wanted)) {
    throw new Error(`The contenders disagree: ${JSON.stringify(refused)}, expected ${wanted} each.`);
  }
  return [verdict('checks 1M cells', 1.3, timings, { ours: 'compiled', floor: 'by hand', peer: 'zod' })];
};
