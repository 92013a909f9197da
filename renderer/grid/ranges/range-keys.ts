import type { Direction } from './selection.ts';

/** What a key means for the selection. */
export type RangeCommand =
  | { readonly kind: 'extend'; readonly direction: Direction; readonly toEdge: boolean }
  | { readonly kind: 'jump'; readonly direction: Direction }
  | { readonly kind: 'all' }
  | { readonly kind: 'columns' }
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

/** The keyboard map of selecting, as spreadsheets have it; null for keys of others. */
export const rangeKey = (event: Key): RangeCommand | null => {
  const control = event.ctrlKey || event.metaKey;
  if (event.altKey) return null;
  const direction = ARROWS[event.key];
  if (direction) {
    if (event.shiftKey) return { kind: 'extend', direction, toEdge: control };
    return control ? { kind: 'jump', direction } : null;
  }
  if (control && event.key.toLowerCase() === 'a' && !event.shiftKey) return { kind: 'all' };
  if (control && event.key === ' ') return { kind: 'columns' };
  if (control) return null;
  if (event.key === 'Escape') return { kind: 'collapse' };
  if (event.key === 'Enter') return { kind: 'walk', by: 'row', backwards: event.shiftKey };
  if (event.key === 'Tab') return { kind: 'walk', by: 'column', backwards: event.shiftKey };
  return null;
};
