import type { ICellEditorComp, ICellEditorParams } from 'ag-grid-community';
import { createElement } from 'react';
import { flushSync } from 'react-dom';
import { createRoot, type Root } from 'react-dom/client';
import type { Column } from '../../../shared/model/sheet.ts';
import type { GridModel, TypedCell } from '../grid-model.ts';
import type { SheetRow } from '../sheet-row.ts';
import { ChoiceEditor } from './choice-editor.tsx';
import type { EditorProps, Move } from './editor-props.ts';
import { LongTextEditor } from './long-text-editor.tsx';
import { TextEditor } from './text-editor.tsx';

export interface CellEditorParams extends ICellEditorParams<SheetRow, TypedCell> {
  readonly model: GridModel;
  readonly sheetColumn: Column;
  readonly onFinish: (move: Move) => void;
  /** Ends the edit by entering the text into every selected cell. */
  readonly onFill: (typed: TypedCell) => void;
  readonly onCancel: () => void;
}

const LONG = 80;
/** The grid looks after its own cells; panels of an editor float above it. */
const WHERE_EDITORS_ARE = '.ag-root-wrapper, .sheet-floating';
const LEAVING = ['pointerdown', 'focusin'] as const;

const editorFor = (column: Column, text: string): ((props: EditorProps) => ReturnType<typeof TextEditor>) => {
  const { kind } = column.type;
  if (column.lookup || kind === 'enum' || kind === 'boolean') return ChoiceEditor;
  if (column.rules.some((rule) => rule.kind === 'list')) return ChoiceEditor;
  if (kind === 'json' || kind === 'other' || kind === 'text') {
    if (kind === 'json' || text.includes('\n') || text.length > LONG) return LongTextEditor;
  }
  return TextEditor;
};

const printable = (key: string | null | undefined): key is string => key?.length === 1;

/**
 * The editor of every column: mounts the one that fits its type and hands AG Grid the typed text. What was not touched is
 * not entered, so that opening and leaving a cell never rewrites its value.
 */
export class CellEditor implements ICellEditorComp<SheetRow, TypedCell> {
  readonly #gui = document.createElement('div');
  #root: Root | null = null;
  #typed: TypedCell = { text: '' };
  #touched = false;
  #overwriting = false;
  #left: (event: Event) => void = () => {};

  init(params: CellEditorParams): void {
    const { model, sheetColumn, data, eventKey } = params;
    this.#gui.className = 'sheet-editor';
    this.#overwriting = printable(eventKey);
    const text = printable(eventKey) ? eventKey : model.editorText(data, sheetColumn);
    this.#typed = { text };
    this.#touched = this.#overwriting;
    // Elsewhere in the window, a button for example: what was typed is entered, as in a spreadsheet, and before the button
    // does its work (the grid would tell of it later). Another window is no such place.
    this.#left = ({ target }) => {
      if (!(target instanceof Element) || target.closest(WHERE_EDITORS_ARE)) return;
      params.api.stopEditing(true);
      if (this.#touched) model.enter(data, sheetColumn, this.#typed);
    };
    const props: EditorProps = {
      model,
      row: data,
      column: sheetColumn,
      text,
      overwriting: this.#overwriting,
      onChange: (typed) => {
        this.#typed = typed;
        this.#touched = true;
      },
      onFinish: (move) => (move === 'fill' ? params.onFill(this.#typed) : params.onFinish(move)),
      onCancel: params.onCancel,
    };
    const root = createRoot(this.#gui);
    this.#root = root;
    // The input must be there before the next key arrives.
    flushSync(() => root.render(createElement(editorFor(sheetColumn, text), props)));
  }

  getGui(): HTMLElement {
    return this.#gui;
  }

  afterGuiAttached(): void {
    for (const kind of LEAVING) document.addEventListener(kind, this.#left, true);
    const input =
      this.#gui.querySelector('input') ??
      document.querySelector<HTMLTextAreaElement>('.sheet-long-text textarea');
    if (!input) return;
    input.focus({ preventScroll: true });
    if (this.#overwriting) input.setSelectionRange(input.value.length, input.value.length);
    else input.select();
  }

  getValue(): TypedCell {
    return this.#typed;
  }

  isCancelAfterEnd(): boolean {
    return !this.#touched;
  }

  destroy(): void {
    for (const kind of LEAVING) document.removeEventListener(kind, this.#left, true);
    const root = this.#root;
    this.#root = null;
    // React may be in the middle of handling the very key that ended the edit.
    queueMicrotask(() => root?.unmount());
  }
}
