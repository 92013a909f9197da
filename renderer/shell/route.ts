import type { Source } from '../../shared/model/sheet.ts';

/** Where the window is: who, and which sheet. Kept in the address, so that a reload comes back to it. */
export interface Route {
  readonly connection: string;
  readonly user: string;
  readonly source: Source | null;
}

/** `#/connection/user[/schema/table]`; null for anything else. */
export const parseRoute = (hash: string): Route | null => {
  const parts = hash.replace(/^#\/?/, '').split('/').map(decode);
  const [connection, user, schema, table] = parts;
  if (!connection || !user) return null;
  return { connection, user, source: schema && table ? { schema, table } : null };
};

/** Inverse of `parseRoute`. */
export const formatRoute = ({ connection, user, source }: Route): string =>
  `#/${[connection, user, ...(source ? [source.schema, source.table] : [])].map(encodeURIComponent).join('/')}`;

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
};
