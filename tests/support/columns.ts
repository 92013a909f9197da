import { type Column, column, type SheetDefinition, sheetDefinition } from '../../shared/model/sheet.ts';

/** A column with what a test cares about; the rest takes the schema's defaults. */
export const aColumn = (given: Partial<Column> & Pick<Column, 'type'>): Column =>
  column.parse({ name: 'value', label: 'Value', sqlType: 'text', ...given });

/** A definition over the given columns. */
export const aSheet = (columns: readonly Column[], given: Partial<SheetDefinition> = {}): SheetDefinition =>
  sheetDefinition.parse({
    version: 1,
    id: 'plan.line',
    name: 'Lines',
    source: { schema: 'plan', table: 'line' },
    sourceKind: 'table',
    key: [],
    columns,
    ...given,
  });
