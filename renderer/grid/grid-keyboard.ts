/** What a key means on a cell that is not being edited. AG Grid keeps the arrows, Home, End and the page keys. */
export type GridCommand =
  | { readonly kind: 'move'; readonly move: 'up' | 'down' | 'tab' | 'backtab' }
  | { readonly kind: 'edit' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'today' }
  | { readonly kind: 'plan' }
  /** `again` goes on with the last search, to the next cell or the one before. */
  | { readonly kind: 'find'; readonly again?: 1 | -1 }
  | { readonly kind: 'comment' }
  | { readonly kind: 'go-to' }
  | { readonly kind: 'toggle' }
  | { readonly kind: 'copy-headers' }
  | { readonly kind: 'series' }
  | { readonly kind: 'undo' }
  | { readonly kind: 'redo' }
  | { readonly kind: 'submit' }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'format' }
  | { readonly kind: 'filter' }
  | { readonly kind: 'menu' }
  | { readonly kind: 'fill'; readonly direction: 'down' | 'right' };

interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const move = (to: 'up' | 'down' | 'tab' | 'backtab'): GridCommand => ({ kind: 'move', move: to });

const withControl = (event: Key): GridCommand | null => {
  const key = event.key.toLowerCase();
  if (key === 'z') return { kind: event.shiftKey ? 'redo' : 'undo' };
  if (key === 'y') return { kind: 'redo' };
  if (key === 's') return { kind: event.altKey ? 'plan' : 'submit' };
  if ((key === 'f' || key === 'h') && !event.shiftKey) return { kind: 'find' };
  if (key === 'c' && event.shiftKey) return { kind: 'copy-headers' };
  if (key === 'd' && event.altKey) return { kind: 'series' };
  if (key === 'g' && !event.shiftKey) return { kind: 'go-to' };
  if (key === ';') return { kind: 'today' };
  if (key === '1' && !event.shiftKey && !event.altKey) return { kind: 'format' };
  if (key === 'd' && !event.shiftKey) return { kind: 'fill', direction: 'down' };
  if (key === 'r' && !event.shiftKey) return { kind: 'fill', direction: 'right' };
  if (key === 'l' && event.shiftKey) return { kind: 'filter' };
  return null;
};

/** The keyboard map of the sheet, as spreadsheets have it; null for keys that are AG Grid's or start an edit by typing. */
export const commandOf = (event: Key, boolean: boolean): GridCommand | null => {
  if (event.ctrlKey || event.metaKey) return withControl(event);
  switch (event.key) {
    case 'Enter':
      return move(event.shiftKey ? 'up' : 'down');
    case 'Tab':
      return move(event.shiftKey ? 'backtab' : 'tab');
    case 'F2':
      return { kind: event.shiftKey ? 'comment' : 'edit' };
    case 'F3':
      return { kind: 'find', again: event.shiftKey ? -1 : 1 };
    case 'F5':
      return { kind: 'go-to' };
    case 'F9':
      return { kind: 'refresh' };
    case 'Delete':
    case 'Backspace':
      return { kind: 'clear' };
    case 'ContextMenu':
      return { kind: 'menu' };
    case 'F10':
      return event.shiftKey ? { kind: 'menu' } : null;
    case ' ':
      return boolean ? { kind: 'toggle' } : null;
    case 'ArrowDown':
      return event.altKey ? { kind: 'edit' } : null;
    default:
      return null;
  }
};
