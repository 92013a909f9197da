import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

interface RefusedDialogProps {
  readonly count: number;
  readonly onGoTo: () => void;
  readonly onDrop: () => void;
  readonly onClose: () => void;
}

/** Stands before a submit while entries are held back: they are not part of it, and nobody should believe they are. */
export const RefusedDialog = ({ count, onGoTo, onDrop, onClose }: RefusedDialogProps): ReactNode => (
  <ModalOverlay isOpen isDismissable onOpenChange={(open) => !open && onClose()} className="sheet-overlay">
    <Modal className="sheet-modal">
      <Dialog role="alertdialog">
        <Heading slot="title">
          {count === 1 ? 'One entry is not valid' : `${count.toLocaleString()} entries are not valid`}
        </Heading>
        <p>
          Entries that are not valid are not kept and would not be submitted. Correct them, or give them up to
          submit the rest.
        </p>
        <div className="sheet-modal-actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="button" onClick={onDrop}>
            Give them up and submit
          </button>
          <button type="button" className="primary" onClick={onGoTo}>
            Go to the first
          </button>
        </div>
      </Dialog>
    </Modal>
  </ModalOverlay>
);
