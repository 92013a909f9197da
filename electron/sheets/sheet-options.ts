import type { AppError } from '../../shared/model/failure.ts';
import type { SheetRights } from '../../shared/model/rights.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { Journal } from '../journal/journal.ts';
import type { Warehouse } from '../warehouse/adapter.ts';
import type { SheetOffline } from './offline.ts';

/** How far the reading of a sheet is. */
export interface SheetProgress {
  readonly loading: boolean;
  readonly failure: AppError | null;
}

/** What a sheet needs to be open. */
export interface OpenSheetOptions {
  readonly definition: SheetDefinition;
  readonly rights: SheetRights;
  readonly warehouse: () => Warehouse;
  readonly journal: Pick<Journal, 'pending' | 'held'>;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
  /** Tables of more rows stay in the warehouse and are read page by page. */
  readonly rowLimit?: number | undefined;
  /** Rows a window asks for at a time. */
  readonly pageRows?: number;
  /** Views are to be made again: a later reading has replaced the rows, or the first was cut off at the limit. */
  readonly onReplaced: () => void;
  /** All rows are here (from the warehouse, or those kept on this machine), or can be asked for page by page from now on. */
  readonly onRead?: () => void;
  /** What there is without the warehouse; absent: nothing. */
  readonly offline?: SheetOffline;
}
