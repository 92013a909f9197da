import type { GridOptions } from 'ag-grid-community';

/** The two places of the grid that Tab stops at. */
export interface TabStops {
  /** Puts the keyboard on a cell; false where there is none. */
  cell(): boolean;
  header(): void;
}

/** The header is one stop of the Tab key and the cells are the next; arrows walk inside both (WAI-ARIA, grid pattern). */
export const tabOptions = (
  stops: TabStops,
): Required<Pick<GridOptions, 'tabToNextHeader' | 'focusGridInnerElement'>> => ({
  tabToNextHeader: () => false,
  focusGridInnerElement: ({ fromBottom }) => {
    if (!fromBottom || !stops.cell()) stops.header();
    return true;
  },
});

/** Goes from the header to the cells with Tab; false for every other key. */
export const tabsIntoCells = (event: KeyboardEvent, target: HTMLElement, stops: TabStops): boolean =>
  event.key === 'Tab' && !event.shiftKey && target.closest('.ag-header') !== null && stops.cell();

/** Runs work once the element can take the focus: while a dialog closes, all behind it is inert. Never, if the element goes before. */
export const whenFocusable = (element: HTMLElement, work: () => void): void => {
  if (!element.isConnected) return;
  if (element.closest('[inert]') === null) work();
  else requestAnimationFrame(() => whenFocusable(element, work));
};
