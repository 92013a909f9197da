/** F6 walks through the parts of the window (`data-region`), as in office programs; Shift+F6 walks back. */
export const focusNextRegion = (document: Document, backwards: boolean): void => {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')];
  if (regions.length === 0) return;
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + (backwards ? -1 : 1) + regions.length) % regions.length];
  const target =
    next?.querySelector<HTMLElement>('[role="gridcell"][tabindex="-1"], .ag-header-cell, input, button') ??
    next;
  target?.focus();
};

/** Whether a key typed there belongs to a text being written. */
export const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
