import type { OfflineSheet } from '../../shared/contract/offline.ts';
import type { Profile } from '../profile.ts';
import { type Handlers, profileOf } from './context.ts';

type OfflineHandlers = Pick<
  Handlers,
  'link.get' | 'link.retry' | 'offline.list' | 'offline.keep' | 'offline.remove'
>;

export const offlineHandlers: OfflineHandlers = {
  'link.get': (client) => profileOf(client).link.state,
  'link.retry': async (client) => {
    const { link } = profileOf(client);
    await link.tryNow();
    return link.state;
  },
  'offline.list': (client) => {
    const profile = profileOf(client);
    const sheets = keptSheets(profile);
    const bytes = sheets.reduce((sum, sheet) => sum + sheet.bytes, 0);
    return { sheets: [...sheets], bytes, notices: [...profile.snapshots.notices()] };
  },
  'offline.keep': (client, { sheet, kept, slice }) => {
    const profile = profileOf(client);
    profile.snapshots.keep(sheet, kept, slice);
    profile.tell('offline.changed', {});
    return {};
  },
  'offline.remove': (client, { sheet }) => {
    const profile = profileOf(client);
    profile.snapshots.remove(sheet);
    profile.tell('offline.changed', {});
    return {};
  },
};

const keptSheets = ({ snapshots }: Profile): readonly OfflineSheet[] =>
  snapshots.list().map(({ sheet, readAt, rows, bytes, kept, slice }) => {
    const definition = snapshots.facts(sheet)?.definition;
    const [schema = '', table = sheet] = placeOf(sheet);
    return {
      ...{ sheet, readAt, rows, bytes, kept, slice },
      source: definition?.source ?? { schema, table },
      name: definition?.name ?? table,
      reading: false,
      failure: null,
    };
  });

/** A sheet's id is its place in the catalog. */
const placeOf = (sheet: string): readonly string[] => {
  try {
    const place: unknown = JSON.parse(sheet);
    return Array.isArray(place) ? place.map(String) : [];
  } catch {
    return [];
  }
};
