import type { ReactNode } from 'react';
import type { ReviewSummary } from '../../shared/model/review.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { counted } from '../ui/value-text.tsx';

interface SubmittedDialogProps {
  readonly review: ReviewSummary;
  readonly locale: LocaleConventions;
  readonly onClose: () => void;
  readonly onReviews: (batch?: string) => void;
  readonly onWrite: () => void;
}

/** After a batch went out for approval: who decides next, or that nobody has to. */
export const SubmittedDialog = ({
  review,
  locale,
  onClose,
  onReviews,
  onWrite,
}: SubmittedDialogProps): ReactNode => {
  const step = review.step === null ? undefined : review.steps[review.step];
  const ready = review.state === 'approved';
  return (
    <Dialog
      title={ready ? 'No approval is needed' : 'Submitted for approval'}
      onClose={onClose}
      width="480px"
      foot={
        ready ? (
          <>
            <Button onPress={onClose}>Later</Button>
            <Button look="primary" autoFocus onPress={onWrite}>
              Write now
            </Button>
          </>
        ) : (
          <>
            <Button onPress={() => onReviews(review.batch)}>Open the batch</Button>
            <Button look="primary" autoFocus onPress={onClose}>
              Done
            </Button>
          </>
        )
      }
    >
      <p role="status">
        {ready
          ? `The changes of ${counted(review.counts.rows, 'row', 'rows', locale)} stay below the limit of the policy.`
          : `${counted(review.counts.rows, 'row waits', 'rows wait', locale)} for approval${
              step ? ` by ${counted(step.count, 'person', 'persons', locale)} of ${step.role}` : ''
            }. The table is not changed before that.`}
      </p>
    </Dialog>
  );
};
