import { describe, expect, test } from 'vitest';
import { rowsOfView } from '../../../../electron/sheets/any-view.ts';
import { OpenSheet } from '../../../../electron/sheets/open-sheet.ts';
import type { SheetProgress } from '../../../../electron/sheets/sheet-options.ts';
import type { ReadRequest, RowChunk, Warehouse } from '../../../../electron/warehouse/adapter.ts';
import { AppError } from '../../../../shared/model/failure.ts';
import { unpackColumn } from '../../../../shared/model/rows.ts';
import { PLAIN_QUERY, type ViewQuery } from '../../../../shared/model/view.ts';
import { definition } from './sheet-fixture.ts';

const SORTED: ViewQuery = { ...PLAIN_QUERY, sort: [{ column: 'id', descending: true }] };
const key = (id: number): string => JSON.stringify([String(id)]);
const rights = {
  select: true,
  insert: true,
  delete: true,
  updateColumns: [],
  insertColumns: [],
  rowPolicies: false,
};

interface Reading {
  readonly request: ReadRequest;
  give(...rows: readonly (readonly string[])[]): void;
  end(truncated?: boolean): void;
  fail(error: AppError): void;
}

/** A warehouse whose readings are answered by the test, one step at a time. */
const readingByHand = () => {
  const readings: Reading[] = [];
  const read: Warehouse['read'] = (request, onChunk) =>
    new Promise((done, failed) => {
      request.signal.addEventListener('abort', () =>
        failed(new AppError('cancelled', 'cancelled', 'Stopped.')),
      );
      readings.push({
        request,
        give: (...rows) => {
          const full = rows.map(([id = '', name = '']) => [id, name, null, null]);
          onChunk({ rows: full, flags: new Uint8Array(full.length).fill(3) } satisfies RowChunk);
        },
        end: (truncated = false) => done({ truncated }),
        fail: failed,
      });
    });
  return { readings, warehouse: { read } as Partial<Warehouse> as Warehouse };
};

const turn = (): Promise<void> => new Promise((next) => setImmediate(next));

const openByHand = async () => {
  const { readings, warehouse } = readingByHand();
  let replaced = 0;
  const sheet = new OpenSheet({
    definition,
    rights,
    warehouse: () => warehouse,
    journal: { held: () => [], pending: () => new Map() },
    clock: () => performance.now(),
    onReplaced: () => replaced++,
  });
  await turn();
  const at = (i: number): Reading => {
    const reading = readings[i];
    if (!reading) throw new Error(`reading ${i} was not asked for`);
    return reading;
  };
  const names = async (query = PLAIN_QUERY): Promise<readonly (string | null)[]> => {
    const view = await sheet.view(query, new AbortController().signal);
    const [, column] = (await sheet.page(view, 0, 100)).columns;
    return column ? unpackColumn(column) : [];
  };
  return { sheet, at, names, replaced: () => replaced, readings };
};

describe('the first reading', () => {
  test('shows rows as they come; a sorted view waits for all of them', async () => {
    const { sheet, at, names } = await openByHand();
    const told: SheetProgress[] = [];
    sheet.onProgress((progress) => told.push(progress));
    at(0).give(['1', 'a']);
    expect(await names()).toEqual(['a']);
    const sorted = names(SORTED);
    at(0).give(['2', 'b']);
    at(0).end();
    expect(await sorted).toEqual(['b', 'a']);
    expect(told.at(-1)).toEqual({ loading: false, failure: null });
  });

  test('begun anew before it has ended is waited for by a sorted view all the same', async () => {
    const { at, names, sheet } = await openByHand();
    const sorted = names(SORTED);
    await turn();
    sheet.refresh();
    await turn();
    at(1).give(['1', 'a'], ['2', 'b']);
    await turn();
    at(1).end();
    expect(await sorted).toEqual(['b', 'a']);
  });

  test('that was cut off at the limit says so to views made while it ran', async () => {
    const { sheet, at, replaced } = await openByHand();
    at(0).give(['1', 'a']);
    expect(sheet.truncated).toBe(false);
    at(0).end(true);
    await turn();
    expect([sheet.truncated, sheet.knowsAllRows, replaced()]).toEqual([true, false, 1]);
  });

  test('that fails says why to every view, until it is tried again', async () => {
    const { sheet, at, names, replaced } = await openByHand();
    at(0).fail(new AppError('unavailable', 'connection-lost', 'Gone.'));
    await turn();
    await expect(names()).rejects.toThrow('Gone.');
    await expect(names(SORTED)).rejects.toThrow('Gone.');
    sheet.retry();
    await turn();
    at(1).give(['1', 'a']);
    at(1).end();
    await turn();
    expect(await names(SORTED)).toEqual(['a']);
    // Windows that were told of the failure are told of its end.
    expect(replaced()).toBe(1);
  });

  test('a row written while it runs is shown as written, once', async () => {
    const { sheet, at, names } = await openByHand();
    at(0).give(['1', 'old']);
    const reread = sheet.reread([key(1), key(2)]);
    await turn();
    at(1).give(['1', 'new'], ['2', 'new']);
    at(1).end();
    await reread;
    expect(await names()).toEqual(['new']);
    at(0).give(['2', 'old']);
    at(0).end();
    await turn();
    expect(at(2).request.keys).toEqual([key(1), key(2)]);
    at(2).give(['1', 'new'], ['2', 'new']);
    at(2).end();
    await turn();
    expect(await names()).toEqual(['new', 'new']);
  });
});

describe('a later reading', () => {
  const loaded = async () => {
    const opened = await openByHand();
    opened.at(0).give(['1', 'a'], ['2', 'b']);
    opened.at(0).end();
    await turn();
    return opened;
  };

  test('leaves everything in view until it is complete, then says so', async () => {
    const { sheet, at, names, replaced } = await loaded();
    const before = await sheet.view(SORTED, new AbortController().signal);
    sheet.refresh();
    await turn();
    at(1).give(['0', 'z']);
    expect(await names(SORTED)).toEqual(['b', 'a']);
    expect(replaced()).toBe(0);
    at(1).end();
    await turn();
    expect(replaced()).toBe(1);
    expect(await names()).toEqual(['z']);
    expect(rowsOfView(before)).toBe(2);
    expect(
      unpackColumn((await sheet.page(before, 0, 9)).columns[1] ?? { text: '', ends: new Uint32Array() }),
    ).toEqual(['b', 'a']);
  });

  test('that fails leaves the rows before in view', async () => {
    const { sheet, at, names, replaced } = await loaded();
    sheet.refresh();
    await turn();
    at(1).fail(new AppError('unavailable', 'connection-lost', 'Gone.'));
    await turn();
    expect(await names(SORTED)).toEqual(['b', 'a']);
    expect(replaced()).toBe(0);
  });

  test('asked for again stops the one before', async () => {
    const { sheet, at, names } = await loaded();
    sheet.refresh();
    await turn();
    sheet.refresh();
    await turn();
    expect(at(1).request.signal.aborted).toBe(true);
    at(1).give(['8', 'stale']);
    at(2).give(['9', 'fresh']);
    at(2).end();
    await turn();
    expect(await names()).toEqual(['fresh']);
  });
});
