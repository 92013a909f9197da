import type { Selection } from './ranges/selection.ts';

export interface ClipboardEvents {
  /** What is selected; null also while a cell is being edited, when the clipboard is the editor's. */
  selection(): Selection | null;
  /** The clipboard's forms of the selection; null when it cannot be copied now. */
  copy(selection: Selection): { readonly text: string; readonly html: string } | null;
  /** Either may be empty, not both. */
  paste(selection: Selection, text: string, html: string): void;
  /** What was just copied is to be moved. */
  cut(selection: Selection): void;
}

/** The system clipboard's own events on the grid, so that copying works without a permission. The answer stops listening. */
export const listenToClipboard = (host: HTMLElement, events: ClipboardEvents): (() => void) => {
  const copy = (event: ClipboardEvent): boolean => {
    const selection = events.selection();
    const copied = selection && event.clipboardData ? events.copy(selection) : null;
    if (!copied) return false;
    event.clipboardData?.setData('text/plain', copied.text);
    event.clipboardData?.setData('text/html', copied.html);
    event.preventDefault();
    return true;
  };
  const cut = (event: ClipboardEvent): void => {
    const selection = events.selection();
    if (copy(event) && selection) events.cut(selection);
  };
  const paste = (event: ClipboardEvent): void => {
    const selection = events.selection();
    const text = event.clipboardData?.getData('text/plain') ?? '';
    const html = event.clipboardData?.getData('text/html') ?? '';
    if (!selection || (text === '' && html === '')) return;
    event.preventDefault();
    events.paste(selection, text, html);
  };
  host.addEventListener('copy', copy);
  host.addEventListener('cut', cut);
  host.addEventListener('paste', paste);
  return () => {
    host.removeEventListener('copy', copy);
    host.removeEventListener('cut', cut);
    host.removeEventListener('paste', paste);
  };
};
