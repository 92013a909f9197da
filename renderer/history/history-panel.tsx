import { RefreshCw, X } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { HistoryEntry } from '../../shared/model/batch.ts';
import { AppError } from '../../shared/model/failure.ts';
import { formatValue } from '../../shared/values/format.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import type { SheetContext } from '../ui/sheet-context.ts';
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

const PAGE = 100;
type Scope = 'sheet' | 'row' | 'cell';

interface Loaded {
  readonly entries: readonly HistoryEntry[];
  readonly cursor: string | null;
  readonly more: boolean;
}

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
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const { sheet } = context;

  const load = useCallback(
    async (after: Loaded | null): Promise<void> => {
      setFailure(null);
      try {
        const answer = await client.call('history.list', {
          sheet,
          limit: PAGE,
          ...(scope !== 'sheet' && row !== undefined ? { row } : {}),
          ...(scope === 'cell' && column !== undefined ? { column } : {}),
          ...(after?.cursor ? { before: after.cursor } : {}),
        });
        setLoaded({ ...answer, entries: [...(after?.entries ?? []), ...answer.entries] });
      } catch (error) {
        setFailure(AppError.wrap(error).message);
      }
    },
    [client, sheet, scope, row, column],
  );

  useEffect(() => {
    setLoaded(null);
    void load(null);
  }, [load]);
  useEffect(
    () => client.on('sheet.changed', (changed) => void (changed.sheet === sheet && load(null))),
    [client, sheet, load],
  );

  const groups = useMemo(() => grouped(loaded?.entries ?? []), [loaded]);
  const label = (name: string | null): string =>
    context.definition.columns.find((each) => each.name === name)?.label ?? name ?? '';
  const value = (entry: HistoryEntry, text: string | null): ReactNode => {
    const found = context.definition.columns.find((each) => each.name === entry.column);
    if (text === null) return <span className="quiet">empty</span>;
    return found ? formatValue(text, found, locale) : text;
  };
  return (
    <aside className="history" aria-label="History" data-region tabIndex={-1}>
      <header>
        <h2>History</h2>
        <Button look="plain" aria-label="Read the history again" onPress={() => void load(null)}>
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
        {groups.map(({ key, first, entries }) => (
          <article key={key}>
            <h3>
              <strong>{first.person}</strong>
              <time dateTime={first.at} title={first.at}>
                {when(first.at, locale)}
              </time>
            </h3>
            <p className="quiet">
              {first.batch ? `Batch ${first.batch.slice(0, 8)}` : 'Written without a batch'}
              {first.application ? ` · ${first.application}` : ''}
            </p>
            <ul>
              {entries.map((entry) => (
                <li key={`${entry.row} ${entry.column ?? ''} ${entry.at}`}>
                  <button
                    type="button"
                    className="history-row"
                    onClick={() => context.goTo(entry.row, entry.column ?? undefined)}
                  >
                    {context.rowLabel(entry.row)}
                  </button>
                  <div>
                    <span className="history-column">
                      {entry.kind === 'delete' ? `Deleted ${label(entry.column)}` : label(entry.column)}
                    </span>{' '}
                    {entry.kind === 'insert' ? null : (
                      <span className="before">{value(entry, entry.before)}</span>
                    )}
                    {entry.kind === 'update' ? <span aria-hidden> → </span> : ' '}
                    {entry.kind === 'delete' ? null : (
                      <span className="after">{value(entry, entry.after)}</span>
                    )}
                    {entry.reason ? <p className="quiet">{entry.reason}</p> : null}
                  </div>
                </li>
              ))}
            </ul>
          </article>
        ))}
        {loaded?.more ? <Button onPress={() => void load(loaded)}>Older changes</Button> : null}
      </div>
    </aside>
  );
};

interface Group {
  readonly key: string;
  readonly first: HistoryEntry;
  readonly entries: HistoryEntry[];
}

/** Neighbours of one person and one batch (or, outside batches, one moment) stand together. */
const grouped = (entries: readonly HistoryEntry[]): readonly Group[] => {
  const groups: Group[] = [];
  for (const entry of entries) {
    const key = `${entry.person} ${entry.batch ?? entry.at}`;
    const last = groups.at(-1);
    if (last?.key === key) last.entries.push(entry);
    else groups.push({ key, first: entry, entries: [entry] });
  }
  return groups;
};

const when = (at: string, locale: LocaleConventions): string => {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? at
    : date.toLocaleString(locale.tag, { dateStyle: 'medium', timeStyle: 'short' });
};
