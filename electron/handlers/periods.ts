import { AppError } from '../../shared/model/failure.ts';
import type { Calendar } from '../../shared/model/period.ts';
import { readAfter } from '../governance/done-unread.ts';
import type { Profile } from '../profile.ts';
import { type Client, type Handlers, profileOf } from './context.ts';

type PeriodHandlers = Pick<Handlers, 'periods.list' | 'periods.close' | 'periods.reopen' | 'periods.cadence'>;

/** The calendar after a change; all windows of this person and of others on this backend are told. */
const changed = async (client: Client, profile: Profile, name: string): Promise<{ calendar: Calendar }> => {
  const { calendars } = await readAfter(profile.warehouse.periods.list());
  const calendar = calendars.find((each) => each.name === name);
  if (!calendar)
    throw new AppError('conflict', 'calendar-gone', 'The calendar is gone. Read the periods again.');
  const told = [profile, ...(await client.shared.profiles.neighbours(profile))];
  for (const each of told) client.shared.tell(each, 'periods.changed', { calendar: name });
  return { calendar };
};

export const periodHandlers: PeriodHandlers = {
  'periods.list': async (client) => {
    const { installed, calendars } = await profileOf(client).warehouse.periods.list();
    return { installed, calendars: [...calendars] };
  },
  'periods.close': async (client, { calendar, period, reason, at }) => {
    const profile = profileOf(client);
    await profile.warehouse.periods.close({ calendar, period }, reason ?? null, at ?? null);
    return changed(client, profile, calendar);
  },
  'periods.reopen': async (client, { calendar, period, reason }) => {
    const profile = profileOf(client);
    await profile.warehouse.periods.reopen({ calendar, period }, reason);
    return changed(client, profile, calendar);
  },
  'periods.cadence': async (client, place) => ({
    lines: [...(await profileOf(client).warehouse.periods.cadence(place))],
  }),
};
