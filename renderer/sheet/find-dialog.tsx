import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { cellCount, disjoint, type Selection } from '../grid/ranges/selection.ts';
import { Button } from '../ui/button.tsx';
import { type FindFrom, type SearchedText, stepFound } from './find-step.ts';
import { type Replacement, replacedText, replaceFound } from './replace-found.ts';
import { rowLabel } from './row-finding.ts';
import type { SheetModel } from './sheet-model.ts';
import { useSearch } from './use-search.ts';

export interface FindDialogProps {
  readonly model: SheetModel;
  readonly client: BackendClient;
  readonly columns: readonly Column[];
  /** What was searched for before. `again` goes on with it; the keyboard then stays in the cells. */
  readonly start: SearchedText & { readonly again?: 1 | -1 | undefined; readonly asked: number };
  /** Told of every other search. */
  readonly onSearch: (searched: SearchedText) => void;
  /** The cell the person is at. */
  readonly from: () => FindFrom | null;
  /** What is selected, to be searched alone; null unless several cells are. */
  readonly selection: Selection | null;
  readonly onGo: (row: string, column: string) => Promise<void>;
  readonly onClose: () => void;
}

type Found = OutputOf<'rows.find'>;

/** Cells shown and replaced at once. */
const LIMIT = 10_000;

