import type { SheetLayout } from '../../shared/model/saved-view.ts';
import type { Column, SheetDefinition } from '../../shared/model/sheet.ts';
import type { SortKey, ViewQuery } from '../../shared/model/view.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import type { GridGroups } from './grid-groups.ts';
import type { PlacedColumn } from './layout.ts';
import type { RowSet } from './row-set.ts';
import type { SheetRow } from './sheet-row.ts';

/** How a cell looks now. `marks` are space separated names the style sheet knows; `note` says why, for tooltip and status bar. */
export interface CellLook {
  readonly text: string;
  /** Quiet second part: the label of a lookup value. */
  readonly label: string | null;
  readonly marks: string;
  readonly note: string | null;
  readonly readOnly: boolean;
}

/** What was typed into a cell. `picked` is the canonical value where it was chosen from a list instead of typed. */
export interface TypedCell {
  readonly text: string;
  readonly picked?: string | null;
  /** How the text is written where that is not the person's own way, as in a pasted block. */
  readonly locale?: LocaleConventions;
}

/** What typed text would be kept as, shown while it is typed; `options` when it could be read in several ways. */
export type TypedPreview =
  | { readonly kind: 'value'; readonly value: string | null }
  | { readonly kind: 'refused'; readonly message: string; readonly options?: readonly string[] };

/** What became of typed text: kept, refused (held at the cell), the same as before, or waiting for a reason. */
export type EntryOutcome = 'kept' | 'refused' | 'unchanged' | 'asking';

export interface LookupMatch {
  readonly value: string;
  readonly label: string | null;
}

/** What a change of the model means for what is drawn. `begun`: the first view is there; `rows`: the view is another one, with `moved` in another order or selection; `count`: it grew or shrank; `figures`: the totals and the subtotals of these groups are other ones; `layout`: columns stand or look otherwise. */
export type GridChange =
  | { readonly kind: 'begun' }
  | { readonly kind: 'rows'; readonly moved: boolean }
  | { readonly kind: 'count' }
  | { readonly kind: 'layout' }
  | { readonly kind: 'figures'; readonly groups: ReadonlySet<number> }
  | {
      readonly kind: 'cells';
      readonly rows: RowSet | null;
      readonly columns?: readonly string[];
    };

/** How the columns of a sheet stand and look for this person. */
export interface GridLayout {
  readonly layout: SheetLayout;
  readonly placed: readonly PlacedColumn[];
  /** A column with the layout's format. */
  column(name: string): Column | undefined;
  /** Changes the layout; the columns are then drawn anew. */
  change(next: (layout: SheetLayout) => SheetLayout): void;
}

/** What the grid needs of a sheet. The grid holds no values of its own. */
export interface GridModel {
  readonly definition: SheetDefinition;
  readonly layout: GridLayout;
  readonly locale: LocaleConventions;
  readonly rowCount: number;
  readonly sort: readonly SortKey[];
  readonly groups: GridGroups;
  /** Rows by their places, once the first view is there. */
  rows(start: number, end: number): readonly SheetRow[] | Promise<readonly SheetRow[]>;
  /** Place at which Ctrl+Up or Ctrl+Down stops, over the whole view. */
  edge(column: Column, from: number, down: boolean): Promise<number>;
  look(row: SheetRow, column: Column): CellLook;
  /** Effective value: pending edits over what the warehouse holds. */
  value(row: SheetRow, column: Column): string | null;
  /** Text an editor starts with: what was typed where it was refused, else the value in editable form. */
  editorText(row: SheetRow, column: Column): string;
  preview(column: Column, text: string, row?: SheetRow): TypedPreview;
  readOnlyReason(row: SheetRow, column: Column): string | null;
  enter(row: SheetRow, column: Column, typed: TypedCell): EntryOutcome;
  searchLookup(column: Column, text: string): Promise<{ matches: readonly LookupMatch[]; total: number }>;
  /** Whether the view is narrowed by the column. */
  isFiltered(column: string): boolean;
  toggleSort(column: string, add: boolean): void;
  setQuery(query: Partial<ViewQuery>): void;
  /** Subscribes to what has to be drawn again; the answer unsubscribes. */
  onGridChange(listener: (change: GridChange) => void): () => void;
}
