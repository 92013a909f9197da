import type { PendingRow } from '../model/edit.ts';
import { type PackedColumn, packColumn, packedValue } from '../model/rows.ts';
import type { HostFrame } from './wire.ts';

/** Pending rows as columns: a large paste is read by the window in a few milliseconds instead of a hundred. */
export interface PackedPending {
  readonly packed: 'pending';
  /** Index into KINDS by row. */
  readonly kinds: Uint8Array;
  readonly rows: PackedColumn;
  /** Where the cells of a row end among all cells. */
  readonly ends: Uint32Array;
  readonly columns: readonly string[];
  /** Index into `columns` by cell. */
  readonly columnOf: Uint32Array;
  /** `before` of updates and deletions, values of new rows. */
  readonly from: PackedColumn;
  /** `after` of updates. */
  readonly to: PackedColumn;
  readonly reasons: readonly (readonly [cell: number, reason: string])[];
}

const KINDS = ['update', 'insert', 'delete'] as const;
/** Fewer rows than this are as quick as they are. */
const MANY = 500;
/** Rows that are taken apart in one turn. */
const A_TURN = 4_000;
/** Characters one text may have on the way; longer ones go row by row. */
const LONGEST_TEXT = 100_000_000;

type Cell = string | null;

/** Packs pending rows; null where their texts are too long for that. */
export const packPending = (pending: readonly PendingRow[]): PackedPending | null => {
  const kinds = new Uint8Array(pending.length);
  const ends = new Uint32Array(pending.length);
  const place = new Map<string, number>();
  const columnOf: number[] = [];
  const from: Cell[] = [];
  const to: Cell[] = [];
  const reasons: [number, string][] = [];
  let length = 0;
  const add = (column: string, first: Cell, after: Cell, reason?: string): void => {
    const at = place.get(column) ?? place.size;
    place.set(column, at);
    if (reason !== undefined) reasons.push([columnOf.length, reason]);
    columnOf.push(at);
    from.push(first);
    to.push(after);
    length += (first?.length ?? 0) + (after?.length ?? 0);
  };
  for (const [i, row] of pending.entries()) {
    kinds[i] = KINDS.indexOf(row.kind);
    if (row.kind === 'update') {
      for (const column of Object.keys(row.cells)) {
        const cell = row.cells[column];
        if (cell) add(column, cell.before, cell.after, cell.reason);
      }
    } else {
      const values = row.kind === 'insert' ? row.values : row.before;
      for (const column of Object.keys(values)) add(column, values[column] ?? null, null);
    }
    ends[i] = columnOf.length;
    length += row.row.length;
  }
  if (length > LONGEST_TEXT) return null;
  return {
    packed: 'pending',
    kinds,
    rows: packColumn(pending.map(({ row }) => row)),
    ends,
    columns: [...place.keys()],
    columnOf: Uint32Array.from(columnOf),
    from: packColumn(from),
    to: packColumn(to),
    reasons,
  };
};

/** The rows again: `packPending` backwards. */
export const unpackPending = (packed: PackedPending): PendingRow[] =>
  unpackSome(packed, 0, packed.kinds.length);

/** Rows `start` (included) to `stop` of them. */
const unpackSome = (packed: PackedPending, start: number, stop: number): PendingRow[] => {
  const { kinds, rows, ends, columns, columnOf, from, to } = packed;
  const reasons = new Map(packed.reasons);
  const columnAt = (cell: number): string => columns[columnOf[cell] ?? -1] ?? '';
  const unpacked: PendingRow[] = [];
  for (let i = start, cell = ends[start - 1] ?? 0; i < stop; i++) {
    const row = packedValue(rows, i) ?? '';
    const end = ends[i] ?? 0;
    const kind = KINDS[kinds[i] ?? 0] ?? 'update';
    if (kind === 'update') {
      const cells: Record<string, { before: Cell; after: Cell; reason?: string }> = {};
      for (; cell < end; cell++) {
        const change = { before: packedValue(from, cell), after: packedValue(to, cell) };
        const reason = reasons.size > 0 ? reasons.get(cell) : undefined;
        put(cells, columnAt(cell), reason === undefined ? change : { ...change, reason });
      }
      unpacked.push({ kind, row, cells });
      continue;
    }
    const values: Record<string, Cell> = {};
    for (; cell < end; cell++) put(values, columnAt(cell), packedValue(from, cell));
    unpacked.push(kind === 'insert' ? { kind, row, values } : { kind, row, before: values });
  }
  return unpacked;
};

