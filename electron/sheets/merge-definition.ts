import type { Column, ColumnRule, SheetDefinition } from '../../shared/model/sheet.ts';

export interface Merged {
  readonly definition: SheetDefinition;
  /** Sentences on what no longer fits. */
  readonly drift: readonly string[];
}

const fromWarehouse = (rules: readonly ColumnRule[]): ColumnRule[] =>
  rules.filter((rule) => rule.origin === 'warehouse');
const fromDefinition = (rules: readonly ColumnRule[]): ColumnRule[] =>
  rules.filter((rule) => rule.origin === 'definition');

/**
 * A saved definition laid over what introspection says today. Facts of the warehouse (types, its rules, keys, read-only
 * columns, lookups) always win, so a definition can tighten a sheet and never loosen it.
 */
export const mergeDefinition = (fresh: SheetDefinition, saved: SheetDefinition): Merged => {
  const drift: string[] = [];
  const known = new Map(fresh.columns.map((column) => [column.name, column]));
  const savedNames = new Set(saved.columns.map((column) => column.name));
  const columns: Column[] = [];
  for (const column of saved.columns) {
    const fact = known.get(column.name);
    if (!fact) {
      drift.push(`The column "${column.name}" is no longer in the table; its settings are not used.`);
      continue;
    }
    if (column.sqlType !== fact.sqlType) {
      drift.push(
        `The column "${column.name}" is now ${fact.sqlType}; it was ${column.sqlType} when the definition was saved.`,
      );
    }
    columns.push(mergeColumn(fact, column));
  }
  for (const column of fresh.columns) if (!savedNames.has(column.name)) columns.push(column);
  if (JSON.stringify(saved.key) !== JSON.stringify(fresh.key)) {
    drift.push(`The key of the table is now ${fresh.key.length > 0 ? fresh.key.join(', ') : 'missing'}.`);
  }
  const rules = [...fresh.rules, ...saved.rules.filter((rule) => rule.origin === 'definition')];
  return { definition: { ...fresh, name: saved.name, columns, rules }, drift };
};

const mergeColumn = (fact: Column, saved: Column): Column => ({
  ...fact,
  label: saved.label,
  help: saved.help ?? fact.help,
  format: saved.format ?? fact.format,
  width: saved.width,
  hidden: saved.hidden,
  readOnlyWhen: saved.readOnlyWhen,
  reasonAbove: saved.reasonAbove,
  defaultValue: saved.defaultValue ?? fact.defaultValue,
  readOnly: fact.readOnly ?? (saved.readOnly?.cause === 'definition' ? saved.readOnly : undefined),
  rules: [...fromWarehouse(fact.rules), ...fromDefinition(saved.rules)],
});
