import type { ImportSettings } from '../../shared/contract/exchange.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import {
  columnsThatDecide,
  type Decision,
  decideDateOrder,
  decideDecimal,
} from '../../shared/exchange/conventions.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';

/** A file as the backend read it. */
export type ReadFile = OutputOf<'imports.read'>;

/** What a person chooses about a file; undefined conventions follow the file. */
export type Choice = ImportSettings;

/** What is proposed for a file: its mapping, and the table's key where the file has all of it. */
export const firstChoice = (file: ReadFile, definition: SheetDefinition): Choice => ({
  mapping: file.mapping,
  key: definition.key.every((name) => file.mapping.includes(name)) ? definition.key : [],
  mode: 'update',
  empty: 'clear',
});

/** The same choice after a column of the file got another meaning; a key column that is gone matches no more. */
export const withMapping = (choice: Choice, from: number, column: string | null): Choice => {
  // A column of the sheet takes one column of the file: the last one chosen.
  const mapping = choice.mapping.map((name, i) => (i === from ? column : name === column ? null : name));
  return { ...choice, mapping, key: choice.key.filter((name) => mapping.includes(name)) };
};

export interface Conventions {
  readonly decimal: Decision<'.' | ','>;
  readonly dateOrder: Decision<'dmy' | 'mdy'>;
}

/** What the file says about its numbers and dates, with the columns mapped as they are. */
export const conventionsOf = (file: ReadFile, choice: Choice, definition: SheetDefinition): Conventions => {
  const { numbers, dates } = columnsThatDecide(file.columns, choice.mapping, definition.columns);
  return { decimal: decideDecimal(numbers), dateOrder: decideDateOrder(dates) };
};

/** What still has to be chosen before the file can be checked; null when nothing. */
export const missingChoice = (choice: Choice, { decimal, dateOrder }: Conventions): string | null => {
  if (choice.mapping.every((name) => name === null)) return 'Map at least one column of the file.';
  if (choice.mode !== 'add' && choice.key.length === 0)
    return 'Choose the columns that tell which row a line means.';
  if (decimal.kind === 'ask' && choice.decimal === undefined) return 'Choose how this file writes numbers.';
  if (dateOrder.kind === 'ask' && choice.dateOrder === undefined) return 'Choose how this file writes dates.';
  return null;
};
