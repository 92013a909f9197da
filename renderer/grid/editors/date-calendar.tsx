import { parseDate } from '@internationalized/date';
import type { ReactNode } from 'react';
import { Button, Calendar, CalendarCell, CalendarGrid, Heading, I18nProvider } from 'react-aria-components';

interface DateCalendarProps {
  /** Canonical date, or null. */
  readonly value: string | null;
  /** BCP 47 tag: names of months and the first day of the week. */
  readonly locale: string;
  readonly onPick: (date: string) => void;
}

const dateOf = (value: string | null): ReturnType<typeof parseDate> | null => {
  if (value === null) return null;
  try {
    return parseDate(value);
  } catch {
    // Dates a calendar cannot show (infinity, years past 9999) are typed.
    return null;
  }
};

/** A month to pick a day from; arrow keys, Page Up and Page Down move in it. */
export const DateCalendar = ({ value, locale, onPick }: DateCalendarProps): ReactNode => (
  <I18nProvider locale={locale}>
    <Calendar
      aria-label="Date"
      defaultValue={dateOf(value)}
      autoFocus
      onChange={(date) => onPick(date.toString())}
    >
      <header>
        <Button slot="previous">‹</Button>
        <Heading />
        <Button slot="next">›</Button>
      </header>
      <CalendarGrid>{(date) => <CalendarCell date={date} />}</CalendarGrid>
    </Calendar>
  </I18nProvider>
);
