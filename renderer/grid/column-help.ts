import type { Column, ColumnRule, ColumnType } from '../../shared/model/sheet.ts';

const few = (values: readonly string[]): string =>
  values.length > 8 ? `${values.slice(0, 8).join(', ')}, … (${values.length})` : values.join(', ');

/** A column's type in words a person who is not a programmer knows. */
export const typeText = (type: ColumnType): string => {
  switch (type.kind) {
    case 'text':
      return type.maxLength ? `Text, up to ${type.maxLength} characters` : 'Text';
    case 'decimal':
      if (type.scale === undefined) return 'Exact number';
      return `Exact number, ${type.scale} decimals${type.precision ? `, ${type.precision} digits in all` : ''}`;
    case 'integer':
      return 'Whole number';
    case 'float':
      return 'Approximate number';
    case 'boolean':
      return 'Yes or no';
    case 'date':
      return 'Date';
    case 'time':
      return 'Time of day';
    case 'timestamp':
      return type.zoned ? 'Date and time with zone' : 'Date and time';
    case 'enum':
      return `One of ${few(type.values)}`;
    case 'uuid':
      return 'UUID';
    case 'json':
      return 'JSON';
    case 'other':
      return 'Warehouse type, entered as its text';
  }
};

const ruleText = (rule: ColumnRule): string => {
  if (rule.message && rule.origin === 'definition') return rule.message;
  switch (rule.kind) {
    case 'required':
      return 'Required';
    case 'list':
      return `One of ${few(rule.values)}`;
    case 'range': {
      const low = rule.min === undefined ? null : `${rule.minExclusive ? 'above' : 'at least'} ${rule.min}`;
      const high = rule.max === undefined ? null : `${rule.maxExclusive ? 'below' : 'at most'} ${rule.max}`;
      const text = [low, high].filter((part) => part !== null).join(', ');
      return text.charAt(0).toUpperCase() + text.slice(1);
    }
    case 'decimals':
      return `At most ${rule.max} decimals`;
    case 'regex':
      return `${rule.negate ? 'Not of' : 'Of'} the form ${rule.pattern}`;
    case 'length':
      return `Length ${rule.min ?? 0} to ${rule.max ?? 'any'}`;
    case 'unique':
      return 'Unique in the sheet';
    case 'not-in':
      return `Not ${few(rule.values)}`;
  }
};

/** Help text, type and rules of a column, one a line: header tooltip and status bar. */
export const columnHelp = (column: Column): string => {
  const lines = [column.help, `${typeText(column.type)} (${column.sqlType})`];
  if (column.lookup) lines.push(`From ${column.lookup.source.table}`);
  for (const rule of column.rules) {
    lines.push(`${ruleText(rule)}${rule.severity === 'warn' ? ' (warning only)' : ''}`);
  }
  if (column.readOnly) lines.push(`Read-only: ${column.readOnly.reason}`);
  if (column.reasonAbove) lines.push(`A change above ${column.reasonAbove} needs a reason`);
  return lines.filter((line) => line !== undefined && line !== '').join('\n');
};
