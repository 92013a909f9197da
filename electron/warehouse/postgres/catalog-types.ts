import type { ColumnType, ValueFormat } from '../../../shared/model/sheet.ts';
import { humanise } from '../../../shared/values/humanise.ts';
import type { ColumnFact } from './catalog-facts.ts';

const VARHDRSZ = 4;

const numericType = (modifier: number): ColumnType => {
  if (modifier < VARHDRSZ) return { kind: 'decimal' };
  const packed = modifier - VARHDRSZ;
  // numeric.c: 16 bits of precision over 11 bits of signed scale.
  return { kind: 'decimal', precision: (packed >> 16) & 0xffff, scale: ((packed & 0x7ff) ^ 1024) - 1024 };
};

const textType = (maxLength: number): ColumnType =>
  maxLength > 0 ? { kind: 'text', maxLength } : { kind: 'text' };

const digitsOf = (modifier: number): number => (modifier < 0 ? 6 : modifier);

/** The type Writ edits a column as; `other` for everything it has no editor for. */
export const columnTypeOf = ({ base }: ColumnFact): ColumnType => {
  if (base.kind === 'e') return { kind: 'enum', values: [...base.labels] };
  // citext and its kind: text by category, from an extension.
  if (!base.builtIn) return base.kind === 'b' && base.category === 'S' ? { kind: 'text' } : { kind: 'other' };
  switch (base.name) {
    case 'text':
      return { kind: 'text' };
    case 'varchar':
    case 'bpchar':
      return textType(base.modifier - VARHDRSZ);
    case 'name':
      return { kind: 'text', maxLength: 63 };
    case 'numeric':
      return numericType(base.modifier);
    case 'int2':
      return { kind: 'integer', bits: 16 };
    case 'int4':
      return { kind: 'integer', bits: 32 };
    case 'int8':
      return { kind: 'integer', bits: 64 };
    case 'float4':
      return { kind: 'float', bits: 32 };
    case 'float8':
      return { kind: 'float', bits: 64 };
    case 'bool':
      return { kind: 'boolean' };
    case 'date':
      return { kind: 'date' };
    case 'time':
      return { kind: 'time', digits: digitsOf(base.modifier) };
    case 'timestamp':
      return { kind: 'timestamp', zoned: false, digits: digitsOf(base.modifier) };
    case 'timestamptz':
      return { kind: 'timestamp', zoned: true, digits: digitsOf(base.modifier) };
    case 'uuid':
      return { kind: 'uuid' };
    case 'json':
    case 'jsonb':
      return { kind: 'json' };
    default:
      return { kind: 'other' };
  }
};

/** Labels of all columns of a table; where two would be the same, the full names are told. */
export const labelsOf = (names: readonly string[]): string[] => {
  const short = names.map((name) => humanise(name));
  const full = names.map((name) => humanise(name, true));
  const count = (labels: readonly string[], label: string) => labels.filter((each) => each === label).length;
  return names.map((name, i) => {
    const label = short[i] ?? name;
    if (count(short, label) === 1) return label;
    const longer = full[i] ?? name;
    return count(full, longer) === 1 ? longer : name;
  });
};

const IDENTIFYING = /(^|_)(id|ids|key|code|no|nr|number|year|zip|phone|version)$/i;

/** How numbers are shown at first: decimals as stored, groups of thousands but in ids, years and keys. */
export const formatOf = (name: string, type: ColumnType, isKey: boolean): ValueFormat | undefined => {
  if (type.kind === 'decimal') {
    const decimals = type.scale === undefined ? undefined : Math.min(Math.max(type.scale, 0), 20);
    return decimals === undefined ? { grouping: true } : { decimals, grouping: true };
  }
  if (type.kind === 'float') return { grouping: true };
  if (type.kind === 'integer') return { grouping: !isKey && !IDENTIFYING.test(name) };
  return undefined;
};
