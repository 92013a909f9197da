import type { Column } from '../../shared/model/sheet.ts';
import type { SheetRow } from './sheet-row.ts';

/** What a group's row says: its value, the value's label in a list, and how many rows it stands for. */
export interface GroupLabel {
  readonly text: string;
  readonly label: string | null;
  readonly rows: number;
}

/** What the grid needs of groups and totals. */
export interface GridGroups {
  /** Names of the columns grouped by, the outermost first. */
  readonly columns: readonly string[];
  /** The row of totals, where it is shown. */
  readonly totalsRow: SheetRow | null;
  label(row: SheetRow): GroupLabel;
  value(row: SheetRow, column: Column): string | null;
  /** Opens or closes a group; without `open` the other way round. */
  toggle(row: SheetRow, open?: boolean): Promise<void>;
}
