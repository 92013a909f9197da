import type { RowKey } from '../../shared/model/rows.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { CellChecker } from '../../shared/rules/compile.ts';
import { type Refusal, refusalOfColumn, refusalOfRow } from '../governance/check-rights.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import type { RowStore } from '../sheets/row-store.ts';
import { type ReadCell, sameValue } from './cell-reading.ts';
import type { ImportChoice, MappedColumn } from './import-settings.ts';
import type { FileCell, FileLine } from './read-file.ts';
import type { FindRow, MatchedRow } from './row-match.ts';

type Cell = string | null;

export interface ChangedCell {
  readonly column: string;
  readonly before: Cell;
  readonly after: Cell;
  readonly needsReason: boolean;
}

/** What a line of a file means for the sheet. */
export type LineResult =
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'update';
      readonly row: RowKey;
      readonly cells: readonly ChangedCell[];
      readonly warnings: number;
    }
  | { readonly kind: 'add'; readonly values: Readonly<Record<string, Cell>>; readonly warnings: number }
  | { readonly kind: 'refused'; readonly problems: readonly LineProblem[] };

export interface LineProblem {
  /** The column's label; null when the line as a whole is meant. */
  readonly column: string | null;
  readonly message: string;
}

/** A column of the sheet with how the file's cells for it are read. */
export interface Target extends MappedColumn {
  readonly read: ReadCell;
}

export interface JudgeInput {
  readonly sheet: OpenSheet;
  readonly store: RowStore;
  readonly choice: ImportChoice;
  readonly find: FindRow;
  readonly targets: readonly Target[];
}

/** A line's result; `name` tells lines that mean the same row, null when a line means no known one. */
export interface Judged {
  readonly name: string | null;
  readonly result: LineResult;
}

/** What is asked of a column for every line, found out once. */
interface Check extends Target {
  readonly check: CellChecker;
  readonly same: (a: Cell, b: Cell) => boolean;
  readonly stored: Refusal | null;
  readonly fresh: Refusal | null;
  /** A text equal to the value kept needs no reading; with a decimal comma a number may look the same and be another. */
  readonly literal: boolean;
}

const NUMERIC: ReadonlySet<string> = new Set(['decimal', 'integer', 'float']);
const UNCHANGED: LineResult = { kind: 'unchanged' };

export const refusedLine = (message: string): LineResult => ({
  kind: 'refused',
  problems: [{ column: null, message }],
});

/** Judges lines one by one. */
export const lineJudge = (input: JudgeInput): ((line: FileLine) => Judged) => {
  const { sheet, choice, find } = input;
  const { mode } = choice;
  const checks = input.targets.map(
    (target): Check => ({
      ...target,
      check: sheet.rules.cellChecker(target.column.name),
      same: sameValue(target.column),
      stored: refusalOfColumn(sheet, target.column, false),
      fresh: refusalOfColumn(sheet, target.column, true),
      literal: !NUMERIC.has(target.column.type.kind) || choice.conventions.decimal === '.',
    }),
  );
  const keys = choice.key.flatMap(({ from }) => checks.find((check) => check.from === from) ?? []);
  return (line) => {
    const key = readKey(keys, line);
    if ('problems' in key) return { name: null, result: { kind: 'refused', problems: key.problems } };
    const found = key.values === null ? null : find(key.values);
    if (found === 'many')
      return { name: null, result: refusedLine('More than one row of the sheet fits this line.') };
    if (found) {
      const name = `row ${found.row}`;
      if (mode !== 'add') return { name, result: judgeUpdate(input, checks, line, found) };
      return { name, result: refusedLine('A row with this key is in the sheet already.') };
    }
    const name = key.values === null ? null : `key ${JSON.stringify(key.values)}`;
    if (mode === 'update') {
      const why =
        key.values === null
          ? 'The line names no row; its key is empty.'
          : 'No row of the sheet has this key.';
      return { name, result: refusedLine(why) };
    }
    if (!sheet.knowsAllRows && keys.length > 0)
      return {
        name,
        result: refusedLine(
          'Not all rows of the table are read, so it is not known whether this one is new.',
        ),
      };
    return { name, result: judgeNew(input, checks, line) };
  };
};

type Key = { readonly values: readonly string[] | null } | { readonly problems: readonly LineProblem[] };

const readKey = (keys: readonly Check[], line: FileLine): Key => {
  const values: string[] = [];
  const problems: LineProblem[] = [];
  let empty = 0;
  for (const { column, from, read } of keys) {
    const got = read(line.cells[from] ?? null);
    if (got.kind === 'refused') problems.push({ column: column.label, message: got.message });
    else if (got.value === null) empty++;
    else values.push(got.value);
  }
  if (problems.length > 0) return { problems };
  if (empty > 0 && values.length > 0)
    return { problems: [{ column: null, message: 'A part of the key is empty.' }] };
  return { values: empty > 0 || keys.length === 0 ? null : values };
};

/** Empty in a workbook may be NULL or a text without characters; neither changes the other. */
const isEmpty = (cell: FileCell): boolean => cell === null || cell === '';

