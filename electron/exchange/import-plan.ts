import type { ImportCounts, ImportRefusal } from '../../shared/contract/exchange.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import { refusalOfSheet, refuse } from '../governance/check-rights.ts';
import type { Breath } from '../sheets/breathe.ts';
import { hasLookup } from '../sheets/lookups.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import { cellReader } from './cell-reading.ts';
import type { ImportChoice, MappedColumn } from './import-settings.ts';
import { type LineResult, lineJudge, refusedLine, type Target } from './line-judge.ts';
import type { FileLine } from './read-file.ts';
import { rowMatch } from './row-match.ts';

/** What became of each line of the file, in its order. */
export interface ImportPlan {
  readonly lines: readonly { readonly from: FileLine; readonly result: LineResult }[];
  readonly counts: ImportCounts;
}

export interface PlanInput {
  readonly sheet: OpenSheet;
  readonly pending: ReadonlyMap<RowKey, PendingRow>;
  readonly lines: readonly FileLine[];
  readonly choice: ImportChoice;
  /** The local date, for dates without a year. */
  readonly today: string;
  readonly breathe: Breath;
  readonly progress: (done: number, total: number) => void;
}

const STEP = 64;

/**
 * Works out what taking a file in would do, line by line, with the rules and rights that hold for typing; changes nothing.
 * Rejects with AppError when nothing can be taken in at all.
 */
export const planImport = async (input: PlanInput): Promise<ImportPlan> => {
  const { sheet, pending, lines, choice, breathe, progress } = input;
  refuse(refusalOfSheet(sheet), '');
  await sheet.whenRead();
  const { store, definition } = sheet;
  const key = choice.key.map(({ column }) => column);
  const find = await rowMatch({ definition, store, pending, key, breathe });
  const judge = lineJudge({ sheet, store, choice, find, targets: await targetsOf(input) });
  const results: LineResult[] = [];
  const named = new Map<string, number>();
  for (const [i, line] of lines.entries()) {
    if (i % STEP === 0) {
      await breathe();
      progress(i, lines.length);
    }
    const { name, result } = judge(line);
    const first = name === null ? undefined : named.get(name);
    if (name !== null && first === undefined) named.set(name, i);
    results.push(result);
    if (first === undefined) continue;
    // Two lines for one row: none of them is known to be the one meant.
    results[i] = refusedLine(`Line ${lines[first]?.line} means the same row.`);
    results[first] = refusedLine(`Line ${line.line} means the same row.`);
  }
  progress(lines.length, lines.length);
  await breathe();
  const judged = results.flatMap((result, i) => {
    const from = lines[i];
    return from ? [{ from, result }] : [];
  });
  await breathe();
  return { lines: judged, counts: countsOf(results) };
};

/** Refusals in the file's order, one for each thing that is wrong. */
export function* refusalsOf({ lines }: ImportPlan): Generator<ImportRefusal> {
  for (const { from, result } of lines) {
    if (result.kind !== 'refused') continue;
    for (const { column, message } of result.problems) yield { line: from.line, column, message };
  }
}

const targetsOf = ({ sheet, choice, today }: PlanInput): Promise<readonly Target[]> =>
  Promise.all(
    choice.mapped.map(async (mapped: MappedColumn): Promise<Target> => {
      const { column } = mapped;
      const table = hasLookup(sheet.definition, column.name) ? await sheet.lookups.table(column.name) : null;
      return { ...mapped, read: cellReader(column, choice.conventions, today, table) };
    }),
  );

const countsOf = (results: readonly LineResult[]): ImportCounts => {
  const counts = { lines: results.length, update: 0, add: 0, unchanged: 0, refused: 0 };
  const details = { cells: 0, cleared: 0, warnings: 0, needReason: 0 };
  for (const result of results) {
    counts[result.kind]++;
    if (result.kind !== 'update' && result.kind !== 'add') continue;
    details.warnings += result.warnings;
    if (result.kind === 'add') continue;
    details.cells += result.cells.length;
    for (const { after, needsReason } of result.cells) {
      if (after === null) details.cleared++;
      if (needsReason) details.needReason++;
    }
  }
  return { ...counts, ...details };
};
