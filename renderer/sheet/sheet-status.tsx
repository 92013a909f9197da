import { ListFilter } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { type Column, column } from '../../shared/model/sheet.ts';
import { formatValue } from '../../shared/values/format.ts';
import { columnHelp } from '../grid/column-help.ts';
import type { ActiveCell } from '../grid/grid-controller.ts';
import type { SheetRow } from '../grid/sheet-row.ts';
import { isNarrowed } from './conditions.ts';
import type { SelectionStats } from './selection-stats.ts';
import type { SheetModel } from './sheet-model.ts';
import type { SheetSnapshot } from './sheet-snapshot.ts';

/** Kinds of rows that need attention. */
export type Trouble = 'refused' | 'problems' | 'conflicts';

interface StatusProps {
  readonly snapshot: SheetSnapshot;
  readonly model: SheetModel;
  readonly active: ActiveCell | null;
  /** Of a selection of several cells. */
  readonly stats: SelectionStats | null;
  readonly onNextRefused: () => void;
  readonly onNextProblem: () => void;
  readonly onShowPending: () => void;
  /** Narrows the view to the rows of one kind of trouble. */
  readonly onOnly: (kind: Trouble) => void;
}

const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString()} ${n === 1 ? one : many}`;

const rowsText = (snapshot: SheetSnapshot): string => {
  const { rows, total, totalAbout, loading, truncated, about, inGroups, query } = snapshot;
  if (!loading && query.groups.length > 0 && inGroups !== null) return `${count(inGroups, 'row')} in groups`;
  if (loading) return `Loading, ${count(rows, 'row')} so far`;
  if (truncated) return `The first ${count(rows, 'row')} are shown`;
  const shown = about ? `About ${rows.toLocaleString()}` : rows.toLocaleString();
  // An estimate below what is shown says nothing.
  if (total !== null && (totalAbout ? total > rows : total !== rows) && isNarrowed(query))
    return `${shown} of ${totalAbout ? 'about ' : ''}${count(total, 'row')}`;
  return about ? `About ${count(rows, 'row')}` : count(rows, 'row');
};

const pendingText = ({ counts }: SheetSnapshot): string => {
  const parts: string[] = [];
  if (counts.updated > 0) parts.push(`${count(counts.updated, 'row')} changed`);
  if (counts.inserted > 0) parts.push(`${counts.inserted.toLocaleString()} new`);
  if (counts.deleted > 0) parts.push(`${counts.deleted.toLocaleString()} deleted`);
  return parts.join(', ');
};

const savedText = ({ saving, saveFailure, counts }: SheetSnapshot): string => {
  if (saveFailure) return 'Not kept';
  if (saving > 0) return 'Keeping…';
  return counts.updated + counts.inserted + counts.deleted > 0 ? 'Kept on this machine' : '';
};

/** What the rows against a rule are counted of. */
const judgedText = ({ judged, counts }: SheetSnapshot): string => {
  const pending = counts.updated + counts.inserted;
  return judged
    ? `Of ${pending === 1 ? 'the one row' : `all ${count(pending, 'row')}`} changed or new in the sheet. Go to the next one`
    : 'Only of the changed rows that were shown; the others could not be read. Go to the next one';
};

/** The line under the grid: rows, pending work, what needs attention, and the active cell with its exact value. */
export const SheetStatus = (props: StatusProps): ReactNode => {
  const { snapshot, model, active } = props;
  const pending = pendingText(snapshot);
  const saved = savedText(snapshot);
  return (
    <>
      <footer className="sheet-status">
        <span className="sheet-status-rows">{rowsText(snapshot)}</span>
        {pending !== '' && (
          <button type="button" className="sheet-status-part pending" onClick={props.onShowPending}>
            {pending}
          </button>
        )}
        {snapshot.refused > 0 && (
          <button
            type="button"
            className="sheet-status-part refused"
            title="Go to the next one"
            onClick={props.onNextRefused}
          >
            {count(snapshot.refused, 'entry', 'entries')} not valid
          </button>
        )}
        {snapshot.refused > 0 && (
          <Only what="entries that are not valid" onPress={() => props.onOnly('refused')} />
        )}
        {snapshot.problems > 0 && (
          <button
            type="button"
            className="sheet-status-part refused"
            title={judgedText(snapshot)}
            onClick={props.onNextProblem}
          >
            {count(snapshot.problems, 'row')} against a rule
          </button>
        )}
        {snapshot.problems > 0 && (
          <Only what="entries against a rule" onPress={() => props.onOnly('problems')} />
        )}
        {snapshot.conflicts > 0 && (
          <span className="sheet-status-part conflict">{count(snapshot.conflicts, 'conflict')}</span>
        )}
        {snapshot.conflicts > 0 && <Only what="conflicts" onPress={() => props.onOnly('conflicts')} />}
        {snapshot.warnings > 0 && (
          <button
            type="button"
            className="sheet-status-part warn"
            title={judgedText(snapshot)}
            onClick={props.onNextProblem}
          >
            {count(snapshot.warnings, 'warning')}
          </button>
        )}
        {saved !== '' && <span className="sheet-status-saved">{saved}</span>}
        {props.stats ? (
          <Stats stats={props.stats} model={model} />
        ) : (
          <ActiveCellText model={model} active={active} />
        )}
      </footer>
      <output className="sheet-said" aria-live="polite">
        {snapshot.said !== '' && <span key={snapshot.saidTimes}>{snapshot.said}</span>}
      </output>
      <SpokenStats stats={props.stats} model={model} />
    </>
  );
};

const Only = ({ what, onPress }: { what: string; onPress: () => void }): ReactNode => (
  <button
    type="button"
    className="sheet-status-only"
    aria-label={`Show only rows with ${what}`}
    title={`Show only rows with ${what}`}
    onClick={onPress}
  >
    <ListFilter size={13} aria-hidden="true" />
  </button>
);

const AMOUNT = column.parse({
  name: 'amount',
  label: '',
  sqlType: 'numeric',
  type: { kind: 'decimal' },
  format: { grouping: true },
});

/** How long a selection rests before its figures are read out, so that growing one does not read out every step. */
const REST_MS = 600;

/** The figures of the selection for those who hear them. */
const SpokenStats = ({ stats, model }: { stats: SelectionStats | null; model: SheetModel }): ReactNode => {
  const text = stats ? statsText(stats, model) : '';
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    const rest = setTimeout(() => setSpoken(text), REST_MS);
    return () => clearTimeout(rest);
  }, [text]);
  return (
    <output className="visually-hidden" aria-live="polite" aria-label="Selection">
      {spoken}
    </output>
  );
};

const statsText = (stats: SelectionStats, model: SheetModel): string =>
  [
    `${count(stats.cells, 'cell')} selected`,
    ...(stats.sum === null ? [] : [`sum ${formatValue(stats.sum, AMOUNT, model.locale)}`]),
  ].join(', ');

/** Exact figures of the selection, in the person's own number format. */
const Stats = ({ stats, model }: { stats: SelectionStats; model: SheetModel }): ReactNode => {
  const shown = (value: string | null): string => formatValue(value, AMOUNT, model.locale);
  return (
    <span className="sheet-status-cell sheet-stats">
      <span>{count(stats.cells, 'cell')}</span>
      {stats.filled !== null && stats.filled < stats.cells ? (
        <span>
          Count <code>{stats.filled.toLocaleString()}</code>
        </span>
      ) : null}
      {stats.sum === null ? null : (
        <>
          <span>
            Sum <code>{shown(stats.sum)}</code>
          </span>
          <span>
            Average <code>{shown(stats.average)}</code>
          </span>
          <span>
            Min <code>{shown(stats.min)}</code>
          </span>
          <span>
            Max <code>{shown(stats.max)}</code>
          </span>
        </>
      )}
    </span>
  );
};

const GroupText = ({ model, row, at }: { model: SheetModel; row: SheetRow; at: Column }): ReactNode => {
  const { text, label, rows } = model.groups.label(row);
  const { text: figure, note } = model.look(row, at);
  return (
    <span className="sheet-status-cell">
      <strong>{[text, label].filter(Boolean).join(' ')}</strong>
      {note !== null && <code>{figure}</code>}
      <span className="sheet-status-help">{note === null ? count(rows, 'row') : `${note}, ${at.label}`}</span>
    </span>
  );
};

const ActiveCellText = ({ model, active }: { model: SheetModel; active: ActiveCell | null }): ReactNode => {
  if (!active) return <span className="sheet-status-cell" />;
  const { row, column: at } = active;
  if (row.group) return <GroupText model={model} row={row} at={at} />;
  const value = model.value(row, at);
  const { note } = model.look(row, at);
  const help = note?.split('\n')[0] ?? columnHelp(at).split('\n')[0];
  return (
    <span className="sheet-status-cell" title={note ?? columnHelp(at)}>
      <strong>{at.label}</strong>
      <code>{value === null ? 'no value' : value === '' ? 'empty text' : value.slice(0, 80)}</code>
      <span className="sheet-status-help">{help}</span>
    </span>
  );
};
