import { type GridOptions, type Theme, themeQuartz } from 'ag-grid-community';

export const ROW_HEIGHT = 28;
const EASY_ROW_HEIGHT = 36;
export const HEADER_HEIGHT = 32;

/** AG Grid's theme over the product's tokens: colours are custom properties, so light and dark need no second theme. */
export const gridTheme = (): Theme =>
  themeQuartz.withParams({
    fontFamily: 'inherit',
    fontSize: 13,
    dataFontSize: 13,
    headerFontSize: 12,
    headerFontWeight: 600,
    rowHeight: `var(--row-height, ${ROW_HEIGHT}px)`,
    headerHeight: HEADER_HEIGHT,
    spacing: 5,
    cellHorizontalPadding: 8,
    borderRadius: 0,
    wrapperBorderRadius: 0,
    wrapperBorder: false,
    columnBorder: { style: 'solid', width: 1, color: 'var(--grid-line)' },
    rowBorder: { style: 'solid', width: 1, color: 'var(--grid-line)' },
    headerRowBorder: { style: 'solid', width: 1, color: 'var(--grid-line-strong)' },
    headerColumnBorder: { style: 'solid', width: 1, color: 'var(--grid-line)' },
    pinnedColumnBorder: { style: 'solid', width: 1, color: 'var(--grid-line-strong)' },
    headerColumnResizeHandleColor: 'transparent',
    backgroundColor: 'var(--grid-surface)',
    foregroundColor: 'var(--grid-ink)',
    headerBackgroundColor: 'var(--grid-header)',
    headerTextColor: 'var(--grid-header-ink)',
    accentColor: 'var(--grid-accent)',
    rowHoverColor: 'var(--grid-hover)',
    oddRowBackgroundColor: 'var(--grid-surface)',
    rangeSelectionBorderColor: 'var(--grid-accent)',
    browserColorScheme: 'inherit',
  });

/** Height of a row in CSS pixels by the document's `data-density`, as `--row-height` of the tokens has it. */
export const rowHeight = (): number =>
  document.documentElement.dataset.density === 'comfortable' ? EASY_ROW_HEIGHT : ROW_HEIGHT;

/** Calls when the person chose another density; the answer stops it. */
export const onRowHeight = (listener: (height: number) => void): (() => void) => {
  const observer = new MutationObserver(() => listener(rowHeight()));
  observer.observe(document.documentElement, { attributeFilter: ['data-density'] });
  return () => observer.disconnect();
};

/** Options of AG Grid that say how it looks and feels, the same for every sheet. */
export const GRID_LOOK: GridOptions = {
  blockLoadDebounceMillis: 0,
  // Cells are quick to draw; those drawn a frame later than their row would flicker.
  suppressAnimationFrame: true,
  // Nearly every sheet scrolls, and one whose first rows bring the scrollbar is laid out twice.
  alwaysShowVerticalScroll: true,
  scrollbarWidth: 12,
  rowBuffer: 12,
  headerHeight: HEADER_HEIGHT,
  preventDefaultOnContextMenu: true,
  suppressColumnVirtualisation: false,
  suppressMovableColumns: false,
  suppressDragLeaveHidesColumns: true,
  animateRows: false,
  suppressRowTransform: false,
  suppressNoRowsOverlay: true,
  suppressLoadingOverlay: true,
  overlayNoRowsTemplate: '<span></span>',
};
