import { RefreshCw, X } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { HistoryEntry } from '../../shared/model/batch.ts';
import { formatValue } from '../../shared/values/format.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import type { SheetContext } from '../ui/sheet-context.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { groupEntries, type HistoryRow, localStamp, relativeTime } from './entries.ts';
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
  readonly onClose: () => void;
}

type Scope = 'sheet' | 'row' | 'cell';

/** Who changed what, when, in which batch: of the sheet, a row or a cell, newest first. */
export const HistoryPanel = ({
  context,
  client,
  locale,
  audited,
  row,
  column,
  onClose,
}: HistoryPanelProps): ReactNode => {
  const [scope, setScope] = useState<Scope>(
    row === undefined ? 'sheet' : column === undefined ? 'row' : 'cell',
  );
  const { loaded, failure, refresh, older } = useHistory(
    client,
    context.sheet,
    scope === 'sheet' ? undefined : row,
    scope === 'cell' ? column : undefined,
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
        <Button look="plain" aria-label="Read the history again" onPress={refresh}>
          <RefreshCw size={15} aria-hidden />
        </Button>
        <Button look="plain" aria-label="Close the history" onPress={onClose}>
          <X size={16} aria-hidden />
        </Button>
      </header>
      {row === undefined ? null : (
        <fieldset className="history-scope" aria-label="History of">
          {(['sheet', 'row', 'cell'] as const).map((each) =>
            each === 'cell' && column === undefined ? null : (
              <button key={each} type="button" aria-pressed={scope === each} onClick={() => setScope(each)}>
                {each === 'sheet' ? 'Sheet' : each === 'row' ? 'Row' : 'Cell'}
              </button>
            ),
          )}
          <p className="quiet">
            {scope === 'sheet' ? 'Every row' : context.rowLabel(row)}
            {scope === 'cell' && column !== undefined ? `, ${label(column)}` : ''}
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
              {first.batch ? (
                <span title={`Batch ${first.batch}`}>Batch {first.batch.slice(0, 8)}</span>
              ) : (
                'Written without a batch'
              )}
              {first.application ? ` · ${first.application}` : ''}
            </p>
            <ul>
              {rows.map((each) => (
                <RowChanges key={each.key} change={each} context={context} locale={locale} label={label} />
              ))}
            </ul>
          </article>
        ))}
        {loaded?.more ? <Button onPress={older}>Older changes</Button> : null}
      </div>
    </aside>
  );
};

interface RowChangesProps {
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
        </div>
      ))}
      {reason ? <p className="quiet">{reason}</p> : null}
    </li>
  );
};

/** The present time, anew each minute, so that "2 minutes ago" stays true. */
const useMinute = (): Date => {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
};
