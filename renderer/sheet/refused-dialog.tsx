import type { ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

interface RefusedDialogProps {
  readonly count: number;
  readonly onGoTo: () => void;
  readonly onDrop: () => void;
  readonly onClose: () => void;
}

/** Stands before a submit while entries are held back: they are not part of it, and nobody should believe they are. */
export const RefusedDialog = ({ count, onGoTo, onDrop, onClose }: RefusedDialogProps): ReactNode => (
  <Dialog
    title={count === 1 ? 'One entry is not valid' : `${count.toLocaleString()} entries are not valid`}
    width="480px"
    onClose={onClose}
    foot={
      <>
        <Button onPress={onClose}>Cancel</Button>
        <Button onPress={onDrop}>Give them up and submit</Button>
        <Button look="primary" autoFocus onPress={onGoTo}>
          Go to the first
        </Button>
      </>
    }
  >
    <p>
      Entries that are not valid are not kept and would not be submitted. Correct them, or give them up to
      submit the rest.
    </p>
  </Dialog>
);