/** Finds a text in the whole view, not just on the screen, and replaces it as one step. Docked, so that the cells stay in sight. */
export const FindDialog = ({
  model,
  client,
  columns,
  start,
  onSearch,
  from,
  selection,
  onGo,
  onClose,
}: FindDialogProps): ReactNode => {
  const [searched, setSearched] = useState<SearchedText>(start);
  const { text, pattern, matchCase, whole } = searched;
  const [replacement, setReplacement] = useState('');
  // The selection the search began with: going to a cell found moves the person's own.
  const [area] = useState(() => (!start.again && selection && cellCount(selection) > 1 ? selection : null));
  const [inArea, setInArea] = useState(area !== null);
  const [at, setAt] = useState(-1);
  const [replaced, setReplaced] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const bar = useRef<HTMLElement>(null);
  const question = text === '' ? null : JSON.stringify([text, pattern, matchCase, whole, inArea]);
  const { found, searching, message, clear } = useSearch<Found>(
    () =>
      client.call('rows.find', {
        sheet: model.definition.id,
        view: model.viewNumber,
        text,
        columns: columns.map(({ name }) => name),
        pattern,
        matchCase,
        whole,
        within: area && inArea ? areasOf(area, columns) : undefined,
        limit: LIMIT,
      }),
    question,
  );
  const change = (part: Partial<SearchedText>): void => {
    const { text, pattern, matchCase, whole } = { ...searched, ...part };
    const next = { text, pattern, matchCase, whole };
    setSearched(next);
    onSearch(next);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time the person asks for the bar
  useEffect(() => {
    if (!start.again) input.current?.select();
  }, [start.asked]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question begins at its first cell
  useEffect(() => {
    setAt(-1);
    setReplaced('');
  }, [question]);

  /** A step asked for before the answer is here is taken when it comes. */
  const waiting = useRef(start.again);
  const step = (by: 1 | -1): void => {
    if (searching) {
      waiting.current = by;
      return;
    }
    const names = columns.map(({ name }) => name);
    const next = stepFound(found?.cells ?? [], names, at, from(), by);
    const cell = found?.cells[next];
    setAt(next);
    const back = bar.current?.contains(document.activeElement) === true;
    if (cell)
      void onGo(cell.row, cell.column).then(() => {
        if (back) requestAnimationFrame(() => input.current?.focus());
      });
  };
  const stepNow = useRef(step);
  stepNow.current = step;
  useEffect(() => {
    if (!found || !waiting.current) return;
    const by = waiting.current;
    waiting.current = undefined;
    stepNow.current(by);
  }, [found]);
  useEffect(() => {
    if (message !== '') waiting.current = undefined;
  }, [message]);
  // From the cells as well, where the keyboard then stays.
  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      if (event.key !== 'F3') return;
      event.preventDefault();
      event.stopPropagation();
      stepNow.current(event.shiftKey ? -1 : 1);
    };
    window.addEventListener('keydown', key, true);
    return () => window.removeEventListener('keydown', key, true);
  }, []);
  const replace = async (cells: Found['cells']): Promise<void> => {
    const counts = await replaceFound(model, columns, cells, {
      text,
      replacement,
      pattern,
      matchCase,
      whole,
    });
    setReplaced(counts);
    clear();
    setAt(-1);
    // The button pressed is disabled now; the keyboard must not fall out of the dialog.
    input.current?.focus();
  };
  const current = found?.cells[at];
  const total = found ? `${found.total.toLocaleString()} ${found.total === 1 ? 'cell' : 'cells'}` : '';
  return (
    <search
      ref={bar}
      className="sheet-find"
      aria-label="Find and replace"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
        else if (event.key === 'Enter' && event.target === input.current) step(event.shiftKey ? -1 : 1);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <div className="sheet-find-row">
        <input
          ref={input}
          aria-label="Find"
          placeholder="Find"
          value={text}
          maxLength={1000}
          onChange={(event) => change({ text: event.target.value })}
        />
        <Button onPress={() => step(-1)} isDisabled={!found?.cells.length}>
          Previous
        </Button>
        <Button onPress={() => step(1)} isDisabled={!found?.cells.length}>
          Next
        </Button>
        <Button look="plain" onPress={onClose}>
          Close
        </Button>
      </div>
      <div className="sheet-find-row">
        <input
          aria-label="Replace with"
          placeholder="Replace with"
          value={replacement}
          maxLength={1000}
          onChange={(event) => setReplacement(event.target.value)}
        />
        <Button onPress={() => current && void replace([current])} isDisabled={!current}>
          Replace
        </Button>
        <Button onPress={() => found && void replace(found.cells)} isDisabled={!found?.cells.length}>
          Replace all
        </Button>
      </div>
      <div className="sheet-find-row">
        <label>
          <input
            type="checkbox"
            checked={matchCase}
            onChange={(event) => change({ matchCase: event.target.checked })}
          />{' '}
          Match case
        </label>
        <label>
          <input
            type="checkbox"
            checked={whole}
            onChange={(event) => change({ whole: event.target.checked })}
          />{' '}
          Whole cell
        </label>
        <label>
          <input
            type="checkbox"
            checked={pattern}
            onChange={(event) => change({ pattern: event.target.checked })}
          />{' '}
          Regular expression
        </label>
        {area ? (
          <label>
            <input type="checkbox" checked={inArea} onChange={(event) => setInArea(event.target.checked)} />{' '}
            In selection
          </label>
        ) : null}
        <output aria-live="polite">
          {message ||
            replaced ||
            (found ? (at >= 0 ? `${(at + 1).toLocaleString()} of ${total}` : total) : '')}
        </output>
      </div>
      {found && replacement !== '' ? (
        <ReplacePreview
          cells={found.cells}
          total={found.total}
          columns={columns}
          how={{ text, replacement, pattern, matchCase, whole }}
        />
      ) : null}
    </search>
  );
};

const areasOf = (
  selection: Selection,
  columns: readonly Column[],
): { top: number; bottom: number; columns: string[] }[] =>
  disjoint(selection.ranges).map(({ top, left, bottom, right }) => ({
    top,
    bottom,
    columns: columns.slice(left, right + 1).map(({ name }) => name),
  }));

const PREVIEWED = 5;

/** The first cells as they would be after replacing. */
const ReplacePreview = ({
  cells,
  total,
  columns,
  how,
}: {
  readonly cells: Found['cells'];
  readonly total: number;
  readonly columns: readonly Column[];
  readonly how: Replacement;
}): ReactNode => (
  <ul className="sheet-find-preview" aria-label="What replacing would change">
    {cells.slice(0, PREVIEWED).map(({ row, column, value }) => (
      <li key={`${row} ${column}`}>
        <span className="quiet">
          {rowLabel(row)}, {columns.find(({ name }) => name === column)?.label ?? column}
        </span>
        <span>
          <del>{value.slice(0, 60)}</del> → <ins>{replacedText(value, how).slice(0, 60)}</ins>
        </span>
      </li>
    ))}
    {total > PREVIEWED ? <li className="quiet">and {(total - PREVIEWED).toLocaleString()} more</li> : null}
  </ul>
);