const judgeUpdate = (
  { sheet, choice }: JudgeInput,
  checks: readonly Check[],
  line: FileLine,
  found: MatchedRow,
): LineResult => {
  const cells: ChangedCell[] = [];
  const problems: LineProblem[] = [];
  let warnings = 0;
  const isNew = found.at === null;
  for (const each of checks) {
    const { column } = each;
    const cell = line.cells[each.from] ?? null;
    if (isEmpty(cell) && choice.empty === 'keep') continue;
    const before = found.value(each.place);
    if (cell === before && each.literal) continue;
    if (cell === null && (before ?? '') === '') continue;
    // Where nobody can write, nothing in the file means nothing, not a wish to clear.
    if (isEmpty(cell) && column.readOnly) continue;
    const got = each.read(cell);
    if (got.kind === 'value' && each.same(got.value, before)) continue;
    const refusal = isNew ? each.fresh : each.stored;
    const message = refusal?.message ?? (got.kind === 'refused' ? got.message : null);
    if (message !== null || got.kind === 'refused') {
      problems.push({ column: column.label, message: message ?? '' });
      continue;
    }
    const problem = isNew && got.value === null ? null : each.check(got.value);
    if (problem?.severity === 'block') problems.push({ column: column.label, message: problem.message });
    else if (problem) warnings++;
    const needsReason =
      !isNew && sheet.rules.needsReason(column.name, baseOf(found, column.name, before), got.value);
    cells.push({ column: column.name, before, after: got.value, needsReason });
  }
  if (problems.length === 0 && cells.length === 0) return UNCHANGED;
  if (found.pending?.kind === 'delete')
    return refusedLine('The row is marked for deletion. Undo that to change it.');
  const policy =
    isNew || problems.length > 0 ? null : refusalOfRow(sheet, { kind: 'update', row: found.row, cells: {} });
  if (policy) return refusedLine(policy.message);
  if (cells.length > 0 && (hasLocks(checks) || sheet.definition.rules.length > 0)) {
    const values = valuesOf(sheet.definition.columns, found.value);
    for (const { column } of cells) {
      const lock = sheet.rules.readOnlyReason(column, values);
      if (lock !== null) problems.push({ column: labelOf(sheet, column), message: lock });
    }
    for (const { column, after } of cells) values[column] = after;
    warnings += judgeRow(sheet, values, problems);
  }
  if (problems.length > 0) return { kind: 'refused', problems };
  return { kind: 'update', row: found.row, cells, warnings };
};

const judgeNew = ({ sheet }: JudgeInput, checks: readonly Check[], line: FileLine): LineResult => {
  const policy = refusalOfRow(sheet, { kind: 'insert', row: '', values: {} });
  if (policy) return refusedLine(policy.message);
  const values = Object.create(null) as Record<string, Cell>;
  const problems: LineProblem[] = [];
  let warnings = 0;
  for (const { column, from, read, fresh, check } of checks) {
    const got = read(line.cells[from] ?? null);
    if (got.kind === 'refused') problems.push({ column: column.label, message: got.message });
    // An empty cell leaves the value to the definition or the warehouse.
    else if (got.value !== null) {
      const problem = fresh ?? check(got.value);
      const blocks = fresh !== null || (problem && 'severity' in problem && problem.severity === 'block');
      if (problem && blocks) problems.push({ column: column.label, message: problem.message });
      else if (problem) warnings++;
      values[column.name] = got.value;
    }
  }
  for (const column of sheet.definition.columns) {
    const filled = column.readOnly?.cause === 'generated' || column.readOnly?.cause === 'derived';
    if (column.name in values || column.hasDefault || filled) continue;
    const value = column.defaultValue ?? null;
    if (value !== null) values[column.name] = value;
    const problem = value === null ? sheet.rules.cellChecker(column.name)(null) : null;
    if (problem?.severity === 'block' && !problems.some((each) => each.column === column.label))
      problems.push({ column: column.label, message: problem.message });
  }
  if (problems.length === 0 && (hasLocks(checks) || sheet.definition.rules.length > 0)) {
    const all = valuesOf(sheet.definition.columns, (place) => {
      const name = sheet.definition.columns[place]?.name ?? '';
      return name in values ? (values[name] ?? null) : null;
    });
    for (const { column } of checks) {
      const lock = column.name in values ? sheet.rules.readOnlyReason(column.name, all) : null;
      if (lock !== null) problems.push({ column: column.label, message: lock });
    }
    warnings += judgeRow(sheet, all, problems);
  }
  if (problems.length > 0) return { kind: 'refused', problems };
  return { kind: 'add', values: { ...values }, warnings };
};

/** What the warehouse holds in a cell whose effective value is `before`. */
const baseOf = ({ pending }: MatchedRow, column: string, before: Cell): Cell =>
  pending?.kind === 'update' && Object.hasOwn(pending.cells, column)
    ? (pending.cells[column]?.before ?? null)
    : before;

const hasLocks = (checks: readonly Check[]): boolean => checks.some(({ column }) => column.readOnlyWhen);

const labelOf = ({ definition }: OpenSheet, name: string): string =>
  definition.columns.find((column) => column.name === name)?.label ?? name;

/** Without a prototype a column may have any name. */
const valuesOf = (columns: readonly Column[], value: (place: number) => Cell): Record<string, Cell> => {
  const values = Object.create(null) as Record<string, Cell>;
  columns.forEach(({ name }, place) => {
    values[name] = value(place);
  });
  return values;
};

/** Rules over the whole row: blocking ones are added to the problems; answers how many warn. */
const judgeRow = (
  { rules }: OpenSheet,
  values: Readonly<Record<string, Cell>>,
  problems: LineProblem[],
): number => {
  let warnings = 0;
  for (const { severity, message } of rules.checkRow(values)) {
    if (severity === 'block') problems.push({ column: null, message });
    else warnings++;
  }
  return warnings;
};