// A column may be called "__proto__".
const put = <T>(record: Record<string, T>, column: string, value: T): void => {
  if (column !== '__proto__') record[column] = value;
  else Object.defineProperty(record, column, { value, enumerable: true, writable: true, configurable: true });
};

/** A frame with its pending rows as columns, where it has many; any other frame as it is. */
export const packFrame = (frame: HostFrame): HostFrame =>
  inFrame(frame, (rows) => (isPending(rows) ? packPending(rows) : null));

/** Whether a frame has pending rows as columns. */
export const isPackedFrame = (frame: HostFrame): boolean => {
  let found = false;
  inFrame(frame, (rows) => {
    found ||= isPacked(rows);
    return null;
  });
  return found;
};

/** The frame as the backend sent it: `packFrame` backwards. */
export const unpackFrame = (frame: HostFrame): HostFrame =>
  inFrame(frame, (rows) => (isPacked(rows) ? unpackPending(rows) : null));

/** The same some rows a turn, where there are many: `turn` lets others go first. */
export const unpackInTurns = async (frame: HostFrame, turn: () => Promise<void>): Promise<HostFrame> => {
  const lists = new Map<unknown, PendingRow[]>();
  inFrame(frame, (rows) => {
    if (isPacked(rows)) lists.set(rows, []);
    return null;
  });
  for (const [packed, unpacked] of lists) {
    if (!isPacked(packed)) continue;
    const count = packed.kinds.length;
    for (let at = 0; at < count; at += A_TURN) {
      await turn();
      for (const row of unpackSome(packed, at, Math.min(at + A_TURN, count))) unpacked.push(row);
    }
    await turn();
  }
  return lists.size === 0 ? frame : inFrame(frame, (rows) => lists.get(rows) ?? null);
};

type Change = (rows: unknown) => unknown;

/** Where frames have pending rows: of the answer itself, of its delta, of a sheet just opened, of an event's delta. */
const inFrame = (frame: HostFrame, change: Change): HostFrame => {
  if (frame.kind === 'event') {
    const event = inHolders(frame.event, change);
    return event === frame.event ? frame : { ...frame, event };
  }
  if (!frame.ok) return frame;
  const output = inHolders(frame.output, change);
  return output === frame.output ? frame : { ...frame, output };
};

const HOLDERS = ['delta', 'pending'] as const;

const inHolders = (value: unknown, change: Change): unknown => {
  let changed = inRows(value, change);
  if (!isRecord(changed)) return value;
  for (const name of HOLDERS) {
    const held = changed[name];
    const other = inRows(held, change);
    if (other !== held) changed = { ...changed, [name]: other };
    if (!isRecord(changed)) return value;
  }
  return changed;
};

const inRows = (value: unknown, change: Change): unknown => {
  const rows = isRecord(value) && 'rows' in value ? change(value.rows) : null;
  return rows === null ? value : { ...(value as object), rows };
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPacked = (rows: unknown): rows is PackedPending => isRecord(rows) && rows.packed === 'pending';

// The backend made the list; its first row tells what it is a list of.
const isPending = (rows: unknown): rows is readonly PendingRow[] => {
  if (!Array.isArray(rows) || rows.length < MANY) return false;
  const [first] = rows;
  if (!isRecord(first) || typeof first.row !== 'string' || Object.keys(first).length !== 3) return false;
  return (
    (first.kind === 'update' && isRecord(first.cells)) ||
    (first.kind === 'insert' && isRecord(first.values)) ||
    (first.kind === 'delete' && isRecord(first.before))
  );
};
