import { type Flow, type FlowParts, OPEN_ENDED } from './link-flow.ts';
import { arrive, ask, CALENDAR, PERIOD, persist, untilQuiet } from './link-world.ts';

/** Closing a period and opening it again. */
export const periodFlow = async (parts: FlowParts): Promise<Flow> => {
  const { world, tally } = parts;
  const cal = await arrive(world, 'cal');
  const place = { calendar: CALENDAR, period: PERIOD };
  const held = async (): Promise<{ readonly closed: boolean; readonly events: number }> => {
    const { rows } = await world.admin.query(
      `select coalesce((select p.state = 'closed' from writ.period p where p.period = $1), false) as closed,
              (select count(*)::int from writ.period_event) as events`,
      [PERIOD],
    );
    return rows[0];
  };
  return {
    name: 'period',
    run: async ({ begin, resume, place: at }) => {
      const before = await held();
      const close = !before.closed;
      begin();
      const sent = await ask<unknown>(
        close
          ? cal.call('periods.close', { ...place, reason: 'done' })
          : cal.call('periods.reopen', { ...place, reason: 'again' }),
      );
      await untilQuiet(world);
      resume();
      const now = await held();
      const done = now.closed === close;
      if ('answer' in sent && !done) tally.breach('untrue', `${at}: done, but it is not`);
      if ('failure' in sent && done && !OPEN_ENDED.includes(sent.failure.code))
        tally.breach('untrue', `${at}: failed (${sent.failure.code}), but it was done`);
      if ('failure' in sent && sent.failure.kind !== 'unavailable')
        tally.breach('falseConflicts', `${at}: ${sent.failure.code}`);
      const shown = await persist(() => cal.call('periods.list', {}));
      const state = shown.calendars
        .flatMap(({ periods }) => periods)
        .find(({ period }) => period === PERIOD)?.state;
      if ((state === 'closed') !== now.closed) tally.breach('untrue', `${at}: shown as ${state}`);
      if (now.events > before.events + 1)
        tally.breach('doubled', `${at}: ${now.events - before.events} events`);
      if (now.events !== before.events + (done ? 1 : 0)) tally.breach('lost', `${at}: no event of it`);
    },
  };
};
