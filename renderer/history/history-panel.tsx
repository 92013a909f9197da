import { CalendarClock, RefreshCw, X } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { HistoryEntry } from '../../shared/model/batch.ts';
import type { PastScope } from '../../shared/model/past.ts';
import { formatValue } from '../../shared/values/format.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import type { SheetContext } from '../ui/sheet-context.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { groupEntries, type HistoryRow, localStamp, relativeTime, shortStamp } from './entries.ts';
import { MomentDialog } from './moment-dialog.tsx';
import { RestoreDialog } from './restore-dialog.tsx';
import { useHistory } from './use-history.ts';
import './history.css';

export interface HistoryPanelProps {
  readonly context: SheetContext;
  readonly client: BackendClient;
  readonly locale: LocaleConventions;
  /** False where the database keeps no audit. */
  readonly audited: boolean;
  readonly row?: string | undefined;
  readonly column?: string | undefined;
  /** Shows the sheet as it was at a moment (ISO 8601). */
  readonly onMoment: (at: string) => void;
  /** Something was restored as edits. */
  readonly onRestored: () => void;
  readonly onClose: () => void;
}

type Scope = 'sheet' | 'row' | 'cell' | 'batch';

const SCOPES = { sheet: 'Sheet', row: 'Row', cell: 'Cell', batch: 'Batch' } as const;

/** What is to be restored, and how it is called. */
interface Wanted {
  readonly scope: PastScope;
  readonly what: string;
}

/** Who changed what, when, in which batch: of the sheet, a row, a cell or a batch, newest first; and the way back. */
export const HistoryPanel = ({
  context,
  client,
  locale,
  audited,
  row,
  column,
  onMoment,
  onRestored,
  onClose,
}: HistoryPanelProps): ReactNode => {
  const [scope, setScope] = useState<Scope>(
    row === undefined ? 'sheet' : column === undefined ? 'row' : 'cell',
  );
  const [batch, setBatch] = useState<string | null>(null);
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [picking, setPicking] = useState(false);
  const { loaded, failure, refresh, older } = useHistory(client, context.sheet, {
    row: scope === 'row' || scope === 'cell' ? row : undefined,
    column: scope === 'cell' ? column : undefined,
    batch: scope === 'batch' ? (batch ?? undefined) : undefined,
  });
  const scopes = (['sheet', 'row', 'cell', 'batch'] as const).filter(
    (each) =>
      each === 'sheet' ||
      (each === 'row' && row !== undefined) ||
      (each === 'cell' && row !== undefined && column !== undefined) ||
      (each === 'batch' && batch !== null),
  );
  const now = useMinute();
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.focus(), []);
  useFocusReturn(() => context.focus());
  const groups = useMemo(() => groupEntries(loaded?.entries ?? []), [loaded]);
  const label = (name: string | null): string =>
    context.definition.columns.find((each) => each.name === name)?.label ?? name ?? '';
  return (
    <aside
      ref={panel}
      className="history"
      aria-label="History"
      data-region
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
      <header>
        <h2>History</h2>
        {audited ? (
          <Button look="plain" aria-label="Show the sheet as it was" onPress={() => setPicking(true)}>
            <CalendarClock size={15} aria-hidden />
          </Button>
        ) : null}
        <Button look="plain" aria-label="Read the history again" onPress={refresh}>
          <RefreshCw size={15} aria-hidden />
        </Button>
        <Button look="plain" aria-label="Close the history" onPress={onClose}>
          <X size={16} aria-hidden />
        </Button>
      </header>
      {scopes.length < 2 ? null : (
        <fieldset className="history-scope" aria-label="History of">
          {scopes.map((each) => (
            <button key={each} type="button" aria-pressed={scope === each} onClick={() => setScope(each)}>
              {SCOPES[each]}
            </button>
          ))}
          <p className="quiet">
            {scope === 'sheet' ? 'Every row' : null}
            {scope === 'batch' ? `Batch ${batch?.slice(0, 8) ?? ''}` : null}
            {row !== undefined && (scope === 'row' || scope === 'cell') ? context.rowLabel(row) : null}
            {scope === 'cell' && column !== undefined ? `, ${label(column)}` : null}
          </p>
        </fieldset>
      )}
      <div className="history-list">
        {failure ? <p role="alert">{failure}</p> : null}
        {!loaded && !failure ? <p className="quiet">Reading the history…</p> : null}
        {loaded && groups.length === 0 ? (
          <p className="quiet">
            {audited
              ? 'Nothing was changed here since the audit began.'
              : 'This database keeps no history: governance is not installed there.'}
          </p>
        ) : null}
        {groups.map(({ key, first, rows }) => (
          <article key={key}>
            <h3>
              <strong>{first.person}</strong>
              <time dateTime={first.at} title={localStamp(first.at, locale)}>
                {relativeTime(first.at, now, locale)}
              </time>
            </h3>
            <p className="quiet">
              {first.batch ? `Batch ${first.batch.slice(0, 8)}` : 'Written without a batch'}
              {first.application ? ` · ${first.application}` : ''}
            </p>
            <HistoryTools
              entry={first}
              locale={locale}
              inBatch={scope === 'batch'}
              onBatch={(id) => {
                setBatch(id);
                setScope('batch');
              }}
              onRestore={setWanted}
              onMoment={onMoment}
            />
            <ul>
              {rows.map((each) => (
                <RowChanges
                  key={each.key}
                  change={each}
                  context={context}
                  locale={locale}
                  label={label}
                  onRestore={setWanted}
                />
              ))}
            </ul>
          </article>
        ))}
        {loaded?.more ? <Button onPress={older}>Older changes</Button> : null}
      </div>
      {picking ? (
        <MomentDialog
          locale={locale}
          onClose={() => setPicking(false)}
          onChoose={(at) => {
            setPicking(false);
            onMoment(at);
          }}
        />
      ) : null}
      {wanted ? (
        <RestoreDialog
          {...{ context, client, locale, ...wanted }}
          onClose={() => setWanted(null)}
          onRestored={() => {
            setWanted(null);
            onRestored();
          }}
        />
      ) : null}
    </aside>
  );
};

