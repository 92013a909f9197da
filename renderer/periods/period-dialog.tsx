import { type ReactNode, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { Calendar, Period } from '../../shared/model/period.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

export type PeriodStep = 'close' | 'reopen';

interface PeriodDialogProps {
  readonly kind: PeriodStep;
  readonly calendar: Calendar;
  readonly period: Period;
  readonly client: BackendClient;
  readonly onClose: () => void;
}

/** Closes a period now or at a time, or opens it again with a reason. */
export const PeriodDialog = ({ kind, calendar, period, client, onClose }: PeriodDialogProps): ReactNode => {
  const [reason, setReason] = useState('');
  const [at, setAt] = useState('');
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const closing = kind === 'close';
  const place = { calendar: calendar.name, period: period.period };
  const given = reason.trim();
  const apply = async (): Promise<void> => {
    setBusy(true);
    try {
      if (closing) {
        await client.call('periods.close', {
          ...place,
          ...(given === '' ? {} : { reason: given }),
          ...(at === '' ? {} : { at: new Date(at).toISOString() }),
        });
      } else await client.call('periods.reopen', { ...place, reason: given });
      onClose();
    } catch (error) {
      setFailure(AppError.wrap(error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={closing ? `Close ${period.label}` : `Reopen ${period.label}`}
      width="480px"
      onClose={onClose}
      dismissable={!busy}
      foot={
        <>
          <Button onPress={onClose} isDisabled={busy}>
            Cancel
          </Button>
          <Button
            look={closing ? 'danger' : 'primary'}
            isDisabled={busy || (!closing && given === '')}
            onPress={() => void apply()}
          >
            {closing ? (at === '' ? 'Close now' : 'Close at that time') : 'Reopen'}
          </Button>
        </>
      }
    >
      <p>
        {closing
          ? 'Closing waits for writes under way. After that the database takes no change of its rows, from anybody.'
          : 'Its rows can be changed again. The reason is kept with the period.'}
      </p>
      {closing ? (
        <div className="field">
          <label htmlFor="period-at">At (empty: now)</label>
          <input
            id="period-at"
            className="input"
            type="datetime-local"
            value={at}
            onChange={(event) => setAt(event.target.value)}
          />
        </div>
      ) : null}
      <div className="field">
        <label htmlFor="period-reason">Reason</label>
        <textarea
          id="period-reason"
          className="input"
          rows={2}
          maxLength={4000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </div>
      {failure ? (
        <p role="alert" className="error">
          {failure}
        </p>
      ) : null}
    </Dialog>
  );
};
