import { type ReactNode, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { CommitOutcome } from '../../shared/model/batch.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { ReviewSummary } from '../../shared/model/review.ts';
import { Button } from '../ui/button.tsx';

interface WriteButtonProps {
  readonly client: BackendClient;
  readonly summary: ReviewSummary;
  readonly onWritten: () => void;
}

const told = (outcome: CommitOutcome): string => {
  switch (outcome.kind) {
    case 'committed':
      return 'Written.';
    case 'not-committed':
      return `Nothing was written. ${outcome.failure.message}`;
    case 'unknown':
      return 'The connection was lost before the warehouse answered. Open the sheet to have the outcome settled.';
  }
};

/** Writes an approved batch of one's own; exactly what was approved, or nothing. */
export const WriteButton = ({ client, summary, onWritten }: WriteButtonProps): ReactNode => {
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState('');
  const write = async (): Promise<void> => {
    setBusy(true);
    const { sheet, batch, sha256 } = summary;
    try {
      setMessage(told(await client.call('batches.commit', { sheet, batch, sha256, approved: true })));
    } catch (error) {
      setMessage(AppError.wrap(error).message);
    } finally {
      setBusy(false);
      onWritten();
    }
  };
  return (
    <>
      <span role="status">{message}</span>
      <Button look="primary" isDisabled={busy} onPress={() => void write()}>
        {busy ? 'Writing…' : 'Write to the warehouse'}
      </Button>
    </>
  );
};
