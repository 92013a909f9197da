import { protocol, type Session } from 'electron';
import type { Assets } from '../assets.ts';
import { PAGE_HEADERS } from '../page-security.ts';

const SCHEME = 'writ';
const HOST = 'app';

/** Origin of the page, and its only address. */
export const PAGE_ORIGIN = `${SCHEME}://${HOST}`;
export const PAGE_URL = `${PAGE_ORIGIN}/`;

/** Makes the scheme a standard, secure origin; must run before the app is ready. */
export const registerPageScheme = (): void => {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
};

/** Serves the built renderer on the page's origin, and nothing else of the disk. */
export const servePages = (session: Session, pages: Assets): void => {
  session.protocol.handle(SCHEME, async (request) => {
    const url = URL.parse(request.url);
    if (!url || url.host !== HOST || request.method !== 'GET') return answer(403, 'refused');
    const asset = await pages(url.pathname);
    if (!asset) return answer(404, 'not found');
    return new Response(asset.body, { headers: { ...PAGE_HEADERS, 'Content-Type': asset.type } });
  });
};

const answer = (status: number, text: string): Response =>
  new Response(text, { status, headers: { ...PAGE_HEADERS, 'Content-Type': 'text/plain' } });