interface HistoryToolsProps {
  readonly entry: HistoryEntry;
  readonly locale: LocaleConventions;
  readonly inBatch: boolean;
  readonly onBatch: (batch: string) => void;
  readonly onRestore: (wanted: Wanted) => void;
  readonly onMoment: (at: string) => void;
}

/** What can be done with one transaction: see its whole batch, take it back, see the sheet as it left it. */
const HistoryTools = ({
  entry: { batch, at, person },
  locale,
  inBatch,
  onBatch,
  onRestore,
  onMoment,
}: HistoryToolsProps): ReactNode => (
  <div className="history-tools">
    {batch && !inBatch ? (
      <button type="button" className="history-link" onClick={() => onBatch(batch)}>
        Whole batch
      </button>
    ) : null}
    {batch ? (
      <button
        type="button"
        className="history-link"
        onClick={() =>
          onRestore({
            scope: { kind: 'batch', batch },
            what: `Batch ${batch.slice(0, 8)} of ${person}, ${shortStamp(at, locale)}, is taken back`,
          })
        }
      >
        Take back…
      </button>
    ) : null}
    <button type="button" className="history-link" onClick={() => onMoment(justAfter(at))}>
      Sheet as of then
    </button>
  </div>
);

/** The end of the second: a transaction may go on writing for a while after its first change. */
const justAfter = (at: string): string => `${at.slice(0, 19)}.999999Z`;

interface RowChangesProps {
  readonly onRestore: (wanted: Wanted) => void;
  readonly change: HistoryRow;
  readonly context: SheetContext;
  readonly locale: LocaleConventions;
  readonly label: (column: string | null) => string;
}

const KIND = { update: null, insert: 'New row', delete: 'Deleted row' } as const;

/** What became of one row: its name leads to it, its cells stand below. */
const RowChanges = ({
  change: { row, kind, entries },
  context,
  locale,
  label,
  onRestore,
}: RowChangesProps): ReactNode => {
  const value = (entry: HistoryEntry, text: string | null): ReactNode => {
    const column = context.definition.columns.find((each) => each.name === entry.column);
    if (text === null) return <span className="quiet">empty</span>;
    return column ? formatValue(text, column, locale) : text;
  };
  // New and deleted rows are listed by what they held.
  const told = kind === 'update' ? entries : entries.filter(({ before, after }) => before ?? after);
  const reason = entries.find((entry) => entry.reason)?.reason;
  return (
    <li>
      <button
        type="button"
        className="history-row"
        onClick={() => context.goTo(row, entries[0]?.column ?? undefined)}
      >
        {context.rowLabel(row)}
      </button>
      {KIND[kind] ? <span className={`history-kind ${kind}`}>{KIND[kind]}</span> : null}
      {told.map((entry, i) => (
        // One transaction may change a cell twice; the order never changes.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={i}>
          <span className="history-column">{label(entry.column)}</span>{' '}
          {kind === 'insert' ? null : <span className="before">{value(entry, entry.before)}</span>}
          {kind === 'update' ? <span aria-hidden> → </span> : null}
          {kind === 'delete' ? null : <span className="after">{value(entry, entry.after)}</span>}
          {kind === 'update' && entry.column !== null ? (
            <button
              type="button"
              className="history-link history-cell"
              aria-label={`Restore ${label(entry.column)} of ${context.rowLabel(row)} to what it was before`}
              onClick={() =>
                onRestore(
                  before(
                    entry,
                    [row],
                    `${label(entry.column)} of ${context.rowLabel(row)}`,
                    locale,
                    entry.column ?? undefined,
                  ),
                )
              }
            >
              Restore…
            </button>
          ) : null}
        </div>
      ))}
      {reason ? <p className="quiet">{reason}</p> : null}
      {entries[0] && (kind !== 'update' || entries.length > 1) ? (
        <button
          type="button"
          className="history-link"
          aria-label={`Restore the row ${context.rowLabel(row)} as it was before`}
          onClick={() => entries[0] && onRestore(before(entries[0], [row], context.rowLabel(row), locale))}
        >
          Restore the row…
        </button>
      ) : null}
    </li>
  );
};

/** Rows, or one column of theirs, as they were before a change. */
const before = (
  { at }: HistoryEntry,
  rows: string[],
  name: string,
  locale: LocaleConventions,
  column?: string,
): Wanted => ({
  scope: { kind: 'moment', at, before: true, rows, ...(column === undefined ? {} : { column }) },
  what: `${name}, as before ${shortStamp(at, locale)}`,
});

/** The present time, anew each minute, so that "2 minutes ago" stays true. */
const useMinute = (): Date => {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
};
