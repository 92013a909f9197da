import { NO_LAYOUT, type SavedView, type SheetLayout } from '../../../shared/model/saved-view.ts';

/** What the controls around the grid know of a sheet's views. */
export interface ViewsState {
  readonly views: readonly SavedView[];
  /** Null is the sheet's own layout, which has no name. */
  readonly active: string | null;
  readonly initial: string | null;
  readonly layout: SheetLayout;
  /** The layout is not as it was saved. */
  readonly changed: boolean;
}

export const FIRST_VIEWS: ViewsState = {
  views: [],
  active: null,
  initial: null,
  layout: NO_LAYOUT,
  changed: false,
};
