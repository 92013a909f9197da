import { type ReactNode, useState } from 'react';
import type { OfflineSheet } from '../../shared/contract/offline.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { localDay } from '../../shared/values/local-day.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { type Draft, type Kind, takesText, valueKindsOf } from '../../shared/views/filter-draft.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { sizeText } from './age-text.ts';
import { type Condition, conditionOn, conditionsOf, readConditions, type Slice } from './slice-conditions.ts';

export interface SliceDialogProps {
  readonly sheet: OfflineSheet;
  /** A table of more rows is kept only in part. */
  readonly most: number;
  readonly locale: LocaleConventions;
  readonly now: () => Date;
  readonly onClose: () => void;
  readonly onChoose: (slice: Slice) => void;
}

/** Chooses the rows of a sheet that are kept on this machine: all, or those for which every condition holds. */
export const SliceDialog = (props: SliceDialogProps): ReactNode => {
  const { sheet, most, locale, onClose } = props;
  const { columns } = sheet;
  const [conditions, setConditions] = useState<readonly Condition[]>(() =>
    conditionsOf(sheet.slice, columns, locale),
  );
  const [next, setNext] = useState(sheet.slice.length);
  const [wrong, setWrong] = useState<{ readonly id: number; readonly message: string } | null>(null);
  const change = (id: number, part: Partial<Condition>): void => {
    setWrong(null);
    setConditions(conditions.map((each) => (each.id === id ? { ...each, ...part } : each)));
  };
  const add = (): void => {
    const [first] = columns;
    if (!first) return;
    setConditions([...conditions, conditionOn(next, first)]);
    setNext(next + 1);
  };
  const read = readConditions(conditions, columns, locale, localDay(props.now()));
  const all = 'slice' in read && read.slice.length === 0;
  const tooLarge = sheet.inTable !== null && sheet.inTable > most;
  const choose = (): void => {
    if ('slice' in read) props.onChoose(read.slice);
    else setWrong({ id: read.wrong, message: read.message });
  };
  return (
    <Dialog
      title={`Rows of ${sheet.name} on this machine`}
      onClose={onClose}
      width="720px"
      foot={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" isDisabled={all && tooLarge} onPress={choose}>
            {all ? 'Keep all rows' : 'Keep these rows'}
          </Button>
        </>
      }
    >
      {tooLarge ? (
        <Banner look="warn">
          The table has about {Math.round(sheet.inTable ?? 0).toLocaleString(locale.tag)} rows
          {sizeOf(sheet, locale)}. At most {most.toLocaleString(locale.tag)} are kept whole, so choose the
          ones that are needed without the warehouse.
        </Banner>
      ) : null}
      <p className="quiet">
        Rows for which every condition holds are kept, as the warehouse holds them. The sheet is read again
        for this when the warehouse can be reached.
      </p>
      <div className="offline-conditions">
        {conditions.map((condition) => (
          <ConditionRow
            key={condition.id}
            condition={condition}
            columns={columns}
            message={wrong?.id === condition.id ? wrong.message : null}
            onChange={(part) => change(condition.id, part)}
            onRemove={() => {
              setWrong(null);
              setConditions(conditions.filter((each) => each.id !== condition.id));
            }}
          />
        ))}
        <div>
          <Button onPress={add}>Add a condition</Button>
        </div>
      </div>
    </Dialog>
  );
};

/** What all rows would take, judged by those kept before. */
const sizeOf = ({ rows, bytes, inTable }: OfflineSheet, locale: LocaleConventions): string =>
  rows > 0 && inTable !== null ? `, about ${sizeText((bytes / rows) * inTable, locale)} on this machine` : '';

interface ConditionRowProps {
  readonly condition: Condition;
  readonly columns: readonly Column[];
  readonly message: string | null;
  readonly onChange: (part: Partial<Condition>) => void;
  readonly onRemove: () => void;
}

const ConditionRow = ({ condition, columns, message, onChange, onRemove }: ConditionRowProps): ReactNode => {
  const { id, draft, list } = condition;
  const column = columns.find(({ name }) => name === condition.column) ?? columns[0];
  if (!column) return null;
  const type = (part: Partial<Draft>): void => onChange({ draft: { ...draft, ...part } });
  const about = `offline-condition-${id}`;
  const field = (label: string, value: string, typed: (text: string) => void, hint = ''): ReactNode => (
    <input
      className="input"
      aria-label={label}
      aria-describedby={about}
      aria-invalid={message ? true : undefined}
      placeholder={hint}
      maxLength={10_000}
      value={value}
      onChange={(event) => typed(event.target.value)}
    />
  );
  return (
    <div className="offline-condition">
      <select
        className="input"
        aria-label="Column"
        value={column.name}
        onChange={(event) => {
          const chosen = columns.find(({ name }) => name === event.target.value);
          if (chosen) onChange(conditionOn(id, chosen));
        }}
      >
        {columns.map(({ name, label }) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label="Condition"
        value={draft.kind}
        onChange={(event) => type({ kind: event.target.value as Kind })}
      >
        {valueKindsOf(column).map(([kind, label]) => (
          <option key={kind} value={kind}>
            {label}
          </option>
        ))}
      </select>
      <div className="offline-typed">
        {draft.kind === 'in'
          ? field('Values, separated by commas', list, (typed) => onChange({ list: typed }), 'one, another')
          : null}
        {takesText(draft.kind) ? field('Value', draft.text, (text) => type({ text })) : null}
        {draft.kind === 'range' ? (
          <>
            {field('From', draft.min, (min) => type({ min }), 'from')}
            {field('To', draft.max, (max) => type({ max }), 'to')}
          </>
        ) : null}
      </div>
      <Button onPress={onRemove}>Remove</Button>
      <span id={about} className="error" role="alert">
        {message}
      </span>
    </div>
  );
};
