import type { LocaleConventions } from '../../shared/values/locale.ts';
import { stampText } from '../ui/stamp-text.ts';

const dayOf = (time: Date): string => `${time.getFullYear()}-${time.getMonth()}-${time.getDate()}`;

/** How old something is, as people say it: `14:05`, `14:05 yesterday`, or the date. By this machine's clock. */
export const ageText = (at: string, now: Date, locale: LocaleConventions): string => {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return at;
  const hour = new Intl.DateTimeFormat(locale.tag, { timeStyle: 'short' }).format(time);
  if (dayOf(time) === dayOf(now)) return hour;
  const before = new Date(now);
  before.setDate(before.getDate() - 1);
  return dayOf(time) === dayOf(before) ? `${hour} yesterday` : stampText(at, locale);
};

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/** A size on disk in the locale's digits. */
export const sizeText = (bytes: number, locale: LocaleConventions): string => {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString(locale.tag, { maximumFractionDigits: digits })} ${UNITS[unit]}`;
};
