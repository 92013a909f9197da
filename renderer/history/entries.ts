import type { HistoryEntry } from '../../shared/model/batch.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';

/** Changes that stand together: of one person in one batch or, outside batches, at one moment. */
export interface HistoryGroup {
  readonly key: string;
  readonly first: HistoryEntry;
  readonly rows: readonly HistoryRow[];
}

/** The changes of one row within a group. */
export interface HistoryRow {
  readonly key: string;
  readonly row: string;
  readonly kind: HistoryEntry['kind'];
  readonly entries: readonly HistoryEntry[];
}

const mark = (entry: HistoryEntry): string => `${entry.person}\u0000${entry.batch ?? entry.at}`;

/** Neighbours of one mark stand together; the order (newest first) is kept, so a mark may come twice. */
export const groupEntries = (entries: readonly HistoryEntry[]): readonly HistoryGroup[] =>
  runsOf(entries, mark).map((group, i) => ({
    key: `${i} ${mark(group.first)}`,
    first: group.first,
    rows: runsOf(group.entries, ({ row, kind }) => `${kind}\u0000${row}`).map(
      ({ first, entries: of }, j) => ({
        key: `${j} ${first.row}`,
        row: first.row,
        kind: first.kind,
        entries: of,
      }),
    ),
  }));

interface Run {
  readonly first: HistoryEntry;
  readonly entries: readonly HistoryEntry[];
}

const runsOf = (
  entries: readonly HistoryEntry[],
  markOf: (entry: HistoryEntry) => string,
): readonly Run[] => {
  const runs: { readonly first: HistoryEntry; readonly entries: HistoryEntry[] }[] = [];
  for (const entry of entries) {
    const last = runs.at(-1);
    if (last && markOf(last.first) === markOf(entry)) last.entries.push(entry);
    else runs.push({ first: entry, entries: [entry] });
  }
  return runs;
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, in words up to a week, then the date. A clock running ahead elsewhere counts as now. */
export const relativeTime = (at: string, now: Date, { tag }: LocaleConventions): string => {
  const then = new Date(at);
  if (Number.isNaN(then.getTime())) return at;
  const ago = Math.max(0, now.getTime() - then.getTime());
  const words = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' });
  if (ago < MINUTE) return words.format(0, 'second');
  if (ago < HOUR) return words.format(-Math.floor(ago / MINUTE), 'minute');
  if (ago < DAY) return words.format(-Math.floor(ago / HOUR), 'hour');
  if (ago < 7 * DAY) return words.format(-Math.floor(ago / DAY), 'day');
  return then.toLocaleDateString(tag, { dateStyle: 'medium' });
};

/** The whole moment in the person's own time zone, to the second. */
export const localStamp = (at: string, { tag }: LocaleConventions): string => {
  const then = new Date(at);
  return Number.isNaN(then.getTime())
    ? at
    : then.toLocaleString(tag, { dateStyle: 'full', timeStyle: 'long' });
};

/** The moment in the person's own time zone, to the second, as short as it can be said. */
export const shortStamp = (at: string, { tag }: LocaleConventions): string => {
  const then = new Date(at);
  return Number.isNaN(then.getTime())
    ? at
    : then.toLocaleString(tag, { dateStyle: 'medium', timeStyle: 'medium' });
};
