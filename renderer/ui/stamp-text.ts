import type { LocaleConventions } from '../../shared/values/locale.ts';

/** A moment in the person's own way of writing it. */
export const stampText = (at: string, locale: LocaleConventions): string => {
  const time = new Date(at);
  return Number.isNaN(time.getTime())
    ? at
    : new Intl.DateTimeFormat(locale.tag, { dateStyle: 'medium', timeStyle: 'short' }).format(time);
};
