import { PagedView, type TableRows } from './paged/paged-view.ts';
import { type SheetView, viewRows } from './view.ts';

/** Rows of a sheet as a window looks at them: in memory, or page by page. */
export type AnyView = SheetView | PagedView;

/** Rows a view shows, new ones included; an estimate where `isAbout`. */
export const rowsOfView = (view: AnyView): number =>
  view instanceof PagedView ? view.rowCount : viewRows(view);

/** Whether the number of rows is an estimate. */
export const isAbout = (view: AnyView): boolean => view instanceof PagedView && !view.exact;

/** Stored rows of the whole sheet behind a view, as far as known; `about` where they are an estimate. */
export const storedBehind = (view: AnyView, knowsAllRows: boolean): TableRows | null => {
  if (view instanceof PagedView) return view.all;
  return knowsAllRows ? { rows: view.total, about: false } : null;
};

/** Nobody looks at the view any more. */
export const endView = (view: AnyView | null): void => {
  if (view instanceof PagedView) view.end();
};
