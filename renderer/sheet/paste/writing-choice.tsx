import type { ReactNode } from 'react';
import type { DateOrder, DecimalMark } from '../../../shared/values/conventions.ts';
import { withDateOrder, withDecimalMark } from '../../../shared/values/conventions.ts';
import type { LocaleConventions, PercentReading } from '../../../shared/values/locale.ts';
import { parseDate } from '../../../shared/values/parse-date.ts';
import { parseNumber } from '../../../shared/values/parse-number.ts';
import { readNumber } from '../../../shared/values/read-number.ts';
import type { PasteBlock, Writing } from './paste-block.ts';

const MARKS: readonly (readonly [DecimalMark, string])[] = [
  ['.', 'with a decimal point'],
  [',', 'with a decimal comma'],
];
const ORDERS: readonly (readonly [DateOrder, string])[] = [
  ['dmy', 'with the day first'],
  ['mdy', 'with the month first'],
];

const PERCENTS: readonly (readonly [PercentReading, string])[] = [
  ['number', 'a number'],
  ['hundredth', 'a part of one'],
];

/** The example in both readings, in plain digits. */
const asPercent = (text: string, locale: LocaleConventions, percent: PercentReading): string => {
  const read = parseNumber(text, { kind: 'decimal' }, undefined, { ...locale, percent });
  return read.kind === 'value' ? (read.value ?? text) : text;
};

const asNumber = (text: string, locale: LocaleConventions, mark: DecimalMark): string => {
  const reading = readNumber(text, withDecimalMark(locale, mark));
  return reading.kind === 'read' ? reading.value : text;
};

const asDate = (text: string, locale: LocaleConventions, order: DateOrder): string => {
  const reading = parseDate(text, withDateOrder(locale, order, text), '2000-01-01');
  return reading.kind === 'value' ? (reading.value ?? text) : text;
};

/** How a block was read where that is not the person's own way, with an example; null when there is nothing to tell. */
export const writtenText = (
  { mark, order, percent }: PasteBlock,
  writing: Writing,
  locale: LocaleConventions,
): string | null => {
  const parts: string[] = [];
  if (writing.mark !== null && writing.mark !== locale.decimal && mark.example !== null)
    parts.push(`${mark.example} read as ${asNumber(mark.example, locale, writing.mark)}`);
  if (writing.order !== null && order.example !== null)
    parts.push(`${order.example} read as ${asDate(order.example, locale, writing.order)}`);
  if (writing.percent !== null && percent.example !== null)
    parts.push(`${percent.example} read as ${asPercent(percent.example, locale, writing.percent)}`);
  return parts.length > 0 ? `${parts.join('; ')}.` : null;
};

interface WritingChoiceProps {
  readonly block: PasteBlock;
  readonly writing: Writing;
  readonly locale: LocaleConventions;
  readonly onChange: (writing: Writing) => void;
}

/** Asks how the numbers and dates of a block are written, each answer with what an example would become. */
export const WritingChoice = ({ block, writing, locale, onChange }: WritingChoiceProps): ReactNode => (
  <>
    {block.mark.example !== null ? (
      <fieldset className="paste-writing">
        <legend>Numbers are written</legend>
        {MARKS.map(([mark, label]) => (
          <label key={mark}>
            <input
              type="radio"
              name="decimal-mark"
              checked={writing.mark === mark}
              onChange={() => onChange({ ...writing, mark })}
            />{' '}
            {label}: {block.mark.example} is {asNumber(block.mark.example ?? '', locale, mark)}
          </label>
        ))}
      </fieldset>
    ) : null}
    {block.percent.example !== null ? (
      <fieldset className="paste-writing">
        <legend>Percentages are</legend>
        {PERCENTS.map(([percent, label]) => (
          <label key={percent}>
            <input
              type="radio"
              name="percent-reading"
              checked={writing.percent === percent}
              onChange={() => onChange({ ...writing, percent })}
            />{' '}
            {label}: {block.percent.example} is {asPercent(block.percent.example ?? '', locale, percent)}
          </label>
        ))}
      </fieldset>
    ) : null}
    {block.order.example !== null ? (
      <fieldset className="paste-writing">
        <legend>Dates are written</legend>
        {ORDERS.map(([order, label]) => (
          <label key={order}>
            <input
              type="radio"
              name="date-order"
              checked={writing.order === order}
              onChange={() => onChange({ ...writing, order })}
            />{' '}
            {label}: {block.order.example} is {asDate(block.order.example ?? '', locale, order)}
          </label>
        ))}
      </fieldset>
    ) : null}
  </>
);
