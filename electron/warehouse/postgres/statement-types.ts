import { AppError } from '../../../shared/model/failure.ts';
import type { Column } from '../../../shared/model/sheet.ts';

/** An identifier for a statement: `"a""b"`. Identifiers come from the catalog and always pass here (manual 4.1.1). */
export const quote = (identifier: string): string => {
  if (identifier === '' || identifier.includes('\0'))
    throw new AppError(
      'invalid',
      'identifier-invalid',
      'A name of the sheet cannot be a name in the database.',
    );
  return `"${identifier.replaceAll('"', '""')}"`;
};

/** How the values of one column are bound: as an array of `bound`; where that is text, each is cast to `base`. */
export interface BoundType {
  readonly bound: string;
  readonly base: string;
  /** The type has an equality of its own; otherwise the texts are compared. */
  readonly comparable: boolean;
}

const typed = (base: string): BoundType => ({ bound: base, base, comparable: true });

const NAME = '(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)';
const REFERENCE = new RegExp(`^(?:(${NAME})\\.)?(${NAME})(?:\\([-0-9, ]+\\))?((?:\\[\\])*)$`);

/** Names of several words, and names that mean something else when quoted (manual, table 8.1). */
const SPELLED: Readonly<Record<string, string>> = {
  'character varying': 'varchar',
  character: 'bpchar',
  'double precision': 'float8',
  real: 'float4',
  integer: 'int4',
  smallint: 'int2',
  bigint: 'int8',
  boolean: 'bool',
  bit: 'bit',
  'bit varying': 'varbit',
  'time with time zone': 'timetz',
  'time without time zone': 'time',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
};

/**
 * A type as format_type prints it, as a reference that is safe in a statement and has no length, precision or scale: a
 * cast to numeric(18,2) would round in silence. Throws AppError `invalid` for anything else.
 */
export const typeReference = (sqlType: string): string => {
  const dimensions = /(?:\[\])*$/.exec(sqlType)?.[0] ?? '';
  const plain = sqlType.slice(0, sqlType.length - dimensions.length);
  const words = plain.replace(/\([-0-9, ]+\)/, '').replace(/^interval .*$/, 'interval');
  const known = Object.hasOwn(SPELLED, words) ? SPELLED[words] : undefined;
  if (known !== undefined) return `pg_catalog."${known}"${dimensions}`;
  const [, schema, name] = REFERENCE.exec(words) ?? [];
  if (name === undefined)
    throw new AppError(
      'invalid',
      'type-unreadable',
      'A type of the sheet is not one the database prints. Open the sheet again.',
    );
  const part = (each: string): string => (each.startsWith('"') ? each : `"${each}"`);
  return `${schema === undefined ? '' : `${part(schema)}.`}${part(name)}${dimensions}`;
};

/** How a column's values travel, by its kind; only enums and rarer types need the name the warehouse printed. */
export const boundType = (column: Column): BoundType => {
  const { type, sqlType } = column;
  switch (type.kind) {
    case 'text':
      return typed(/^(character|bpchar)(\(|$)/.test(sqlType) ? 'pg_catalog."bpchar"' : 'text');
    case 'decimal':
      return typed('numeric');
    case 'integer':
      return typed(`int${type.bits / 8}`);
    case 'float':
      return typed(`float${type.bits / 8}`);
    case 'boolean':
      return typed('boolean');
    case 'date':
      return typed('date');
    case 'time':
      return typed(sqlType.includes('with time zone') ? 'timetz' : 'time');
    case 'timestamp':
      return typed(type.zoned ? 'timestamptz' : 'timestamp');
    case 'uuid':
      return typed('uuid');
    case 'enum':
      return typed(typeReference(sqlType));
    case 'json':
    case 'other':
      return { bound: 'text', base: typeReference(sqlType), comparable: false };
  }
};
