/** How `5 %` is read where the column does not say it: as the number 5 or as the hundredth 0.05. */
export type PercentReading = 'number' | 'hundredth';

/** How a locale writes numbers and dates. */
export interface LocaleConventions {
  /** BCP 47 tag. */
  readonly tag: string;
  readonly decimal: string;
  /** The separator the locale writes between groups. */
  readonly group: string;
  readonly dateOrder: 'dmy' | 'mdy' | 'ymd';
  readonly dateSeparator: string;
  /** What `5 %` is in a column that is not shown as percent: 5, or 0.05; absent, it is asked. */
  readonly percent?: PercentReading;
  /** Short names, January first. */
  readonly months?: readonly string[];
}

/** Reads a locale's conventions from Intl; an unknown tag falls back to en-GB. The caller keeps the answer. */
export const localeOf = (tag: string): LocaleConventions => {
  const supported = isSupported(tag) ? tag : 'en-GB';
  const parts = new Intl.NumberFormat(supported, { useGrouping: true }).formatToParts(-1234567.89);
  const find = (type: string, fallback: string): string =>
    parts.find((part) => part.type === type)?.value ?? fallback;
  const dateParts = new Intl.DateTimeFormat(supported, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    timeZone: 'UTC',
  }).formatToParts(new Date(Date.UTC(2026, 10, 24)));
  const order = dateParts
    .filter((part) => part.type === 'day' || part.type === 'month' || part.type === 'year')
    .map((part) => part.type.charAt(0))
    .join('');
  return {
    tag: supported,
    decimal: find('decimal', '.'),
    group: find('group', ','),
    dateOrder: order === 'mdy' || order === 'ymd' ? order : 'dmy',
    dateSeparator: dateParts.find((part) => part.type === 'literal')?.value.trim() || '/',
    months: monthNames(supported),
  };
};

const monthNames = (tag: string): readonly string[] => {
  const name = new Intl.DateTimeFormat(tag, { month: 'short', timeZone: 'UTC' });
  return Array.from({ length: 12 }, (_, month) => name.format(new Date(Date.UTC(2026, month, 1))));
};

const isSupported = (tag: string): boolean => {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
};
