import type { Column, ColumnRule, RowRule, Severity, SheetDefinition } from '../../shared/model/sheet.ts';

/** Rules the definition may add to a column, one of each kind. */
export type AddedKind = 'required' | 'list' | 'range' | 'decimals' | 'regex' | 'length' | 'unique';

/** The definition's own rule of a kind; rules of the warehouse are never edited. */
export const addedRule = <K extends AddedKind>(
  column: Column,
  kind: K,
): Extract<ColumnRule, { kind: K }> | null => {
  for (const rule of column.rules) {
    if (rule.kind === kind && rule.origin === 'definition') return rule as Extract<ColumnRule, { kind: K }>;
  }
  return null;
};

/** Puts a rule in place of the definition's one of the same kind; null takes it away. */
export const withRule = (column: Column, kind: AddedKind, rule: ColumnRule | null): Column => ({
  ...column,
  rules: [
    ...column.rules.filter((each) => each.kind !== kind || each.origin !== 'definition'),
    ...(rule ? [rule] : []),
  ],
});

const base = (severity: Severity): { severity: Severity; origin: 'definition' } => ({
  severity,
  origin: 'definition',
});

/** A fresh rule of a kind, as it is when its box is ticked. */
export const newRule = (kind: AddedKind): ColumnRule => {
  switch (kind) {
    case 'required':
    case 'unique':
      return { kind, ...base('block') };
    case 'list':
      return { kind, values: [], ...base('block') };
    case 'range':
      return { kind, minExclusive: false, maxExclusive: false, ...base('block') };
    case 'decimals':
      return { kind, max: 2, ...base('block') };
    case 'regex':
      return { kind, pattern: '', ignoreCase: false, negate: false, ...base('block') };
    case 'length':
      return { kind, ...base('block') };
  }
};

/** Replaces a column of the definition. */
export const withColumn = (definition: SheetDefinition, column: Column): SheetDefinition => ({
  ...definition,
  columns: definition.columns.map((each) => (each.name === column.name ? column : each)),
});

/** The definition's own row rules; the warehouse's are shown beside them, locked. */
export const addedRowRules = (definition: SheetDefinition): readonly RowRule[] =>
  definition.rules.filter((rule) => rule.origin === 'definition');

/** Puts the given rules in place of the definition's own. */
export const withRowRules = (definition: SheetDefinition, rules: readonly RowRule[]): SheetDefinition => ({
  ...definition,
  rules: [...definition.rules.filter((rule) => rule.origin === 'warehouse'), ...rules],
});

/** A rule in words, for lists. */
export const ruleText = (rule: ColumnRule): string => {
  switch (rule.kind) {
    case 'required':
      return 'A value is needed';
    case 'unique':
      return 'Unique';
    case 'list':
      return `One of ${rule.values.join(', ')}`;
    case 'not-in':
      return `Not ${rule.values.join(', ')}`;
    case 'range': {
      const low = rule.min === undefined ? '' : `${rule.minExclusive ? 'more than' : 'at least'} ${rule.min}`;
      const high = rule.max === undefined ? '' : `${rule.maxExclusive ? 'less than' : 'at most'} ${rule.max}`;
      return [low, high].filter(Boolean).join(', ');
    }
    case 'decimals':
      return `At most ${rule.max} decimals`;
    case 'regex':
      return `${rule.negate ? 'Does not match' : 'Matches'} ${rule.pattern}`;
    case 'length':
      return `${rule.min ?? 0} to ${rule.max ?? 'any number of'} characters`;
  }
};
