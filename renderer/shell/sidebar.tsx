import { CalendarDays, Eye, Inbox, Lock, PanelLeftClose, Search, Table2 } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import type { TableSummary } from '../../shared/contract/operations.ts';
import type { Source } from '../../shared/model/sheet.ts';
import { humanise } from '../../shared/values/humanise.ts';
import { Button } from '../ui/button.tsx';

export interface SidebarProps {
  readonly tables: readonly TableSummary[] | null;
  readonly failure: string | null;
  readonly current: Source | null;
  readonly onOpen: (source: Source) => void;
  /** What schema `writ` offers; `waiting` counts the batches that wait for this person. Null where it is not installed. */
  readonly governance: {
    readonly shown: 'reviews' | 'periods' | null;
    readonly waiting: number;
    onReviews(): void;
    onPeriods(): void;
  } | null;
  readonly onCollapse: () => void;
  readonly onReload: () => void;
}

export const sameSource = (a: Source | null, b: Source | null): boolean =>
  a !== null && b !== null && a.schema === b.schema && a.table === b.table;

/** A table's name in words. */
export const tableTitle = ({ table }: Source): string => humanise(table);

const about = (n: number | null): string => {
  if (n === null) return '';
  if (n < 1000) return String(n);
  return n < 1_000_000 ? `${Math.round(n / 1000)}k` : `${(n / 1_000_000).toFixed(1)}M`;
};

/** The tables and views this person may read, by schema. */
export const Sidebar = ({
  tables,
  failure,
  current,
  onOpen,
  governance,
  onCollapse,
  onReload,
}: SidebarProps): ReactNode => {
  const [text, setText] = useState('');
  const groups = useMemo(() => grouped(tables ?? [], text), [tables, text]);
  return (
    <nav className="sidebar" aria-label="Sheets" data-region tabIndex={-1}>
      <div className="sidebar-head">
        <label className="sidebar-search">
          <Search size={14} aria-hidden />
          <span className="visually-hidden">Find a sheet</span>
          <input value={text} onChange={(event) => setText(event.target.value)} placeholder="Find a sheet" />
        </label>
        <Button look="plain" aria-label="Hide the list of sheets" onPress={onCollapse}>
          <PanelLeftClose size={16} aria-hidden />
        </Button>
      </div>
      <div className="sidebar-list">
        {governance ? (
          <section>
            <ul>
              <li>
                <button
                  type="button"
                  aria-current={governance.shown === 'reviews' ? 'page' : undefined}
                  title="Batches that wait for approval"
                  onClick={governance.onReviews}
                >
                  <Inbox size={14} aria-hidden />
                  <span className="name">Reviews</span>
                  <span className={governance.waiting > 0 ? 'count waiting' : 'count'}>
                    {governance.waiting > 0 ? governance.waiting : ''}
                  </span>
                </button>
              </li>
              <li>
                <button
                  type="button"
                  aria-current={governance.shown === 'periods' ? 'page' : undefined}
                  title="Which periods are open, and who has submitted"
                  onClick={governance.onPeriods}
                >
                  <CalendarDays size={14} aria-hidden />
                  <span className="name">Periods</span>
                </button>
              </li>
            </ul>
          </section>
        ) : null}
        {failure ? (
          <div className="sidebar-note" role="alert">
            <p>{failure}</p>
            <Button onPress={onReload}>Try again</Button>
          </div>
        ) : null}
        {tables === null && !failure ? <p className="sidebar-note quiet">Reading the catalog…</p> : null}
        {tables !== null && groups.length === 0 ? (
          <p className="sidebar-note quiet">
            {text
              ? 'No sheet has this name.'
              : 'There is no table this person may read. Ask an administrator for a role.'}
          </p>
        ) : null}
        {groups.map(([schema, members]) => (
          <section key={schema}>
            <h2>{schema}</h2>
            <ul>
              {members.map((table) => (
                <li key={table.source.table}>
                  <button
                    type="button"
                    aria-current={sameSource(table.source, current) ? 'page' : undefined}
                    title={tipOf(table)}
                    disabled={table.keptAt === null}
                    onClick={() => onOpen(table.source)}
                  >
                    {table.kind === 'view' || table.kind === 'materialized-view' ? (
                      <Eye size={14} aria-hidden />
                    ) : (
                      <Table2 size={14} aria-hidden />
                    )}
                    <span className="name">{tableTitle(table.source)}</span>
                    {table.writable ? null : <Lock size={11} aria-label="read-only" />}
                    <span className="count">{about(table.estimatedRows)}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </nav>
  );
};

const tipOf = ({ source, comment, keptAt }: TableSummary): string =>
  keptAt === null
    ? 'Not on this machine: it opens when the warehouse can be reached'
    : (comment ?? `${source.schema}.${source.table}`);

const grouped = (tables: readonly TableSummary[], text: string): [string, TableSummary[]][] => {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const bySchema = new Map<string, TableSummary[]>();
  for (const table of tables) {
    const name =
      `${table.source.schema} ${table.source.table} ${tableTitle(table.source)} ${table.comment ?? ''}`.toLocaleLowerCase();
    if (!words.every((word) => name.includes(word))) continue;
    const members = bySchema.get(table.source.schema) ?? [];
    members.push(table);
    bySchema.set(table.source.schema, members);
  }
  return [...bySchema];
};
