import { type ReactNode, useMemo, useState } from 'react';
import type { TableSummary } from '../../shared/contract/operations.ts';
import type { Source } from '../../shared/model/sheet.ts';
import type { Command } from '../ui/commands.ts';
import { Dialog } from '../ui/dialog.tsx';
import { findByName } from './find-by-name.ts';
import { tableTitle } from './sidebar.tsx';

export interface QuickOpenProps {
  readonly tables: readonly TableSummary[];
  /** What the open parts of the window can do now. */
  readonly commands: readonly Command[];
  readonly onOpen: (source: Source) => void;
  readonly onClose: () => void;
}

interface Entry {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  /** What it is found by. */
  readonly name: string;
  /** Why it cannot be chosen. */
  readonly refusal: string | null;
  choose(): void;
}

const SHOWN = 12;

/** Ctrl+K: a few letters and Enter open a sheet or run a command. */
export const QuickOpen = ({ tables, commands, onOpen, onClose }: QuickOpenProps): ReactNode => {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const entries = useMemo(
    (): readonly Entry[] => [
      ...tables.map(({ source }) => ({
        id: `sheet ${source.schema}.${source.table}`,
        label: tableTitle(source),
        detail: `${source.schema}.${source.table}`,
        name: `${tableTitle(source)} ${source.schema}.${source.table}`,
        refusal: null,
        choose: () => onOpen(source),
      })),
      ...commands.map(({ id, label, keys, refusal, run }) => ({
        id: `command ${id}`,
        label,
        detail: refusal ?? keys ?? 'Command',
        name: `${label} ${keys ?? ''}`,
        refusal: refusal ?? null,
        choose: () => {
          onClose();
          // The dialog gives the focus back first; a command may move it on.
          requestAnimationFrame(run);
        },
      })),
    ],
    [tables, commands, onOpen, onClose],
  );
  const found = findByName(entries, text).slice(0, SHOWN);
  const chosen = Math.min(at, found.length - 1);
  const choose = (entry: Entry | undefined): void => {
    if (entry && entry.refusal === null) entry.choose();
  };
  return (
    <Dialog title="Open a sheet or run a command" onClose={onClose} width="520px">
      <input
        className="input"
        // The dialog exists to be typed into.
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls="quick-open-list"
        aria-activedescendant={found[chosen] ? `quick-open-${chosen}` : undefined}
        aria-label="Name of the sheet or command"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, found.length - 1));
          else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0));
          else if (event.key === 'Enter') choose(found[chosen]);
          else return;
          event.preventDefault();
        }}
      />
      <div role="listbox" id="quick-open-list" aria-label="Sheets and commands">
        {found.map((entry, i) => (
          <div
            key={entry.id}
            id={`quick-open-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === chosen}
            aria-disabled={entry.refusal !== null}
            data-focused={i === chosen || undefined}
            className="menu-item"
            onMouseEnter={() => setAt(i)}
            onMouseDown={() => choose(entry)}
          >
            <span>{entry.label}</span>
            <small>{entry.detail}</small>
          </div>
        ))}
        {found.length === 0 ? <p className="quiet">No sheet or command has this name.</p> : null}
      </div>
    </Dialog>
  );
};
