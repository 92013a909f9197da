import { type ReactNode, useId, useState } from 'react';
import { AppError } from '../../../shared/model/failure.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

interface NameDialogProps {
  readonly title: string;
  readonly action: string;
  readonly name: string;
  /** Rejects with AppError where the name cannot be taken. */
  readonly onName: (name: string) => Promise<void>;
  readonly onClose: () => void;
}

const MOST_LETTERS = 80;

/** Asks for the name of a view; a name that is refused stays to be corrected. */
export const NameDialog = ({ title, action, name, onName, onClose }: NameDialogProps): ReactNode => {
  const [text, setText] = useState(name);
  const [message, setMessage] = useState<string | null>(null);
  const id = useId();
  const submit = async (): Promise<void> => {
    if (text.trim() === '') {
      setMessage('Type a name.');
      return;
    }
    try {
      await onName(text.trim());
      onClose();
    } catch (error) {
      setMessage(AppError.wrap(error).message);
    }
  };
  return (
    <Dialog
      title={title}
      width="380px"
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" onPress={() => void submit()}>
            {action}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <input
          className="input"
          autoFocus
          aria-label="Name of the view"
          aria-invalid={message !== null}
          aria-describedby={id}
          maxLength={MOST_LETTERS}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setMessage(null);
          }}
        />
        <p id={id} className="sheet-filter-message" role="status">
          {message}
        </p>
      </form>
    </Dialog>
  );
};
