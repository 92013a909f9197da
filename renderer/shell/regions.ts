/**
 * F6 walks through the parts of the window (`data-region`), as in office programs; Shift+F6 walks back. A region is entered at its first
 * control; one marked `self` takes the focus itself and knows where it was, as the grid does.
 */
export const focusNextRegion = (document: Document, backwards: boolean): void => {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    // Where the window is narrow, the list of sheets makes room for a panel.
    (region) => region.checkVisibility(),
  );
  if (regions.length === 0) return;
  // The innermost one: the grid lies within the sheet.
  const at = regions.findLastIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + (backwards ? -1 : 1) + regions.length) % regions.length];
  const target =
    next?.dataset.region === 'self' ? next : (next?.querySelector<HTMLElement>('input, button') ?? next);
  target?.focus();
};

/** Whether a key typed there belongs to a text being written. */
export const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
