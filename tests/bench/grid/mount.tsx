import { createGrid, type GridApi } from 'ag-grid-community';
import { createRef } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { GridController, GridEvents } from '../../../renderer/grid/grid-controller.ts';
import { gridTheme, HEADER_HEIGHT, ROW_HEIGHT } from '../../../renderer/grid/grid-theme.ts';
import { GRID_MODULES } from '../../../renderer/grid/modules.ts';
import { SheetGrid } from '../../../renderer/grid/sheet-grid.tsx';
import { SheetModel } from '../../../renderer/sheet/sheet-model.ts';
import type { BackendClient } from '../../../shared/contract/client.ts';
import { localeOf } from '../../../shared/values/locale.ts';
import { ANSWER_MS, BENCH_SHEET, benchBackend, benchValue } from './bench-sheet.ts';
import '../../../renderer/ui/tokens.css';
import '../../../renderer/sheet/sheet.css';

/** A grid on the page, with what the bench asks of it. */
export interface Mounted {
  /** Milliseconds from nothing to the first cell in the page, and to a page full of them. */
  readonly ms: number;
  readonly full: number;
  readonly api?: GridApi<Record<string, string>>;
  readonly model?: SheetModel;
  readonly host: HTMLElement;
  destroy(): void;
}

type Times = Pick<Mounted, 'ms' | 'full'>;

let host: HTMLElement = document.createElement('div');
let mounted: Mounted | null = null;

/** What is on the page now. */
export const current = (): Mounted | null => mounted;

/** Makes it known to the bench, which takes it away before the next. */
export const show = (next: Mounted): void => {
  mounted = next;
};

/** An empty page. */
export const fresh = (): HTMLElement => {
  mounted?.destroy();
  mounted = null;
  document.body.replaceChildren();
  host = document.createElement('div');
  host.style.cssText = 'inline-size:1300px;block-size:800px;display:flex;flex-direction:column';
  document.body.append(host);
  return host;
};

const cellShown = (): boolean => {
  const cell = host.querySelector('.ag-row[row-index="0"] .ag-cell:nth-of-type(2)');
  return (cell?.textContent ?? '') !== '';
};

/** Resolves in the frame in which the first cell is there. */
const firstCell = (): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (cellShown()) resolve();
      else requestAnimationFrame(look);
    };
    look();
  });

/** Rows that fill the page. */
const SCREEN = 27;

/** Resolves in the frame in which every row in sight is there. */
const fullScreen = (): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      const last = host.querySelector(`.ag-row[row-index="${SCREEN - 1}"] .ag-cell:nth-of-type(2)`);
      if ((last?.textContent ?? '') !== '') resolve();
      else requestAnimationFrame(look);
    };
    look();
  });

export const GEOMETRY = {
  theme: gridTheme(),
  rowHeight: ROW_HEIGHT,
  headerHeight: HEADER_HEIGHT,
  rowBuffer: 12,
};
export const PLAIN_COLUMNS = BENCH_SHEET.columns.map(({ name, type }) => ({
  colId: name,
  field: name,
  width: 140,
  cellClass: type.kind === 'decimal' ? 'number' : '',
}));

export const objectOf = (row: number): Record<string, string> =>
  Object.fromEntries(BENCH_SHEET.columns.map(({ name }, at) => [name, benchValue(row, at)]));

/** AG Grid alone with the sheet's columns and modules, on its infinite row model with rows as objects. */
export const mountPlain = async (rows: number): Promise<Times> => {
  const at = fresh();
  const start = performance.now();
  const api = createGrid<Record<string, string>>(
    at,
    {
      ...GEOMETRY,
      rowModelType: 'infinite',
      columnDefs: [
        { colId: 'n', valueGetter: 'node.rowIndex + 1', width: 60, pinned: 'left' },
        ...PLAIN_COLUMNS,
      ],
      infiniteInitialRowCount: rows,
      cacheBlockSize: 100,
      maxBlocksInCache: 30,
      blockLoadDebounceMillis: 0,
      datasource: {
        getRows: ({ startRow, endRow, successCallback }) => {
          setTimeout(() => {
            const end = Math.min(endRow, rows);
            const made = Array.from({ length: Math.max(0, end - startRow) }, (_, i) =>
              objectOf(startRow + i),
            );
            successCallback(made, rows);
          }, ANSWER_MS);
        },
      },
    },
    { modules: [...GRID_MODULES] },
  );
  await firstCell();
  const ms = performance.now() - start;
  if (rows >= SCREEN) await fullScreen();
  const full = performance.now() - start;
  mounted = { ms, full, api, host: at, destroy: () => api.destroy() };
  return { ms, full };
};

const quiet: GridEvents = {
  active: () => {},
  command: () => {},
  filter: () => {},
  columnMenu: () => {},
  menu: () => {},
  range: () => {},
  copy: () => null,
  paste: () => {},
  cut: () => {},
  uncut: () => {},
  adding: () => {},
  clear: () => {},
  fill: () => {},
  enter: () => {},
};

/** Resolves once the screen would show the sheet. */
const ready = (model: SheetModel): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (model.getSnapshot().phase !== 'ready') return;
      off();
      resolve();
    };
    const off = model.subscribe(look);
    look();
  });

let prepared: BackendClient | null = null;

/** Makes the rows and edits the next sheet shows ahead of its mount, as they are the backend's work and not the window's. */
export const prepareSheet = (rows: number, pending: number, spread: number): void => {
  prepared = benchBackend(rows, pending, spread);
};

/** The sheet's grid over its model: ranges, marks and pending edits included. */
export const mountSheet = (rows: number, pending: number, spread: number): Promise<Times> => {
  const client = prepared ?? benchBackend(rows, pending, spread);
  prepared = null;
  return mountOver(client);
};

const LOCALE = localeOf('en-GB');

/** The same over a backend given. */
export const mountOver = async (client: BackendClient): Promise<Times> => {
  const at = fresh();
  const start = performance.now();
  const model = new SheetModel({
    client,
    source: BENCH_SHEET.source,
    locale: LOCALE,
    now: () => new Date(),
    newId: () => crypto.randomUUID(),
  });
  const opening = model.open();
  await ready(model);
  const handle = createRef<GridController>() as { current: GridController | null };
  const root = createRoot(at);
  flushSync(() => root.render(<SheetGrid model={model} label="Bench" events={quiet} handle={handle} />));
  await firstCell();
  const ms = performance.now() - start;
  await fullScreen();
  const full = performance.now() - start;
  await opening;
  mounted = {
    ms,
    full,
    model,
    host: at,
    destroy: () => {
      root.unmount();
      model.close();
    },
  };
  return { ms, full };
};

/** Resolves in the next frame. */
export const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));
