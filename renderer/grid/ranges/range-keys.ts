import type { Destination } from './navigation.ts';
import type { Direction } from './selection.ts';

/** What a key means for the selection. */
export type RangeCommand =
  | { readonly kind: 'extend'; readonly direction: Direction; readonly toEdge: boolean }
  | { readonly kind: 'jump'; readonly direction: Direction }
  | { readonly kind: 'go'; readonly to: Destination; readonly extend: boolean }
  | { readonly kind: 'all' }
  | { readonly kind: 'columns' }
  | { readonly kind: 'rows' }
  | { readonly kind: 'add' }
  | { readonly kind: 'show' }
  | { readonly kind: 'collapse' }
  | { readonly kind: 'walk'; readonly by: 'row' | 'column'; readonly backwards: boolean };

interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

const destinationOf = ({ key, altKey }: Key, control: boolean): Destination | null => {
  if (altKey) {
    if (control) return null;
    return key === 'PageUp' ? 'page-left' : key === 'PageDown' ? 'page-right' : null;
  }
  if (key === 'Home') return control ? 'first' : 'row-start';
  if (key === 'End') return control ? 'last' : 'row-end';
  if (control) return null;
  return key === 'PageUp' ? 'page-up' : key === 'PageDown' ? 'page-down' : null;
};

/** The keyboard map of selecting, as spreadsheets have it; null for keys of others. */
export const rangeKey = (event: Key): RangeCommand | null => {
  const control = event.ctrlKey || event.metaKey;
  const { shiftKey } = event;
  const to = destinationOf(event, control);
  if (to) return { kind: 'go', to, extend: shiftKey };
  if (event.altKey) return null;
  const direction = ARROWS[event.key];
  if (direction) {
    if (shiftKey) return { kind: 'extend', direction, toEdge: control };
    return control ? { kind: 'jump', direction } : null;
  }
  if (control && event.key.toLowerCase() === 'a' && !shiftKey) return { kind: 'all' };
  if (event.key === ' ') {
    if (control) return { kind: shiftKey ? 'all' : 'columns' };
    return shiftKey ? { kind: 'rows' } : null;
  }
  if (control && event.key === 'Backspace') return { kind: 'show' };
  if (control) return null;
  if (event.key === 'F8') return shiftKey ? { kind: 'add' } : null;
  if (event.key === 'Escape') return { kind: 'collapse' };
  if (event.key === 'Enter') return { kind: 'walk', by: 'row', backwards: shiftKey };
  if (event.key === 'Tab') return { kind: 'walk', by: 'column', backwards: shiftKey };
  return null;
};
