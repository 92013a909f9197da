import {
  ArrowUpDown,
  Filter,
  History,
  ListFilter,
  Plus,
  Redo2,
  RefreshCw,
  Search,
  Send,
  Settings2,
  Trash2,
  Undo2,
  X,
} from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { ViewQuery } from '../../shared/model/view.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { isFiltered } from './conditions.ts';
import { MoreMenu } from './more-menu.tsx';
import { redoText, type SheetSnapshot, undoText } from './sheet-snapshot.ts';

export interface ToolbarActions {
  addRow(): void;
  deleteRows(): void;
  undo(): void;
  redo(): void;
  refresh(): void;
  query(query: Partial<ViewQuery>): void;
  focus(): void;
  history(): void;
  definition(): void;
  submit(): void;
}

interface ToolbarProps {
  readonly snapshot: SheetSnapshot;
  readonly actions: ToolbarActions;
  /** Why rows can not be added or deleted; null when they can. */
  readonly addRefusal: string | null;
  readonly deleteRefusal: string | null;
  readonly submitRefusal: string | null;
  readonly readOnly: boolean;
  readonly fileMenu: ReactNode;
  /** Groups and totals. */
  readonly groups: ReactNode;
  /** Views and columns. */
  readonly columns: ReactNode;
}

interface ToolProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly text?: string;
  readonly keys?: string;
  readonly refusal?: string | null;
  readonly pressed?: boolean;
  /** It moves into the menu of further tools where there is little room. */
  readonly folds?: boolean;
  readonly onPress: () => void;
}

interface ChipProps {
  readonly icon: ReactNode;
  readonly text: string;
  readonly title: string;
  readonly clears: string;
  readonly onPress: () => void;
  /** It left with the focus. */
  readonly onGone: () => void;
}

/** What narrows or orders the rows, and leaves when it is pressed. */
const Chip = ({ icon, text, title, clears, onPress, onGone }: ChipProps): ReactNode => {
  useFocusReturn(onGone);
  return (
    <button type="button" className="sheet-chip" title={title} onClick={onPress}>
      {icon}
      <span>{text}</span>
      <X size={13} aria-label={clears} />
    </button>
  );
};

/** A tool: an icon, often with a word; unusable ones stay focusable and say why. */
const Tool = (props: ToolProps): ReactNode => {
  const { label, icon, text, keys, refusal = null, pressed, folds = false, onPress } = props;
  return (
    <button
      type="button"
      className={folds ? 'sheet-tool folds' : 'sheet-tool'}
      aria-label={label}
      aria-disabled={refusal !== null}
      aria-pressed={pressed}
      aria-keyshortcuts={keys}
      title={[refusal ?? label, keys ? `(${keys.replace('Control', 'Ctrl')})` : ''].join(' ').trim()}
      onClick={() => {
        if (refusal === null) onPress();
      }}
    >
      {icon}
      {text !== undefined && <span>{text}</span>}
    </button>
  );
};

/** Filters every word as it is typed; the view follows once typing rests. */
const QuickFilter = ({ value, onChange }: { value: string; onChange: (text: string) => void }): ReactNode => {
  const [text, setText] = useState(value);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const rest = setTimeout(() => latest.current(text), 180);
    return () => clearTimeout(rest);
  }, [text, value]);
  return (
    <label className="sheet-quick">
      <Search size={14} aria-hidden="true" />
      <input
        type="search"
        aria-label="Filter rows"
        placeholder="Filter rows"
        value={text}
        maxLength={500}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onChange(text);
          if (event.key === 'Escape' && text !== '') {
            setText('');
            onChange('');
          }
        }}
      />
    </label>
  );
};

/** Commands of the sheet. What the person has no right to is disabled and says why. */
export const SheetToolbar = (props: ToolbarProps): ReactNode => {
  const { snapshot, actions, readOnly } = props;
  const { counts, query, busy, loading } = snapshot;
  const undo = undoText(snapshot);
  const redo = redoText(snapshot);
  const pendingRows = counts.updated + counts.inserted + counts.deleted;
  const sorted = query.sort.length > 0;
  const size = 15;
  return (
    <div className="sheet-toolbar" role="toolbar" aria-label="Sheet">
      {!readOnly && (
        <div className="sheet-tools">
          <Tool
            label="Add row"
            text="Add row"
            icon={<Plus size={size} />}
            refusal={props.addRefusal}
            onPress={actions.addRow}
          />
          <Tool
            label="Delete rows"
            icon={<Trash2 size={size} />}
            refusal={props.deleteRefusal}
            onPress={actions.deleteRows}
          />
          <Tool
            label={undo === null ? 'Undo' : `Undo ${undo}`}
            keys="Control+Z"
            icon={<Undo2 size={size} />}
            refusal={undo === null ? 'Nothing to undo' : null}
            onPress={actions.undo}
          />
          <Tool
            label={redo === null ? 'Redo' : `Redo ${redo}`}
            keys="Control+Y"
            icon={<Redo2 size={size} />}
            refusal={redo === null ? 'Nothing to redo' : null}
            onPress={actions.redo}
          />
        </div>
      )}
      <div className="sheet-tools">
        <Tool
          label="Refresh"
          folds
          icon={<RefreshCw size={size} className={busy || loading ? 'turning' : ''} />}
          onPress={actions.refresh}
        />
        <QuickFilter value={query.quick} onChange={(quick) => actions.query({ quick })} />
        <Tool
          label="Show only rows with pending changes"
          text="Pending only"
          folds
          icon={<ListFilter size={size} />}
          pressed={query.pendingOnly}
          onPress={() => actions.query({ pendingOnly: !query.pendingOnly })}
        />
        {props.groups}
        {sorted && (
          <Chip
            icon={<ArrowUpDown size={13} aria-hidden="true" />}
            text={`Sorted by ${query.sort.length === 1 ? '1 column' : `${query.sort.length} columns`}`}
            title="Back to key order"
            clears="Clear sort"
            onPress={() => actions.query({ sort: [] })}
            onGone={actions.focus}
          />
        )}
        {query.only && (
          <Chip
            icon={<ListFilter size={13} aria-hidden="true" />}
            text={`Only ${query.only.length === 1 ? '1 row' : `${query.only.length.toLocaleString()} rows`}`}
            title="Show all rows"
            clears="Show all rows"
            onPress={() => actions.query({ only: undefined })}
            onGone={actions.focus}
          />
        )}
        {isFiltered(query) && (
          <Chip
            icon={<Filter size={13} aria-hidden="true" />}
            text="Filtered"
            title="Show all rows"
            clears="Clear filters"
            onPress={() => actions.query({ filters: [], marks: undefined, quick: '' })}
            onGone={actions.focus}
          />
        )}
      </div>
      <div className="sheet-tools">{props.columns}</div>
      <div className="sheet-tools end">
        {props.fileMenu}
        <Tool label="History" text="History" folds icon={<History size={size} />} onPress={actions.history} />
        <Tool
          label="Sheet definition"
          text="Definition"
          folds
          icon={<Settings2 size={size} />}
          onPress={actions.definition}
        />
        <MoreMenu />
        {!readOnly && (
          <button
            type="button"
            className="sheet-submit"
            aria-disabled={props.submitRefusal !== null}
            aria-keyshortcuts="Control+S"
            title={props.submitRefusal ?? 'Show what will be written, then write it (Ctrl+S)'}
            onClick={actions.submit}
          >
            <Send size={14} aria-hidden="true" />
            Submit{pendingRows > 0 ? ` (${pendingRows.toLocaleString()})` : ''}
          </button>
        )}
      </div>
    </div>
  );
};
