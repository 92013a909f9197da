import { type ReactNode, useCallback, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { CommitOutcome } from '../../shared/model/batch.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { failureTitle } from '../ui/failure.ts';
import type { SheetContext } from '../ui/sheet-context.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { counted } from '../ui/value-text.tsx';
import { Changes, Counts, Problems, Sums } from './preview-view.tsx';
import { SubmittedDialog } from './submitted-dialog.tsx';
import { useSubmit } from './use-submit.ts';
import './review.css';

export interface SubmitDialogProps {
  readonly context: SheetContext;
  readonly client: BackendClient;
  readonly locale: LocaleConventions;
  /** What this database does with a batch, in a sentence. */
  readonly governance: string;
  /** The warehouse cannot be reached. */
  readonly offline: boolean;
  readonly onReviews: (batch?: string) => void;
  /** Shows the rows that need a decision. */
  readonly onDecide: () => void;
  readonly onClose: () => void;
}

/** Shows what a submit will do, does it, and says how it ended: written, not written with the reason, or not known yet. */
export const SubmitDialog = ({
  context,
  client,
  locale,
  governance,
  offline,
  onReviews,
  onDecide,
  onClose,
}: SubmitDialogProps): ReactNode => {
  const newId = useCallback(() => crypto.randomUUID(), []);
  const approval = context.policy?.policy.mode === 'approval';
  const { state, run } = useSubmit(client, context, newId, offline);
  const [note, setNote] = useState('');
  useFocusReturn(() => context.focus());
  const go = (row: string, column?: string): void => {
    onClose();
    context.goTo(row, column);
  };
  switch (state.kind) {
    case 'loading':
      return (
        <Dialog title="Submit" onClose={onClose} foot={<Button onPress={onClose}>Cancel</Button>}>
          <p role="status">Checking the edits…</p>
          <div className="progress unknown">
            <div />
          </div>
        </Dialog>
      );
    case 'failed':
      return (
        <Dialog
          title={failureTitle(state.failure)}
          onClose={onClose}
          foot={
            <>
              <Button onPress={onClose}>Close</Button>
              <Button look="primary" onPress={() => void run.load()}>
                Try again
              </Button>
            </>
          }
        >
          <p role="alert">{state.failure.message}</p>
          <p className="quiet">The edits are kept.</p>
        </Dialog>
      );
    case 'ready': {
      const { preview } = state;
      const blocked = preview.problems.filter((problem) => problem.severity === 'block').length;
      return (
        <Dialog
          title="Submit"
          width="920px"
          onClose={onClose}
          foot={
            <>
              <span className="quiet review-governance">
                {offline
                  ? 'The warehouse cannot be reached: the batch waits on this machine and is sent when it answers.'
                  : governance}
              </span>
              <Button onPress={onClose}>Cancel</Button>
              <Button
                look="primary"
                isDisabled={blocked > 0 || preview.counts.rows === 0}
                onPress={() => void run.send(note)}
              >
                Submit {preview.undecided > 0 ? 'the rest: ' : ''}
                {counted(preview.counts.rows, 'row', 'rows', locale)}
                {offline ? ' later' : approval ? ' for approval' : ''}
              </Button>
            </>
          }
        >
          {state.notice ? <Banner look="warn">{state.notice}</Banner> : null}
          {blocked > 0 ? (
            <Banner look="bad">
              {blocked === 1 ? 'One problem has' : `${blocked.toLocaleString(locale.tag)} problems have`} to
              be fixed before this can be submitted.
            </Banner>
          ) : null}
          {preview.undecided > 0 ? (
            <Banner look="warn" action={<Button onPress={onDecide}>Decide</Button>}>
              {counted(preview.undecided, 'row needs', 'rows need', locale)} a decision first and{' '}
              {preview.undecided === 1 ? 'is' : 'are'} left out.
            </Banner>
          ) : null}
          <Counts preview={preview} locale={locale} />
          {preview.problems.length > 0 ? (
            <Problems problems={preview.problems} context={context} onGo={go} />
          ) : null}
          {preview.columns.length > 0 ? <Sums preview={preview} context={context} locale={locale} /> : null}
          {preview.changes.length > 0 ? (
            <Changes preview={preview} context={context} locale={locale} />
          ) : null}
          <div className="field">
            <label htmlFor="submit-note">Note</label>
            <input
              id="submit-note"
              className="input"
              value={note}
              maxLength={500}
              placeholder="What this change is about"
              onChange={(event) => setNote(event.target.value)}
            />
          </div>
          {preview.statements.length > 0 ? (
            <details>
              <summary>SQL</summary>
              {preview.statements.map(({ sql, rows }) => (
                <pre key={sql} className="review-sql">
                  {sql}
                  {`\n-- ${counted(rows, 'row', 'rows', locale)}`}
                </pre>
              ))}
            </details>
          ) : null}
        </Dialog>
      );
    }
    case 'sending':
      return (
        <Dialog title="Submit" onClose={() => {}} dismissable={false}>
          <p role="status">
            {approval
              ? `Rehearsing ${counted(state.total, 'row', 'rows', locale)}, then submitting them for approval…`
              : `Writing ${counted(state.total, 'row', 'rows', locale)} in one transaction…`}
          </p>
          <div className={state.done === 0 ? 'progress unknown' : 'progress'}>
            <div
              style={
                state.done === 0
                  ? undefined
                  : { inlineSize: `${Math.round((100 * state.done) / Math.max(1, state.total))}%` }
              }
            />
          </div>
        </Dialog>
      );
    case 'queued':
      return (
        <Dialog
          title="Waiting to be sent"
          onClose={onClose}
          width="460px"
          foot={
            <Button look="primary" autoFocus onPress={onClose}>
              Done
            </Button>
          }
        >
          <p role="status">
            {counted(state.rows, 'row waits', 'rows wait', locale)} on this machine and will be sent when the
            warehouse can be reached. Until then the batch can be taken back under Offline.
          </p>
        </Dialog>
      );
    case 'submitted':
      return (
        <SubmittedDialog
          review={state.review}
          locale={locale}
          onClose={onClose}
          onReviews={onReviews}
          onWrite={() => void run.write(state.review)}
        />
      );
    case 'ended':
      return (
        <Ended
          outcome={state.outcome}
          asking={state.asking}
          context={context}
          locale={locale}
          onClose={onClose}
          onGo={go}
          onDecide={onDecide}
          onSettle={() => void run.settle()}
          onAgain={(notice) => void run.load(notice)}
        />
      );
  }
};

interface EndedProps {
  readonly outcome: CommitOutcome;
  readonly asking: boolean;
  readonly context: SheetContext;
  readonly locale: LocaleConventions;
  readonly onClose: () => void;
  readonly onDecide: () => void;
  readonly onGo: (row: string, column?: string) => void;
  readonly onSettle: () => void;
  readonly onAgain: (notice?: string) => void;
}

const Ended = ({
  outcome,
  asking,
  context,
  locale,
  onClose,
  onDecide,
  onGo,
  onSettle,
  onAgain,
}: EndedProps): ReactNode => {
  const close = <Button onPress={onClose}>Close</Button>;
  switch (outcome.kind) {
    case 'committed':
      return (
        <Dialog
          title="Written"
          onClose={onClose}
          width="460px"
          foot={
            <Button look="primary" autoFocus onPress={onClose}>
              Done
            </Button>
          }
        >
          <p role="status">
            {counted(outcome.rows, 'row was', 'rows were', locale)} written in one transaction
            {outcome.audited
              ? ' and recorded in the audit.'
              : '. This database keeps no audit: governance is not installed there.'}
          </p>
          <p className="quiet">Batch {outcome.batch}</p>
        </Dialog>
      );
    case 'unknown':
      return (
        <Dialog
          title="The outcome is not known"
          onClose={onClose}
          foot={
            <>
              {close}
              <Button look="primary" autoFocus isPending={asking} onPress={onSettle}>
                {asking ? 'Asking the warehouse…' : 'Check now'}
              </Button>
            </>
          }
        >
          <p role="alert">{outcome.failure.message}</p>
          <p>
            The link was lost while the warehouse was answering. The edits are kept and nothing is sent again
            until the warehouse has said what became of batch {outcome.batch}.
          </p>
        </Dialog>
      );
    case 'not-committed': {
      const failure = AppError.from(outcome.failure);
      const conflicts = new Set(outcome.conflicts.map(({ row }) => row)).size;
      return (
        <Dialog
          title={`Nothing was written: ${failureTitle(failure).toLowerCase()}`}
          onClose={onClose}
          width="620px"
          foot={
            <>
              {close}
              {failure.kind === 'unavailable' ? (
                <Button look="primary" onPress={() => onAgain()}>
                  Try again
                </Button>
              ) : null}
              {conflicts > 0 ? (
                <>
                  <Button onPress={() => onAgain()}>Submit the rest</Button>
                  <Button look="primary" autoFocus onPress={onDecide}>
                    Decide
                  </Button>
                </>
              ) : null}
            </>
          }
        >
          <p role="alert">{failure.message}</p>
          {outcome.problems.length > 0 ? (
            <Problems problems={outcome.problems} context={context} onGo={onGo} />
          ) : null}
          <p className="quiet">
            {conflicts > 0
              ? `${counted(conflicts, 'row needs', 'rows need', locale)} a decision. The edits are kept, and nothing is overwritten meanwhile.`
              : 'The edits are kept.'}
          </p>
        </Dialog>
      );
    }
  }
};
