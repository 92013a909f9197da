import type { ReactNode } from 'react';
import type { AppError } from '../../shared/model/failure.ts';
import { Button } from '../ui/button.tsx';
import { failureTitle } from '../ui/failure.ts';

export interface StartScreenProps {
  readonly message: string;
  /** 0 to 1, null when nobody knows. */
  readonly fraction: number | null;
  readonly failure: AppError | null;
  readonly onRetry: () => void;
  readonly onConnections: (() => void) | null;
}

/** What is shown until somebody is connected: progress, or why it stopped and what can be done. */
export const StartScreen = ({
  message,
  fraction,
  failure,
  onRetry,
  onConnections,
}: StartScreenProps): ReactNode => (
  <main className="start">
    <div className="start-card">
      <h1 className="wordmark">Writ</h1>
      {failure ? (
        <div role="alert" className="start-failure">
          <strong>{failureTitle(failure)}</strong>
          <p>{failure.message}</p>
          <div className="start-actions">
            <Button look="primary" onPress={onRetry} autoFocus>
              Try again
            </Button>
            {onConnections ? <Button onPress={onConnections}>Connections</Button> : null}
          </div>
        </div>
      ) : (
        <div role="status" aria-live="polite">
          <p>{message}…</p>
          <div className={fraction === null ? 'progress unknown' : 'progress'}>
            <div style={fraction === null ? undefined : { inlineSize: `${Math.round(fraction * 100)}%` }} />
          </div>
        </div>
      )}
    </div>
  </main>
);
