import { type ReactNode, useMemo, useState } from 'react';
import type { TableSummary } from '../../shared/contract/operations.ts';
import type { Source } from '../../shared/model/sheet.ts';
import { Dialog } from '../ui/dialog.tsx';
import { tableTitle } from './sidebar.tsx';

export interface QuickOpenProps {
  readonly tables: readonly TableSummary[];
  readonly onOpen: (source: Source) => void;
  readonly onClose: () => void;
}

const SHOWN = 12;

/** Ctrl+K: a few letters and Enter open a sheet. */
export const QuickOpen = ({ tables, onOpen, onClose }: QuickOpenProps): ReactNode => {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const found = useMemo(() => {
    const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    return tables
      .filter(({ source }) => {
        const name = `${source.schema}.${source.table} ${tableTitle(source)}`.toLocaleLowerCase();
        return words.every((word) => name.includes(word));
      })
      .slice(0, SHOWN);
  }, [tables, text]);
  const chosen = Math.min(at, found.length - 1);
  return (
    <Dialog title="Open a sheet" onClose={onClose} width="520px">
      <input
        className="input"
        // The dialog exists to be typed into.
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls="quick-open-list"
        aria-activedescendant={found[chosen] ? `quick-open-${chosen}` : undefined}
        aria-label="Name of the sheet"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, found.length - 1));
          else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0));
          else if (event.key === 'Enter') {
            const table = found[chosen];
            if (table) onOpen(table.source);
          } else return;
          event.preventDefault();
        }}
      />
      <div role="listbox" id="quick-open-list" aria-label="Sheets">
        {found.map(({ source }, i) => (
          <div
            key={`${source.schema}.${source.table}`}
            id={`quick-open-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === chosen}
            data-focused={i === chosen || undefined}
            className="menu-item"
            onMouseEnter={() => setAt(i)}
            onMouseDown={() => onOpen(source)}
          >
            <span>{tableTitle(source)}</span>
            <small>
              {source.schema}.{source.table}
            </small>
          </div>
        ))}
        {found.length === 0 ? <p className="quiet">No sheet has this name.</p> : null}
      </div>
    </Dialog>
  );
};
