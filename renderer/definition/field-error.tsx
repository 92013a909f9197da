import type { ReactNode } from 'react';

/** Why a field cannot be saved as it is, under the field; the field names it in `aria-describedby`. */
export const FieldError = ({ id, problem }: { id: string; problem: string | undefined }): ReactNode =>
  problem === undefined ? null : (
    <span id={id} className="error">
      {problem}
    </span>
  );
