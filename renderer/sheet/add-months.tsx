import type { ReactNode } from 'react';
import type { MissingMonths } from './missing-months.ts';

interface AddMonthsProps {
  readonly missing: MissingMonths;
  readonly adds: boolean;
  readonly onAdds: (adds: boolean) => void;
}

/** Offers rows for the months of a line that have none, and says what they begin with, or why there can be none. */
export const AddMonths = ({
  missing: { months, copied, refusal },
  adds,
  onAdds,
}: AddMonthsProps): ReactNode => (
  <div className="plan-months">
    {months.length > 0 ? (
      <label>
        <input type="checkbox" checked={adds} onChange={(event) => onAdds(event.target.checked)} /> Add rows
        for {months.length === 1 ? 'the month that has none' : `the ${months.length} months that have none`}:{' '}
        {months.map(({ month }) => month).join(', ')}
      </label>
    ) : null}
    {adds && copied.length > 0 ? (
      <p>
        They begin with {copied.map(({ column, value }) => `${column.label} ${value}`).join(', ')}, as this
        line has it. A month that is held gets no row.
      </p>
    ) : null}
    {refusal !== null ? <p>Months without a row cannot all be added: {refusal}</p> : null}
  </div>
);
