import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { GridController, type GridEvents } from './grid-controller.ts';
import type { GridModel } from './grid-model.ts';
import './grid-colors.css';
import './grid.css';
import './header.css';
import './group-rows.css';
import './marks.css';
import './editors/editors.css';
import './ranges/ranges.css';

interface SheetGridProps {
  readonly model: GridModel;
  readonly label: string;
  readonly events: GridEvents;
  readonly handle: RefObject<GridController | null>;
}

/** The grid in React's tree: made once per model, then left alone, as everything in it is drawn from the model's changes. */
export const SheetGrid = ({ model, label, events, handle }: SheetGridProps): ReactNode => {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(events);
  latest.current = events;

  useEffect(() => {
    if (!host.current) return;
    const grid = new GridController(host.current, model, {
      active: (cell) => latest.current.active(cell),
      command: (command, selection) => latest.current.command(command, selection),
      filter: (column, anchor) => latest.current.filter(column, anchor),
      columnMenu: (column, at) => latest.current.columnMenu(column, at),
      menu: (cell, at) => latest.current.menu(cell, at),
      range: (selection) => latest.current.range(selection),
      copy: (selection) => latest.current.copy(selection),
      paste: (selection, text, html) => latest.current.paste(selection, text, html),
      cut: (selection) => latest.current.cut(selection),
      uncut: () => latest.current.uncut(),
      adding: (on) => latest.current.adding(on),
      clear: (selection) => latest.current.clear(selection),
      enter: (selection, typed) => latest.current.enter(selection, typed),
      fill: (from, to, copy) => latest.current.fill(from, to, copy),
    });
    handle.current = grid;
    return () => {
      handle.current = null;
      grid.destroy();
    };
  }, [model, handle]);

  // A screen reader names what it enters: the element with the role, which is not this one.
  useEffect(() => {
    if (model) host.current?.querySelector('[role="grid"]')?.setAttribute('aria-label', label);
  }, [model, label]);

  return (
    <section
      ref={host}
      className="sheet-grid"
      aria-label={label}
      data-region="self"
      tabIndex={-1}
      onFocus={({ target, currentTarget }) => {
        if (target === currentTarget) handle.current?.focus();
      }}
    />
  );
};
