import type { ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import type { TaskProgress } from './use-task.ts';

interface ProgressDialogProps {
  readonly title: string;
  /** What is being done, in the -ing form. */
  readonly doing: string;
  readonly progress: TaskProgress | null;
  readonly onCancel: () => void;
}

/** Stands while a file is worked on; cancelling leaves everything as it was. */
export const ProgressDialog = ({ title, doing, progress, onCancel }: ProgressDialogProps): ReactNode => {
  const { done = 0, total = null } = progress ?? {};
  const share = total ? Math.round((100 * done) / total) : null;
  return (
    <Dialog title={title} width="440px" onClose={onCancel} foot={<Button onPress={onCancel}>Cancel</Button>}>
      <p role="status">
        {doing}
        {done > 0
          ? ` ${done.toLocaleString()}${total === null ? '' : ` of ${total.toLocaleString()}`} rows`
          : '…'}
      </p>
      <div
        className={share === null ? 'progress unknown' : 'progress'}
        role="progressbar"
        aria-label={doing}
        {...(share === null ? {} : { 'aria-valuenow': share })}
      >
        <div style={share === null ? {} : { inlineSize: `${share}%` }} />
      </div>
    </Dialog>
  );
};
