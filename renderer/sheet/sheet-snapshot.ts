import type { z } from 'zod';
import type { PendingCounts } from '../../shared/model/edit.ts';
import type { AppError } from '../../shared/model/failure.ts';
import type { SheetPolicy } from '../../shared/model/review.ts';
import type { capabilities, SheetRights } from '../../shared/model/rights.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import { PLAIN_QUERY, type ViewQuery } from '../../shared/model/view.ts';
import type { AskedReason } from './sheet-entry.ts';
import { FIRST_VIEWS, type ViewsState } from './views/views-state.ts';

/** A sheet as opened, for the controls around the grid. */
export interface OpenedSheet {
  readonly definition: SheetDefinition;
  readonly rights: SheetRights;
  readonly capabilities: z.infer<typeof capabilities>;
  readonly drift: readonly string[];
  /** How changes reach the table; null where schema `writ` is absent. */
  readonly policy: SheetPolicy | null;
}

/** What the screen around the grid draws; replaced as a whole when anything in it changes. */
export interface SheetSnapshot {
  readonly phase: 'opening' | 'ready' | 'failed';
  /** Why the sheet could not be opened. */
  readonly failure: AppError | null;
  readonly opened: OpenedSheet | null;
  readonly query: ViewQuery;
  readonly views: ViewsState;
  /** Rows of the view, new ones included. */
  readonly rows: number;
  /** Rows of the sheet without filters, as far as known. */
  readonly total: number | null;
  /** `total` is an estimate. */
  readonly totalAbout: boolean;
  /** Rows in the groups of a grouped view, shown or not, as far as known. */
  readonly inGroups: number | null;
  readonly loading: boolean;
  readonly truncated: boolean;
  /** The number of rows is an estimate: they stay in the warehouse, and nobody has counted them yet. */
  readonly about: boolean;
  /** A view is being made: sort, filter or refresh under way. */
  readonly busy: boolean;
  /** Reading rows failed; those shown stay. */
  readonly rowsFailure: string | null;
  readonly counts: PendingCounts;
  /** Cells whose typed text is held back. */
  readonly refused: number;
  /** Such a text is what undo takes back next. */
  readonly undoesRefused: boolean;
  /** Such a text is what redo puts back next. */
  readonly redoesRefused: boolean;
  /** Pending rows that break a rule, by severity. */
  readonly warnings: number;
  readonly problems: number;
  /** They are those of the whole sheet, not only of the rows that were drawn. */
  readonly judged: boolean;
  /** Rows that need a decision, and rows that settled without one since the person was told. */
  readonly conflicts: number;
  readonly settled: number;
  /** Steps on their way to the journal. */
  readonly saving: number;
  /** Why the journal did not take something; null when all was taken. */
  readonly saveFailure: string | null;
  readonly journalTrouble: string | null;
  readonly unresolved: readonly string[];
  /** Rows of this person under review. */
  readonly underReview: number;
  /** Rows of this person in batches that wait to be sent. */
  readonly waiting: number;
  readonly asking: AskedReason | null;
  /** The last thing worth telling a person who does not see the grid. */
  readonly said: string;
  /** How often something was told, as the same can be told twice. */
  readonly saidTimes: number;
}

/** What undo takes back next, in words; null for nothing. */
export const undoText = ({ undoesRefused, counts }: SheetSnapshot): string | null =>
  undoesRefused ? 'text that is not valid' : counts.undo;

/** What redo does again next, in words; null for nothing. */
export const redoText = ({ redoesRefused, counts }: SheetSnapshot): string | null =>
  redoesRefused ? 'text that is not valid' : counts.redo;

export const NO_PENDING: PendingCounts = {
  cells: 0,
  updated: 0,
  inserted: 0,
  deleted: 0,
  undo: null,
  redo: null,
};

export const FIRST_SNAPSHOT: SheetSnapshot = {
  phase: 'opening',
  failure: null,
  opened: null,
  query: PLAIN_QUERY,
  views: FIRST_VIEWS,
  rows: 0,
  total: null,
  totalAbout: false,
  inGroups: null,
  loading: false,
  truncated: false,
  about: false,
  busy: false,
  rowsFailure: null,
  counts: NO_PENDING,
  refused: 0,
  undoesRefused: false,
  redoesRefused: false,
  warnings: 0,
  problems: 0,
  judged: true,
  conflicts: 0,
  settled: 0,
  saving: 0,
  saveFailure: null,
  journalTrouble: null,
  unresolved: [],
  underReview: 0,
  waiting: 0,
  asking: null,
  said: '',
  saidTimes: 0,
};
