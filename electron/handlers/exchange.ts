import type { ImportCounts, ImportSettings, SavedFile } from '../../shared/contract/exchange.ts';
import { proposeMapping } from '../../shared/exchange/mapping.ts';
import { AppError } from '../../shared/model/failure.ts';
import { pendingTable, viewTable } from '../exchange/export-rows.ts';
import { type ImportPlan, planImport, refusalsOf } from '../exchange/import-plan.ts';
import { importChoice } from '../exchange/import-settings.ts';
import { importStep } from '../exchange/import-step.ts';
import { cellText, type ImportedFile, readFile } from '../exchange/read-file.ts';
import { refusedTable } from '../exchange/refused-lines.ts';
import { tableFile } from '../exchange/table-out.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import { PagedView } from '../sheets/paged/paged-view.ts';
import { type Client, type Handlers, profileOf, sheetOf } from './context.ts';
import { journaled } from './edits.ts';
import { runTask, type Task } from './tasks.ts';

type ExchangeHandlers = Pick<
  Handlers,
  | 'exports.sheet'
  | 'imports.read'
  | 'imports.check'
  | 'imports.refused'
  | 'imports.apply'
  | 'imports.close'
  | 'exchange.cancel'
>;

/** Refusals shown at once; the whole list is exported. */
const SHOWN_REFUSALS = 500;
const PREVIEW_LINES = 20;
const TYPES = {
  csv: 'text/csv;charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

export const exchangeHandlers: ExchangeHandlers = {
  'exports.sheet': (client, { sheet: id, task: name, format, delimiter, what }) =>
    runTask(client, name, async ({ signal, breathe, progress }) => {
      const open = sheetOf(client, id);
      const { sheet } = open;
      if (open.view instanceof PagedView) await open.view.counted(signal);
      else await sheet.whenRead();
      const input = { sheet, pending: pendingOf(client, id), breathe, progress };
      if (what.kind === 'rows' && (!open.view || open.number !== what.view))
        throw new AppError('conflict', 'view-gone', 'The order of the rows changed; export again.');
      const table =
        what.kind === 'rows' && open.view
          ? viewTable(input, open.view, what.columns, what.range)
          : pendingTable(input);
      const part = what.kind === 'pending' ? 'pending' : what.range ? 'selection' : 'view';
      const { bytes, rows } = await tableFile(
        table,
        { format, delimiter, name: sheet.definition.name },
        signal,
      );
      const fileName = `${fileBase(sheet)}-${part}.${format}`;
      return { fileName, type: TYPES[format], bytes, rows };
    }),
  'imports.read': (client, { sheet: id, task: name, bytes, ...options }) =>
    runTask(client, name, async ({ signal, breathe, progress }) => {
      const open = sheetOf(client, id);
      // The file read before is not needed any more; two at a time would only hold memory.
      open.file = null;
      const file = await readFile(bytes, { ...options, signal, breathe, progress });
      const read = { id: client.shared.uuid(), file };
      open.file = read;
      const { format, encoding, delimiter, worksheet, columns, lines } = file;
      return {
        import: read.id,
        ...{ format, encoding, delimiter, worksheet },
        worksheets: [...file.worksheets],
        columns: [...columns],
        lines: lines.length,
        preview: lines
          .slice(0, PREVIEW_LINES)
          .map(({ line, cells }) => ({ line, cells: cells.map(cellText) })),
        mapping: proposeMapping(
          columns.map(({ header }) => header),
          open.sheet.definition.columns,
        ),
      };
    }),
  'imports.check': (client, { sheet, import: file, task: name, settings }) =>
    runTask(client, name, async (task) => {
      const plan = await planned(client, sheet, file, settings, task);
      const refusals = [];
      let more = 0;
      for (const refusal of refusalsOf(plan)) {
        if (refusals.length < SHOWN_REFUSALS) refusals.push(refusal);
        else more++;
      }
      return { counts: plan.counts, refusals, moreRefusals: more };
    }),
  'imports.refused': (client, { sheet: id, import: file, task: name, settings }) =>
    runTask(client, name, async (task): Promise<SavedFile> => {
      const plan = await planned(client, id, file, settings, task);
      const { columns, name: fileName } = fileOf(client, id, file);
      const table = refusedTable(columns, plan, task.breathe);
      const { bytes, rows } = await tableFile(
        table,
        { format: 'csv', delimiter: ',', name: fileName },
        task.signal,
      );
      const base = fileName.replace(/\.[^.]*$/, '');
      return { fileName: `${base}-refused.csv`, type: TYPES.csv, bytes, rows };
    }),
  'imports.apply': (client, { sheet: id, import: file, task: name, settings, counts, reason }) =>
    runTask(client, name, async (task) => {
      const plan = await planned(client, id, file, settings, task);
      refuseOther(plan.counts, counts);
      if (plan.counts.needReason > 0 && reason === undefined)
        throw new AppError('invalid', 'import-reason', 'Give a reason for the large changes.');
      const { now, uuid } = client.shared;
      const label = `Import ${fileOf(client, id, file).name}`.slice(0, 80);
      const facts = { id: uuid(), sheet: id, at: now().toISOString(), label, reason, uuid };
      const step = importStep(plan, facts);
      if (step) journaled(client, ({ journal }) => journal.append(step), true);
      sheetOf(client, id).file = null;
      return { counts: plan.counts };
    }),
  'imports.close': (client, { sheet, import: file }) => {
    const open = client.sheets.get(sheet);
    if (open?.file?.id === file) open.file = null;
    return {};
  },
  'exchange.cancel': (client, { task }) => {
    client.tasks.get(task)?.abort(new AppError('cancelled', 'cancelled', 'Cancelled; nothing was changed.'));
    return {};
  },
};

const pendingOf = (client: Client, sheet: string) => profileOf(client).journal.pending(sheet);

const fileOf = (client: Client, sheet: string, id: string): ImportedFile => {
  const { file } = sheetOf(client, sheet);
  if (file?.id === id) return file.file;
  throw new AppError('invalid', 'import-gone', 'The file is not held any more. Choose it again.');
};

const planned = (
  client: Client,
  id: string,
  held: string,
  settings: ImportSettings,
  { breathe, progress }: Task,
): Promise<ImportPlan> => {
  const { sheet } = sheetOf(client, id);
  const { columns, lines } = fileOf(client, id, held);
  const choice = importChoice(sheet.definition, columns, settings);
  const pending = pendingOf(client, id);
  return planImport({ sheet, pending, lines, choice, today: today(client), breathe, progress });
};

/** What was shown is what is taken: a dry run that no longer holds is shown again first. */
const refuseOther = (now: ImportCounts, shown: ImportCounts): void => {
  if (JSON.stringify(sorted(now)) === JSON.stringify(sorted(shown))) return;
  throw new AppError(
    'conflict',
    'import-changed',
    'The sheet changed since the file was checked. Check it again; nothing was taken in.',
  );
};

const sorted = (counts: ImportCounts): readonly (readonly [string, number])[] =>
  Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));

const today = (client: Client): string => {
  const now = client.shared.now();
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
};

const fileBase = ({ definition }: OpenSheet): string =>
  `${definition.source.schema}.${definition.source.table}`.replace(/[^\p{L}\p{N}._-]/gu, '_');
