import {
  ClientSideRowModelApiModule,
  ClientSideRowModelModule,
  createGrid,
  type GridApi,
} from 'ag-grid-community';
import { createRef } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { GridController, GridEvents } from '../../../renderer/grid/grid-controller.ts';
import { gridTheme, HEADER_HEIGHT, ROW_HEIGHT } from '../../../renderer/grid/grid-theme.ts';
import { selectCell } from '../../../renderer/grid/ranges/selection.ts';
import { GRID_MODULES } from '../../../renderer/grid/modules.ts';
import { SheetGrid } from '../../../renderer/grid/sheet-grid.tsx';
import { clipboardTable } from '../../../renderer/sheet/paste/clipboard-table.ts';
import { pasteBlock } from '../../../renderer/sheet/paste/paste-block.ts';
import { reviewPaste, takePaste } from '../../../renderer/sheet/paste/paste-review.ts';
import { SheetModel } from '../../../renderer/sheet/sheet-model.ts';
import { localeOf } from '../../../shared/values/locale.ts';
import { ANSWER_MS, BENCH_SHEET, benchBackend, benchKey, benchValue } from './bench-sheet.ts';
import '../../../renderer/ui/tokens.css';
import '../../../renderer/sheet/sheet.css';

/** A grid on the page, with what the bench asks of it. */
interface Mounted {
  /** Milliseconds from nothing to the first cell in the page, and to a page full of them. */
  readonly ms: number;
  readonly full: number;
  destroy(): void;
}

type Times = Pick<Mounted, 'ms' | 'full'>;

let host: HTMLElement = document.createElement('div');
let mounted: (Mounted & { api?: GridApi; model?: SheetModel; grid?: GridController | null }) | null = null;

const fresh = (): HTMLElement => {
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

const GEOMETRY = { theme: gridTheme(), rowHeight: ROW_HEIGHT, headerHeight: HEADER_HEIGHT, rowBuffer: 12 };
const PLAIN_COLUMNS = BENCH_SHEET.columns.map(({ name, type }) => ({
  colId: name,
  field: name,
  width: 140,
  cellClass: type.kind === 'decimal' ? 'number' : '',
}));

const objectOf = (row: number): Record<string, string> =>
  Object.fromEntries(BENCH_SHEET.columns.map(({ name }, at) => [name, benchValue(row, at)]));

/** AG Grid alone with the sheet's columns and modules, on its infinite row model with rows as objects. */
const mountPlain = async (rows: number): Promise<Times> => {
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
  mounted = { ms, full, api, destroy: () => api.destroy() };
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

/** The sheet's grid over its model: ranges, marks and pending edits included. */
const mountSheet = async (rows: number, pending: number, spread: number): Promise<Times> => {
  const at = fresh();
  // The journal's edits are not the window's work.
  const client = benchBackend(rows, pending, spread);
  const start = performance.now();
  const model = new SheetModel({
    client,
    source: BENCH_SHEET.source,
    locale: localeOf('en-GB'),
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
    grid: handle.current,
    destroy: () => {
      root.unmount();
      model.close();
    },
  };
  return { ms, full };
};

/** Scrolls smoothly for some frames; answers the milliseconds between frames. */
const scroll = (frames: number, step: number): Promise<readonly number[]> =>
  new Promise((resolve) => {
    const viewport = host.querySelector<HTMLElement>('.ag-grid-viewport, .ag-body-viewport');
    if (!viewport) throw new Error('There is nothing to scroll.');
    const gaps: number[] = [];
    let last = performance.now();
    const frame = (): void => {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      if (gaps.length >= frames) resolve(gaps);
      else {
        viewport.scrollTop += step;
        requestAnimationFrame(frame);
      }
    };
    requestAnimationFrame(frame);
  });

/** Selects a block by mouse events, as a person would, so that ranges are drawn while scrolling. */
const selectBlock = (): void => {
  const cell = (row: number, column: string): Element | null =>
    host.querySelector(`.ag-row[row-index="${row}"] [col-id="c:${column}"]`);
  const press = (target: Element | null, type: string, shiftKey = false): void => {
    target?.dispatchEvent(new MouseEvent(type, { bubbles: true, button: 0, shiftKey }));
  };
  press(cell(2, 'account'), 'mousedown');
  press(cell(2, 'account'), 'mouseup');
  press(cell(14, 'price'), 'mousedown', true);
  press(cell(14, 'price'), 'mouseup');
};

const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));

/** AG Grid's client-side model with all rows in it, and a transaction of changed rows; milliseconds to the next frame. */
const transaction = async (rows: number, changed: number): Promise<number> => {
  const at = fresh();
  const data = Array.from({ length: rows }, (_, i) => objectOf(i));
  const api = createGrid<Record<string, string>>(
    at,
    {
      ...GEOMETRY,
      columnDefs: PLAIN_COLUMNS,
      rowData: data,
      getRowId: ({ data: row }) => row.id ?? '',
    },
    { modules: [ClientSideRowModelModule, ClientSideRowModelApiModule] },
  );
  await firstCellOf('id');
  mounted = { ms: 0, full: 0, api, destroy: () => api.destroy() };
  const update = data.slice(0, changed).map((row) => ({ ...row, amount: '1.00' }));
  const start = performance.now();
  api.applyTransaction({ update });
  await frame();
  return performance.now() - start;
};

const firstCellOf = (name: string): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (host.querySelector(`[col-id="${name}"].ag-cell`)?.textContent) resolve();
      else requestAnimationFrame(look);
    };
    look();
  });

