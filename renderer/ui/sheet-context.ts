import type { SheetPolicy } from '../../shared/model/review.ts';
import type { Capabilities, SheetRights } from '../../shared/model/rights.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';

/** What panels beside an open sheet (review, history, definition) need of it. */
export interface SheetContext {
  readonly sheet: string;
  readonly definition: SheetDefinition;
  readonly rights: SheetRights;
  readonly capabilities: Capabilities;
  /** How changes reach the table; null where schema `writ` is absent. */
  readonly policy: SheetPolicy | null;
  /** A row's key in words. */
  rowLabel(row: RowKey): string;
  /** Opens the sheet again: definition, rights, pending edits and rows. */
  reload(): Promise<void>;
  /** Tells the sheet that a submit has ended. */
  afterCommit(): Promise<void>;
  /** Takes the last step back. */
  undo(): Promise<void>;
  /** Scrolls to a row, narrowing the view where it is far away. */
  goTo(row: RowKey, column?: string): void;
  /** Moves the focus to the grid, at the cell that had it. */
  focus(): void;
  /** Says something in the status line, announced to screen readers. */
  say(text: string): void;
}
