import { createClient } from '../../../renderer/client/transport-calls.ts';
import { selectCell } from '../../../renderer/grid/ranges/selection.ts';
import { clipboardTable } from '../../../renderer/sheet/paste/clipboard-table.ts';
import { pasteBlock } from '../../../renderer/sheet/paste/paste-block.ts';
import { reviewPaste, takePaste } from '../../../renderer/sheet/paste/paste-review.ts';
import type { BackendClient } from '../../../shared/contract/client.ts';
import { watchBlocks } from '../watch-blocks.ts';
import { BENCH_SHEET, benchKey, benchValue } from './bench-sheet.ts';
import { current, frame, mountOver, mountPlain } from './mount.tsx';

/** A backend in a thread of its own, with what crosses copied as it is between processes. */
const apart = async (rows: number): Promise<BackendClient & { close(): void }> => {
  const worker = new Worker(new URL('./bench-worker.ts', import.meta.url), { type: 'module' });
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ rows }, [port2]);
  const client = await createClient(
    async (receive) => {
      port1.onmessage = ({ data }) => receive(data);
      return { send: (sent) => port1.postMessage(sent), close: () => port1.close() };
    },
    { wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
  );
  return { ...client, close: () => worker.terminate() };
};

/**
 * A block pasted over three number columns, from its text to the next frame after the journal's answer: milliseconds in all, and the
 * longest time the window could not answer, while it was pasted and while that was undone.
 */
export const paste = async (
  rows: number,
  lines: number,
): Promise<{ ms: number; longest: number; undone: number; parts: string }> => {
  const client = await apart(rows);
  await mountOver(client);
  const model = current()?.model;
  const columns = BENCH_SHEET.columns.filter(({ type }) => type.kind === 'decimal');
  if (!model) throw new Error('No sheet is there.');
  const text = Array.from({ length: lines }, (_, i) => `${i}.25\t${i % 977}.5\t${i % 13}\r\n`).join('');
  await model.rows(0, lines);
  await frame();
  watchBlocks();
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
  const longest = await longestBlock();
  watchBlocks();
  await model.undo();
  await frame();
  const undone = await longestBlock();
  if (model.getSnapshot().counts.updated > 0) throw new Error('The paste was not undone.');
  client.close();
  return { ms, longest, undone, parts: marks.join(', ') };
};

/**
 * The floor of a paste: the text split once, each number matched once, the same journal given as many cells, its answer put into a map,
 * and AG Grid alone drawing what is on the screen.
 */
export const pasteFloor = async (rows: number, lines: number): Promise<number> => {
  const client = await apart(rows);
  const text = Array.from({ length: lines }, (_, i) => `${i}.25\t${i % 977}.5\t${i % 13}\r\n`).join('');
  const names = ['amount', 'quantity', 'price'];
  const before = names.map((name) => BENCH_SHEET.columns.findIndex((column) => column.name === name));
  await mountPlain(rows);
  const held = Array.from({ length: lines }, (_, row) => ({
    key: benchKey(row),
    values: before.map((at) => benchValue(row, at)),
  }));
  await frame();
  // What watches the other one costs this one the same.
  watchBlocks();
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
  current()?.api?.refreshCells({ force: true });
  await frame();
  const ms = performance.now() - start;
  await longestBlock();
  client.close();
  return ms;
};

/** Ends a watch with the frame that is due. */
const longestBlock = async (): Promise<number> => {
  await frame();
  return window.longestBlock();
};
