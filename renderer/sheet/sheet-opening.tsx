import type { ReactNode } from 'react';
import type { AppError } from '../../shared/model/failure.ts';
import type { Source } from '../../shared/model/sheet.ts';
import { Button } from '../ui/button.tsx';

interface SheetOpeningProps {
  readonly source: Source;
  /** Why it could not be opened; null while it is being opened. */
  readonly failure: AppError | null;
  readonly onRetry: () => void;
}

/** In place of a sheet that is not open yet. */
export const SheetOpening = ({ source, failure, onRetry }: SheetOpeningProps): ReactNode =>
  failure ? (
    <div className="sheet-empty" role="alert">
      <h2>The sheet could not be opened</h2>
      <p>{failure.message}</p>
      <Button onPress={onRetry}>Try again</Button>
    </div>
  ) : (
    <div className="sheet-empty" role="status">
      <p>
        Opening {source.schema}.{source.table}…
      </p>
    </div>
  );
