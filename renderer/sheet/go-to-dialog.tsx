import { type ReactNode, useState } from 'react';
import { rowKeyOf } from '../../shared/model/rows.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { readDestination } from './go-to.ts';
import type { SheetModel } from './sheet-model.ts';

export interface GoToDialogProps {
  readonly model: SheetModel;
  readonly columns: readonly Column[];
  /** Index of the row the person is at, to stay in when only a column is named. */
  readonly at: number;
  readonly onGo: (index: number, column?: string) => void;
  readonly onClose: () => void;
}

/** Ctrl+G: to a row by its number or key, to a column, or to a cell. */
export const GoToDialog = ({ model, columns, at, onGo, onClose }: GoToDialogProps): ReactNode => {
  const [text, setText] = useState('');
  const [message, setMessage] = useState('');
  const go = async (): Promise<void> => {
    const to = readDestination(text, columns, model.definition.key);
    if (typeof to === 'string') {
      setMessage(to);
      return;
    }
    const index = to.key ? await indexOf(model, to.key) : to.number === undefined ? at : to.number - 1;
    if (index === null) setMessage('No row of this sheet has that key.');
    else if (index < 0 || index >= model.rowCount)
      setMessage(`The view has ${model.rowCount.toLocaleString(model.locale.tag)} rows.`);
    else {
      onClose();
      onGo(index, to.column?.name);
    }
  };
  return (
    <Dialog
      title="Go to"
      width="440px"
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" onPress={() => void go()}>
            Go
          </Button>
        </>
      }
    >
      <div className="field">
        <label htmlFor="go-to">Row number, key of a row, or column</label>
        <input
          id="go-to"
          className="input"
          // The dialog exists to be typed into.
          autoFocus
          value={text}
          placeholder={`120, ${columns[0]?.label ?? ''}, or ${model.definition.key.join(' · ')}`}
          aria-invalid={message !== ''}
          aria-describedby="go-to-message"
          onChange={(event) => {
            setText(event.target.value);
            setMessage('');
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            void go();
          }}
        />
        <span id="go-to-message" role="alert" className="error">
          {message}
        </span>
      </div>
    </Dialog>
  );
};

/** Where the row is in the view, widened or narrowed to it where the filters hide it; null when there is no such row. */
const indexOf = async (model: SheetModel, key: readonly string[]): Promise<number | null> => {
  const { query } = model.getSnapshot();
  const found = await model.bring(rowKeyOf([...key]));
  if (found) return found.index;
  model.setQuery(query);
  return null;
};
