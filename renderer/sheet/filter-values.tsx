import { type ReactNode, useMemo, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { compareValues } from '../../shared/values/compare.ts';
import { formatValue } from '../../shared/values/format.ts';
import { markedQuery } from './conditions.ts';
import type { SheetModel } from './sheet-model.ts';
import { useSearch } from './use-search.ts';

export interface FilterValuesProps {
  readonly model: SheetModel;
  readonly client: BackendClient;
  readonly column: Column;
  readonly chosen: readonly (string | null)[];
  /** Whether it is typed into at once. */
  readonly takesFocus: boolean;
  readonly onChange: (values: readonly (string | null)[]) => void;
}

interface Listed {
  readonly value: string | null;
  readonly rows: number;
  readonly text: string;
  readonly label: string | null;
}

/** Values fetched at once; beyond them the text is searched in the backend. */
const FETCHED = 1000;
const SHOWN = 200;

/** The column's values with their labels and counts among the rows the other filters let through, to tick; searched as one types. */
export const FilterValues = ({
  model,
  client,
  column,
  chosen,
  takesFocus,
  onChange,
}: FilterValuesProps): ReactNode => {
  const [text, setText] = useState('');
  const query = markedQuery(model.getSnapshot().query, model.overlay);
  const filters = query.filters.filter((filter) => filter.column !== column.name);
  const marks = query.marks?.filter((filter) => filter.column !== column.name);
  const ask = async (searched: string): Promise<{ values: readonly Listed[]; total: number }> => {
    const { sheet, name } = { sheet: model.definition.id, name: column.name };
    const found = await client.call('rows.distinct', {
      ...{ sheet, column: name, text: searched, limit: FETCHED },
      query: { filters, marks, quick: query.quick, pendingOnly: query.pendingOnly, only: query.only },
    });
    const values = found.values.flatMap(({ value }) => (value === null ? [] : [value]));
    // Without labels the values can still be chosen.
    const labels = column.lookup
      ? await client.call('lookups.labels', { sheet, column: name, values }).catch(() => null)
      : null;
    const labelOf = new Map(values.map((value, i) => [value, labels?.labels[i] ?? null]));
    const listed = found.values.map(({ value, rows }): Listed => {
      const label = value === null ? null : (labelOf.get(value) ?? null);
      return { value, rows, text: formatValue(value, column, model.locale), label };
    });
    const compare = compareValues(column.type);
    return {
      values: listed.toSorted((a, b) =>
        a.value === null || b.value === null
          ? Number(b.value === null) - Number(a.value === null)
          : compare(a.value, b.value),
      ),
      total: found.total,
    };
  };
  const all = useSearch(() => ask(''), 'all');
  const beyond = all.found !== null && all.found.total > all.found.values.length;
  const searched = useSearch(() => ask(text), beyond && text !== '' ? text : null);
  const { found, message } = beyond && text !== '' ? searched : all;
  const words = useMemo(() => text.toLocaleLowerCase().split(/\s+/).filter(Boolean), [text]);
  const matching = (found?.values ?? []).filter(({ value, text: shown, label }) => {
    const name = `${value ?? 'no value'} ${shown} ${label ?? ''}`.toLocaleLowerCase();
    return words.every((word) => name.includes(word));
  });
  const ticked = new Set(chosen);
  const every = matching.length > 0 && matching.every(({ value }) => ticked.has(value));
  const toggle = (value: string | null): void =>
    onChange(ticked.has(value) ? chosen.filter((each) => each !== value) : [...chosen, value]);
  const toggleAll = (): void => {
    const these = new Set(matching.map(({ value }) => value));
    onChange([...chosen.filter((value) => !these.has(value)), ...(every ? [] : these)]);
  };
  return (
    <>
      <input
        // biome-ignore lint/a11y/noAutofocus: the popover exists to be typed into
        autoFocus={takesFocus}
        aria-label="Find a value"
        placeholder="Find a value"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <ul className="sheet-filter-values" aria-label={`Values of ${column.label}`}>
        {matching.length > 1 && (
          <li className="all">
            <label>
              <input type="checkbox" checked={every} onChange={toggleAll} />
              {words.length > 0 ? 'All that match' : 'All'}
              <span className="count">{matching.length.toLocaleString()}</span>
            </label>
          </li>
        )}
        {matching.slice(0, SHOWN).map(({ value, rows, text: shown, label }) => (
          <li key={value ?? '\u0000'}>
            <label>
              <input type="checkbox" checked={ticked.has(value)} onChange={() => toggle(value)} />
              {value === null ? <em>no value</em> : shown}
              {label !== null && <span className="label">{label}</span>}
              <span className="count">{rows.toLocaleString()}</span>
            </label>
          </li>
        ))}
      </ul>
      {matching.length > SHOWN ? (
        <p className="quiet">and {(matching.length - SHOWN).toLocaleString()} more; type to find them</p>
      ) : null}
      {found && matching.length === 0 ? <p className="quiet">No value matches.</p> : null}
      {message ? <p role="alert">{message}</p> : null}
    </>
  );
};
