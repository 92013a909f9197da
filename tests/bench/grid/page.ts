import { ClientSideRowModelApiModule, ClientSideRowModelModule, createGrid } from 'ag-grid-community';
import { BENCH_SHEET } from './bench-sheet.ts';
import {
  current,
  frame,
  fresh,
  GEOMETRY,
  mountPlain,
  mountSheet,
  objectOf,
  PLAIN_COLUMNS,
  prepareSheet,
  show,
} from './mount.tsx';
import { paste, pasteFloor } from './paste.ts';

/** Scrolls smoothly for some frames; answers the milliseconds between frames. */
const scroll = (frames: number, step: number): Promise<readonly number[]> =>
  new Promise((resolve) => {
    const viewport = current()?.host.querySelector<HTMLElement>('.ag-grid-viewport, .ag-body-viewport');
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
  const cell = (row: number, column: string): Element | null | undefined =>
    current()?.host.querySelector(`.ag-row[row-index="${row}"] [col-id="c:${column}"]`);
  const press = (target: Element | null | undefined, type: string, shiftKey = false): void => {
    target?.dispatchEvent(new MouseEvent(type, { bubbles: true, button: 0, shiftKey }));
  };
  press(cell(2, 'account'), 'mousedown');
  press(cell(2, 'account'), 'mouseup');
  press(cell(14, 'price'), 'mousedown', true);
  press(cell(14, 'price'), 'mouseup');
};

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
  await firstCellOf(at, 'id');
  show({ ms: 0, full: 0, api, host: at, destroy: () => api.destroy() });
  const update = data.slice(0, changed).map((row) => ({ ...row, amount: '1.00' }));
  const start = performance.now();
  api.applyTransaction({ update });
  await frame();
  return performance.now() - start;
};

/** The same number of pending cells changed under the sheet by the journal's answer; milliseconds to the next frame. */
const paint = async (rows: number, changed: number): Promise<number> => {
  await mountSheet(rows, 0, 1);
  const model = current()?.model;
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
  await model.enterAll(cells, 'Paste');
  await frame();
  return performance.now() - start;
};

const firstCellOf = (at: HTMLElement, name: string): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (at.querySelector(`[col-id="${name}"].ag-cell`)?.textContent) resolve();
      else requestAnimationFrame(look);
    };
    look();
  });

const api = {
  paste,
  pasteFloor,
  mountPlain,
  mountSheet,
  prepareSheet,
  scroll,
  selectBlock,
  transaction,
  paint,
  empty: () => void fresh(),
};
export type BenchPage = typeof api;
Object.assign(window, { bench: api });
