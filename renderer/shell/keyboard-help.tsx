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
      ['Home / End', 'First / last column of the row'],
      ['Ctrl+Home / Ctrl+End', 'First / last cell of the sheet'],
      ['Page keys / Alt+page keys', 'A page up and down / left and right'],
      ['Delete', 'Empty the cell'],
      ['Space', 'Switch yes / no'],
      ['Alt+Down', 'Open the list of a cell'],
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
      ['Shift+Home, End, page keys', 'Extend as far'],
      ['Ctrl+A', 'Everything'],
      ['Ctrl+Space / Shift+Space', 'Whole columns / rows'],
      ['Ctrl+click', 'One more range, row or column'],
      ['Shift+F8', 'One more range by keyboard; Esc ends it'],
      ['Ctrl+D / Ctrl+R', 'Fill down / right'],
      ['Ctrl+Alt+D', 'Fill on as a series'],
      ['Ctrl+Enter', 'Keep the typed text in every selected cell'],
      ['Ctrl+Alt+S', 'Spread, grow, copy forward; over the months from one cell'],
      ['Esc', 'Give up what was cut, then the range'],
    ],
  ],
  [
    'Headers',
    [
      ['Up from the first row, or Tab', 'To the header; Tab goes on to the cells'],
      ['Enter / Shift+Enter', 'Sort / add to the sort'],
      ['Space / Shift+Space', 'Select the column / up to it'],
      ['Alt+Down', 'Filter'],
      ['Shift+F10', 'Menu: freeze, move, hide, format'],
      ['Alt+Left / Right', 'Narrower / wider'],
      ['Shift+Left / Right', 'Move the column'],
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
      ['Ctrl+Shift+C', 'Copy with headers'],
      ['Shift+F10', 'Menu of the cell'],
      ['Ctrl+F or Ctrl+H', 'Find and replace'],
      ['F3 / Shift+F3', 'Next / previous cell found, from the cell at hand'],
      ['Ctrl+G or F5', 'Go to a row or cell'],
      ['Ctrl+Shift+L', 'Filter the column'],
      ['Ctrl+1', 'Format of the column'],
      ['F9', 'Refresh from the warehouse'],
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
