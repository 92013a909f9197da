import { type ReactNode, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { formatValue } from '../../shared/values/format.ts';
import type { SheetModel } from './sheet-model.ts';
import { useSearch } from './use-search.ts';

export interface FilterValuesProps {
  readonly model: SheetModel;
  readonly client: BackendClient;
  readonly column: Column;
  readonly chosen: readonly (string | null)[];
  readonly onChange: (values: readonly (string | null)[]) => void;
}

const SHOWN = 200;

/** The column's values with their counts among the rows the other filters let through, to tick; searched as one types. */
export const FilterValues = ({ model, client, column, chosen, onChange }: FilterValuesProps): ReactNode => {
  const [text, setText] = useState('');
  const filters = model.filters.filter((filter) => filter.column !== column.name);
  const { found, message } = useSearch(
    () =>
      client.call('rows.distinct', {
        sheet: model.definition.id,
        column: column.name,
        query: { filters: [...filters] },
        text,
        limit: SHOWN,
      }),
    text,
  );
  const toggle = (value: string | null): void =>
    onChange(chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value]);
  return (
    <>
      <input
        aria-label="Find a value"
        placeholder="Find a value"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <ul className="sheet-filter-values" aria-label={`Values of ${column.label}`}>
        {(found?.values ?? []).map(({ value, rows }) => (
          <li key={value ?? '\u0000'}>
            <label>
              <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
              {value === null ? <em>no value</em> : formatValue(value, column, model.locale)}
              <span className="count">{rows.toLocaleString()}</span>
            </label>
          </li>
        ))}
      </ul>
      {found && found.total > found.values.length ? (
        <p className="sheet-filter-message">
          and {(found.total - found.values.length).toLocaleString()} more; type to find them
        </p>
      ) : null}
      {message ? <p role="alert">{message}</p> : null}
    </>
  );
};
