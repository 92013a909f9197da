import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { AppError } from '../../shared/model/failure.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import type { ExchangeRequest } from '../ui/exchange-request.ts';
import { failureTitle } from '../ui/failure.ts';
import { saveFile } from '../ui/save-file.ts';
import type { ExchangeProps } from './exchange-dialog.tsx';
import { ProgressDialog } from './progress-dialog.tsx';
import { useTask } from './use-task.ts';

interface ExportDialogProps extends ExchangeProps {
  readonly request: Extract<ExchangeRequest, { kind: 'export' }>;
}

/** Writes the file and hands it over; stays only where that fails. */
export const ExportDialog = ({ context, client, request, onClose }: ExportDialogProps): ReactNode => {
  const { progress, run, cancel } = useTask(client);
  const [failure, setFailure] = useState<AppError | null>(null);
  const started = useRef(false);
  const start = useCallback(async (): Promise<void> => {
    setFailure(null);
    const { format, what } = request;
    try {
      const file = await run((task) =>
        client.call('exports.sheet', { sheet: context.sheet, task, format, what }),
      );
      saveFile(file);
      context.say(`Exported ${file.rows.toLocaleString()} rows to ${file.fileName}.`);
      onClose();
    } catch (thrown) {
      const error = AppError.wrap(thrown);
      if (error.kind === 'cancelled') onClose();
      else setFailure(error);
    }
  }, [client, context, request, run, onClose]);
  useEffect(() => {
    if (started.current) return;
    started.current = true;
    void start();
  }, [start]);
  const title = `Export ${request.part} as ${request.format.toUpperCase()}`;
  if (!failure) return <ProgressDialog title={title} doing="Writing" progress={progress} onCancel={cancel} />;
  return (
    <Dialog
      title={failureTitle(failure)}
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>Close</Button>
          <Button look="primary" onPress={() => void start()}>
            Try again
          </Button>
        </>
      }
    >
      <p role="alert">{failure.message}</p>
    </Dialog>
  );
};