/** The same number of pending cells changed under the sheet by the journal's answer; milliseconds to the next frame. */
const paint = async (rows: number, changed: number): Promise<number> => {
  await mountSheet(rows, 0, 1);
  const model = mounted?.model;
  if (!model) throw new Error('No sheet is there.');
  const held = await model.rows(0, 250);
  const amount = BENCH_SHEET.columns[4];
  if (!amount || held.length === 0) throw new Error('No rows are there.');
  const all = [];
  for (let from = 0; from < changed; from += 250)
    for (const row of await model.rows(from, from + 250)) all.push(row);
  const cells = all
    .slice(0, changed)
    .map((row) => ({ row, column: amount, typed: { text: '1', picked: '1.00' } }));
  const start = performance.now();
  model.enterAll(cells, 'Paste');
  await frame();
  return performance.now() - start;
};

/**
 * A block pasted over three number columns, from its text to the next frame after the journal's answer: milliseconds in all, and the
 * longest time the window could not answer, while it was pasted and while that was undone.
 */
const paste = async (
  rows: number,
  lines: number,
): Promise<{ ms: number; longest: number; undone: number; parts: string }> => {
  await mountSheet(rows, 0, 1);
  const model = mounted?.model;
  const columns = BENCH_SHEET.columns.filter(({ type }) => type.kind === 'decimal');
  if (!model) throw new Error('No sheet is there.');
  const text = Array.from({ length: lines }, (_, i) => `${i}.25\t${i % 977}.5\t${i % 13}\r\n`).join('');
  await model.rows(0, lines);
  await frame();
  const stop = longestBlock();
  const start = performance.now();
  const marks: string[] = [];
  const mark = (name: string): void => void marks.push(`${name} ${(performance.now() - start).toFixed(0)}`);
  const target = { model, columns };
  const table = clipboardTable(text, null);
  const block = await pasteBlock(target, selectCell({ row: 0, column: 0 }), table, [], true, () =>
    crypto.randomUUID(),
  );
  if (typeof block === 'string') throw new Error(block);
  mark('laid out');
  const review = await reviewPaste(model, block, model.locale, {
    signal: new AbortController().signal,
    progress: () => {},
  });
  mark('checked');
  if (!review || review.leftOut.length > 0) throw new Error('The block was not taken.');
  await takePaste(model, review, false);
  mark('taken');
  await model.settled();
  mark('kept');
  await frame();
  const ms = performance.now() - start;
  const longest = await stop();
  const stopUndo = longestBlock();
  await model.undo();
  await frame();
  const undone = await stopUndo();
  if (model.getSnapshot().counts.updated > 0) throw new Error('The paste was not undone.');
  return { ms, longest, undone, parts: marks.join(', ') };
};

/**
 * The floor of a paste: the text split once, each number matched once, the same journal given as many cells, its answer put into a map,
 * and AG Grid alone drawing what is on the screen.
 */
const pasteFloor = async (rows: number, lines: number): Promise<number> => {
  const client = benchBackend(rows, 0, 1);
  const text = Array.from({ length: lines }, (_, i) => `${i}.25\t${i % 977}.5\t${i % 13}\r\n`).join('');
  const names = ['amount', 'quantity', 'price'];
  const before = names.map((name) => BENCH_SHEET.columns.findIndex((column) => column.name === name));
  await mountPlain(rows);
  const held = Array.from({ length: lines }, (_, row) => ({
    key: benchKey(row),
    values: before.map((at) => benchValue(row, at)),
  }));
  await frame();
  const start = performance.now();
  const shape = /^-?\d+(?:\.\d{1,2})?$/;
  const sets = { columns: names, rows: [], columnOf: [], before: [], after: [] } as {
    [K in 'rows' | 'before' | 'after']: string[];
  } & { columns: string[]; columnOf: number[] };
  text.split('\r\n').forEach((line, row) => {
    const cells = line.split('\t');
    const there = held[row];
    if (!there || cells.length !== 3 || !cells.every((cell) => shape.test(cell))) return;
    cells.forEach((cell, c) => {
      sets.rows.push(there.key);
      sets.columnOf.push(c);
      sets.before.push(there.values[c] ?? '');
      sets.after.push(cell);
    });
  });
  const step = {
    id: crypto.randomUUID(),
    sheet: 'bench',
    at: new Date().toISOString(),
    label: 'Paste',
    sets,
  };
  const delta = await client.call('edits.append', { step });
  const pending = new Map(delta.rows.map((row) => [row.row, row]));
  if (pending.size !== lines) throw new Error('The floor has lost rows.');
  mounted?.api?.refreshCells({ force: true });
  await frame();
  return performance.now() - start;
};

/** Watches how long the window could not answer: the longest gap between two turns of the event loop, until the answer is called. */
const longestBlock = (): (() => Promise<number>) => {
  let longest = 0;
  let last = performance.now();
  let on = true;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (on) port2.postMessage(null);
  };
  port2.postMessage(null);
  return async () => {
    await frame();
    on = false;
    return longest;
  };
};

const api = {
  paste,
  pasteFloor,
  mountPlain,
  mountSheet,
  scroll,
  selectBlock,
  transaction,
  paint,
  empty: () => void fresh(),
};
export type BenchPage = typeof api;
Object.assign(window, { bench: api });
