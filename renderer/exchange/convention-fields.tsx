import type { ReactNode } from 'react';
import { exampleDate, exampleNumber } from '../../shared/exchange/conventions.ts';
import type { Choice, Conventions } from './import-choice.ts';

interface ConventionFieldsProps {
  readonly choice: Choice;
  readonly conventions: Conventions;
  readonly onChoose: (choice: Choice) => void;
}

/** How the file writes numbers and dates, shown by an example; where it leaves doubt the person decides. */
export const ConventionFields = ({ choice, conventions, onChoose }: ConventionFieldsProps): ReactNode => {
  const { decimal, dateOrder } = conventions;
  const today = new Date().toISOString().slice(0, 10);
  return (
    <div className="exchange-conventions">
      {decimal.kind === 'none' ? null : (
        <Convention
          label="Numbers"
          asks={decimal.kind === 'ask'}
          example={decimal.example}
          value={choice.decimal ?? (decimal.kind === 'settled' ? decimal.value : undefined)}
          options={[
            ['.', 'Decimal point', exampleNumber(decimal.example, '.')],
            [',', 'Decimal comma', exampleNumber(decimal.example, ',')],
          ]}
          onChange={(value) => onChoose({ ...choice, decimal: value })}
        />
      )}
      {dateOrder.kind === 'none' ? null : (
        <Convention
          label="Dates"
          asks={dateOrder.kind === 'ask'}
          example={dateOrder.example}
          value={choice.dateOrder ?? (dateOrder.kind === 'settled' ? dateOrder.value : undefined)}
          options={[
            ['dmy', 'Day first', exampleDate(dateOrder.example, 'dmy', today)],
            ['mdy', 'Month first', exampleDate(dateOrder.example, 'mdy', today)],
          ]}
          onChange={(value) => onChoose({ ...choice, dateOrder: value })}
        />
      )}
    </div>
  );
};

interface ConventionProps<T extends string> {
  readonly label: string;
  readonly asks: boolean;
  readonly example: string;
  readonly value: T | undefined;
  /** Value, name, and how the example is read with it. */
  readonly options: readonly (readonly [T, string, string | null])[];
  readonly onChange: (value: T) => void;
}

const Convention = <T extends string>(props: ConventionProps<T>): ReactNode => {
  const { label, asks, example, value, options } = props;
  const open = asks && value === undefined;
  const reading = options.find(([each]) => each === value)?.[2];
  return (
    <div className={open ? 'exchange-convention open' : 'exchange-convention'}>
      <label>
        {label}
        <select
          className="input"
          value={value ?? ''}
          aria-invalid={open}
          onChange={(event) => {
            const chosen = options.find(([each]) => each === event.target.value);
            if (chosen) props.onChange(chosen[0]);
          }}
        >
          {value === undefined ? <option value="">Choose…</option> : null}
          {options.map(([each, name]) => (
            <option key={each} value={each}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <p>
        {open
          ? `${example} could be ${options.flatMap(([, , read]) => read ?? []).join(' or ')}. The file does not say which.`
          : reading
            ? `${example} is read as ${reading}`
            : `${example} cannot be read so and will be refused.`}
      </p>
    </div>
  );
};
