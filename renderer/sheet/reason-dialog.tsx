import { type ReactNode, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
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
  const keep = (): void => {
    if (given !== '') onAnswer(given);
  };
  return (
    <Dialog
      title="Reason for this change"
      width="460px"
      onClose={() => onAnswer(null)}
      foot={
        <>
          <Button onPress={() => onAnswer(null)}>Do not keep the change</Button>
          <Button look="primary" isDisabled={given === ''} onPress={keep}>
            Keep with this reason
          </Button>
        </>
      }
    >
      <p>
        {asked.needing === 1 && first
          ? `${first.column.label}: from ${first.change.before ?? 'no value'} to ${first.change.after ?? 'no value'}. A change this large is kept with a reason.`
          : `${asked.needing.toLocaleString()} cells change by more than their limit. One reason is kept with all of them.`}
      </p>
      <textarea
        className="input"
        autoFocus
        aria-label="Reason"
        rows={3}
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey) return;
          event.preventDefault();
          keep();
        }}
      />
    </Dialog>
  );
};
