import type { ReactNode } from 'react';
import type { Column } from '../../shared/model/sheet.ts';

export interface PolicyColumnsProps {
  readonly legend: string;
  readonly hint: string;
  readonly columns: readonly Column[];
  readonly chosen: readonly string[];
  readonly fixed: boolean;
  readonly onChange: (chosen: readonly string[]) => void;
}

/** Columns of the sheet to choose from; a chosen one that the person does not see is kept and shown by its name. */
export const PolicyColumns = ({
  legend,
  hint,
  columns,
  chosen,
  fixed,
  onChange,
}: PolicyColumnsProps): ReactNode => {
  const seen = new Set(columns.map(({ name }) => name));
  const hidden = chosen.filter((name) => !seen.has(name)).map((name) => ({ name, label: name }));
  return (
    <fieldset className="policy-columns" disabled={fixed}>
      <legend>{legend}</legend>
      <p className="quiet">{hint}</p>
      <div className="policy-column-list">
        {[...columns, ...hidden].map(({ name, label }) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={(event) =>
                onChange(event.target.checked ? [...chosen, name] : chosen.filter((each) => each !== name))
              }
            />{' '}
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
};
