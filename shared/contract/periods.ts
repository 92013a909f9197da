import { z } from 'zod';
import { cadenceLine, calendar } from '../model/period.ts';

const name = z.string().min(1).max(200);
const place = z.object({ calendar: name, period: name });
const reason = z.string().trim().min(1).max(4_000);

/** Operations on the periods of the connected warehouse. */
export const periodOperations = {
  'periods.list': {
    kind: 'query',
    input: z.object({}),
    /** `installed` false: this warehouse keeps no periods, or not for this person. */
    output: z.object({ installed: z.boolean(), calendars: z.array(calendar) }),
  },
  /** Closes a period now, or from `at` on. Waits for transactions that write to it: none of them commits after. */
  'periods.close': {
    kind: 'command',
    input: place.extend({ reason: reason.optional(), at: z.iso.datetime().optional() }),
    output: z.object({ calendar }),
  },
  /** Opens a closed period again, or takes back a closing time. */
  'periods.reopen': {
    kind: 'command',
    input: place.extend({ reason }),
    output: z.object({ calendar }),
  },
  'periods.cadence': { kind: 'query', input: place, output: z.object({ lines: z.array(cadenceLine) }) },
} as const;

export const periodEvents = {
  /** A period was closed, scheduled or reopened; what sheets show as read-only may have changed. */
  'periods.changed': z.object({ calendar: z.string() }),
} as const;
