import type { FileColumn, ImportSettings } from '../../shared/contract/exchange.ts';
import {
  columnsThatDecide,
  type Decision,
  decideDateOrder,
  decideDecimal,
  type FileConventions,
} from '../../shared/exchange/conventions.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { Column, SheetDefinition } from '../../shared/model/sheet.ts';

/** A column of the file and the column of the sheet it goes to. */
export interface MappedColumn {
  /** Place among the file's columns. */
  readonly from: number;
  /** Place among the sheet's columns. */
  readonly place: number;
  readonly column: Column;
}

/** Settings that make sense for this file and sheet. */
export interface ImportChoice {
  readonly mapped: readonly MappedColumn[];
  readonly key: readonly MappedColumn[];
  readonly mode: ImportSettings['mode'];
  readonly empty: ImportSettings['empty'];
  readonly conventions: FileConventions;
}

const invalid = (code: string, message: string): AppError => new AppError('invalid', code, message);

/** Checks the settings against file and sheet. Throws AppError `invalid` on what the person still has to choose. */
export const importChoice = (
  definition: SheetDefinition,
  file: readonly FileColumn[],
  settings: ImportSettings,
): ImportChoice => {
  const mapped = settings.mapping.flatMap((name, from): MappedColumn[] => {
    if (name === null || from >= file.length) return [];
    const place = definition.columns.findIndex((each) => each.name === name);
    const column = definition.columns[place];
    if (!column) throw invalid('import-mapping', `The sheet has no column "${name}".`);
    return [{ from, place, column }];
  });
  if (mapped.length === 0) throw invalid('import-mapping', 'No column of the file is mapped to the sheet.');
  const seen = new Set<string>();
  for (const { column } of mapped) {
    if (seen.has(column.name))
      throw invalid(
        'import-mapping',
        `Two columns of the file are mapped to "${column.label}". Leave one out.`,
      );
    seen.add(column.name);
  }
  const key = settings.key.map((name) => {
    const found = mapped.find(({ column }) => column.name === name);
    if (found) return found;
    throw invalid('import-key', `Rows are matched by "${name}", which no column of the file is mapped to.`);
  });
  if (key.length === 0 && settings.mode !== 'add')
    throw invalid('import-key', 'Choose the columns that tell which row a line means.');
  const { numbers, dates } = columnsThatDecide(file, settings.mapping, definition.columns);
  const decimal = decided(
    decideDecimal(numbers),
    settings.decimal,
    '.',
    (example) =>
      `"${example}" can be read with a decimal point or a decimal comma. Choose how this file writes numbers.`,
  );
  const dateOrder = decided(
    decideDateOrder(dates),
    settings.dateOrder,
    'dmy',
    (example) => `"${example}" can be read day first or month first. Choose how this file writes dates.`,
  );
  const { mode, empty } = settings;
  return { mapped, key, mode, empty, conventions: { decimal, dateOrder } };
};

/** The person's choice, else what the file says; where it leaves doubt, nothing is guessed. */
const decided = <T>(
  found: Decision<T>,
  chosen: T | undefined,
  none: T,
  ask: (example: string) => string,
): T => {
  if (chosen !== undefined) return chosen;
  if (found.kind === 'settled') return found.value;
  if (found.kind === 'none') return none;
  throw invalid('import-ambiguous', ask(found.example));
};
