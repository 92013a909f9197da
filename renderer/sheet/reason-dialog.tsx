import { type ReactNode, useState } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { AskedReason } from './sheet-entry.ts';

interface ReasonDialogProps {
  readonly asked: AskedReason;
  readonly onAnswer: (reason: string | null) => void;
}

/** Asks why a large change is made; without an answer the change is not kept. */
export const ReasonDialog = ({ asked, onAnswer }: ReasonDialogProps): ReactNode => {
  const [reason, setReason] = useState('');
  const first = asked.changes[0];
  const given = reason.trim();
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={(open) => !open && onAnswer(null)}
      className="sheet-overlay"
    >
      <Modal className="sheet-modal">
        <Dialog role="alertdialog">
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (given !== '') onAnswer(given);
            }}
          >
            <Heading slot="title">Reason for this change</Heading>
            <p>
              {asked.needing === 1 && first
                ? `${first.column.label}: from ${first.change.before ?? 'no value'} to ${first.change.after ?? 'no value'}. A change this large is kept with a reason.`
                : `${asked.needing.toLocaleString()} cells change by more than their limit. One reason is kept with all of them.`}
            </p>
            <textarea
              autoFocus
              aria-label="Reason"
              rows={3}
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.shiftKey) return;
                event.preventDefault();
                if (given !== '') onAnswer(given);
              }}
            />
            <div className="sheet-modal-actions">
              <button type="button" onClick={() => onAnswer(null)}>
                Do not keep the change
              </button>
              <button type="submit" className="primary" aria-disabled={given === ''}>
                Keep with this reason
              </button>
            </div>
          </form>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
};
