import { z } from 'zod';

/** A column's type as Writ edits it. Values of every type travel as canonical text or null, never as numbers. */
export const columnType = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), maxLength: z.int().positive().optional() }),
  z.object({ kind: z.literal('decimal'), precision: z.int().optional(), scale: z.int().optional() }),
  z.object({ kind: z.literal('integer'), bits: z.union([z.literal(16), z.literal(32), z.literal(64)]) }),
  z.object({ kind: z.literal('float'), bits: z.union([z.literal(32), z.literal(64)]) }),
  z.object({ kind: z.literal('boolean') }),
  z.object({ kind: z.literal('date') }),
  z.object({ kind: z.literal('time'), digits: z.int().min(0).max(6) }),
  z.object({ kind: z.literal('timestamp'), zoned: z.boolean(), digits: z.int().min(0).max(6) }),
  z.object({ kind: z.literal('enum'), values: z.array(z.string()) }),
  z.object({ kind: z.literal('uuid') }),
  z.object({ kind: z.literal('json') }),
  /** Anything else (arrays, ranges, geometry, bytea...): shown as the warehouse prints it, edited as plain text. */
  z.object({ kind: z.literal('other') }),
]);
export type ColumnType = z.infer<typeof columnType>;
export type ColumnKind = ColumnType['kind'];

/** `block` refuses the value at the cell; `warn` keeps it and marks it. */
export const severity = z.enum(['block', 'warn']);
export type Severity = z.infer<typeof severity>;

/** Where a rule comes from: read from the warehouse (never loosened) or added by the sheet definition. */
export const ruleOrigin = z.enum(['warehouse', 'definition']);

const ruleBase = {
  severity: severity.default('block'),
  origin: ruleOrigin.default('definition'),
  /** Replaces the generated sentence; for warehouse rules, the constraint's name. */
  message: z.string().optional(),
  name: z.string().optional(),
};

/** One check on one value. Bounds and list entries are canonical text of the column's type. */
export const columnRule = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('required'), ...ruleBase }),
  z.object({ kind: z.literal('list'), values: z.array(z.string()), ...ruleBase }),
  z.object({
    kind: z.literal('range'),
    min: z.string().optional(),
    max: z.string().optional(),
    minExclusive: z.boolean().default(false),
    maxExclusive: z.boolean().default(false),
    ...ruleBase,
  }),
  z.object({ kind: z.literal('decimals'), max: z.int().min(0), ...ruleBase }),
  z.object({
    kind: z.literal('regex'),
    pattern: z.string(),
    ignoreCase: z.boolean().default(false),
    negate: z.boolean().default(false),
    ...ruleBase,
  }),
  z.object({ kind: z.literal('length'), min: z.int().optional(), max: z.int().optional(), ...ruleBase }),
  /** Unique within the sheet; checked over the whole set at submit, and by the warehouse. */
  z.object({ kind: z.literal('unique'), ...ruleBase }),
  /** Must differ from these values (CHECK col <> 'x'). */
  z.object({ kind: z.literal('not-in'), values: z.array(z.string()), ...ruleBase }),
]);
export type ColumnRule = z.infer<typeof columnRule>;

/** A rule over several columns of one row: a CEL expression that must be true (null result counts as true, as in SQL CHECK). */
export const rowRule = z.object({
  name: z.string(),
  expression: z.string(),
  message: z.string(),
  columns: z.array(z.string()),
  severity: severity.default('block'),
  origin: ruleOrigin.default('definition'),
});
export type RowRule = z.infer<typeof rowRule>;

export const valueFormat = z.object({
  /** Digits shown after the decimal separator; display only, never rounds what is stored. */
  decimals: z.int().min(0).max(20).optional(),
  grouping: z.boolean().optional(),
  percent: z.boolean().optional(),
  currency: z.string().optional(),
  negative: z.enum(['minus', 'parentheses']).optional(),
  /** Dates as the locale writes them where absent; `iso` is 2026-11-24, `long` 24 Nov 2026 with the locale's month names. */
  dates: z.enum(['iso', 'long']).optional(),
});
export type ValueFormat = z.infer<typeof valueFormat>;

/** Where a table lives in the warehouse. Identifiers come from the catalog only. */
export const source = z.object({ schema: z.string(), table: z.string() });
export type Source = z.infer<typeof source>;

/** A foreign key of one column, offered as a searchable list; `label` is the referenced column people recognise. */
export const lookup = z.object({
  source,
  key: z.string(),
  label: z.string().optional(),
});
export type Lookup = z.infer<typeof lookup>;

/** Why a column cannot be typed into, for everyone (rights of a person are separate, see `rights.ts`). */
export const readOnlyCause = z.enum(['generated', 'identity', 'key', 'view', 'definition', 'derived']);

export const column = z.object({
  name: z.string(),
  label: z.string(),
  type: columnType,
  /** The type as the warehouse prints it, for example `numeric(18,2)`. */
  sqlType: z.string(),
  help: z.string().optional(),
  format: valueFormat.optional(),
  /** Value a new row gets when nothing is typed: canonical text. */
  defaultValue: z.string().optional(),
  /** The warehouse fills the column itself when it is left out (default expression, identity, generated). */
  hasDefault: z.boolean().default(false),
  readOnly: z.object({ cause: readOnlyCause, reason: z.string() }).optional(),
  /** CEL over the row; when true the cell is read-only. */
  readOnlyWhen: z.object({ expression: z.string(), reason: z.string() }).optional(),
  /** A change whose absolute amount exceeds this (decimal text) needs a reason. */
  reasonAbove: z.string().optional(),
  rules: z.array(columnRule).default([]),
  lookup: lookup.optional(),
  width: z.int().positive().optional(),
  hidden: z.boolean().optional(),
});
export type Column = z.infer<typeof column>;

/**
 * What a sheet is: columns, key and rules over one table or view. Stored and exchanged as JSON.
 * `key` empty means readable only; `keyReason` then says why in a sentence for the user.
 */
export const sheetDefinition = z.object({
  version: z.literal(1),
  id: z.string(),
  name: z.string(),
  source,
  sourceKind: z.enum(['table', 'view', 'materialized-view', 'foreign-table', 'partitioned-table']),
  comment: z.string().optional(),
  key: z.array(z.string()),
  keyReason: z.string().optional(),
  columns: z.array(column),
  rules: z.array(rowRule).default([]),
});
export type SheetDefinition = z.infer<typeof sheetDefinition>;
