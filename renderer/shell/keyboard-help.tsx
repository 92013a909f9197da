import type { ReactNode } from 'react';
import { Dialog } from '../ui/dialog.tsx';

/** Keys by area; the page that `?` opens. */
const KEYS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'Cells',
    [
      ['Arrows', 'Move'],
      ['Type', 'Replace the value'],
      ['F2 or Enter', 'Edit the value'],
      ['Enter / Shift+Enter', 'Keep and go down / up'],
      ['Tab / Shift+Tab', 'Keep and go right / left'],
      ['Esc', 'Leave the value as it was'],
      ['Delete', 'Clear to NULL'],
      ['Space', 'Switch yes / no'],
      ['= + - * / k m', 'Arithmetic in number cells: =1200*1.05, +10%, 5k'],
      ['Ctrl+;', 'Today'],
      ['Shift+F2', 'Comment on the cell'],
    ],
  ],
  [
    'Ranges',
    [
      ['Shift+arrows', 'Extend the range'],
      ['Ctrl+arrows', 'To the edge of the data'],
      ['Ctrl+Shift+arrows', 'Extend to the edge of the data'],
      ['Ctrl+A', 'Everything'],
      ['Ctrl+Space / Shift+Space', 'Whole columns / rows'],
      ['Ctrl+click', 'One more range'],
      ['Ctrl+D / Ctrl+R', 'Fill down / right'],
      ['Ctrl+Enter', 'Keep the typed text in every selected cell'],
      ['Ctrl+Alt+S', 'Spread, grow, copy forward'],
    ],
  ],
  [
    'Groups',
    [
      ['Enter or Space', 'Expand or collapse the group'],
      ['Right / Left', 'Expand / collapse, or go to the group around it'],
    ],
  ],
  [
    'Edits',
    [
      ['Ctrl+Z', 'Undo'],
      ['Ctrl+Y or Ctrl+Shift+Z', 'Redo'],
      ['Ctrl+C / Ctrl+X / Ctrl+V', 'Copy / cut / paste'],
      ['Ctrl+F', 'Find and replace'],
      ['Ctrl+G', 'Go to a row or cell'],
      ['Ctrl+Shift+L', 'Filter the column'],
      ['Ctrl+S', 'Submit'],
    ],
  ],
  [
    'Reviews',
    [
      ['Arrows or j / k', 'Next or previous batch'],
      ['Enter', 'Open the batch'],
      ['Space or x', 'Choose several'],
      ['a / r', 'Approve / return'],
      ['Esc', 'Back to the batches'],
    ],
  ],
  [
    'Window',
    [
      ['Ctrl+K', 'Open a sheet or run a command'],
      ['F6', 'Next region'],
      ['?', 'This page'],
    ],
  ],
];

/** All keys on one page. */
export const KeyboardHelp = ({ onClose }: { readonly onClose: () => void }): ReactNode => (
  <Dialog title="Keyboard" onClose={onClose} width="620px">
    <div className="keys">
      {KEYS.map(([area, keys]) => (
        <section key={area}>
          <h3>{area}</h3>
          <dl>
            {keys.map(([key, what]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  </Dialog>
);
