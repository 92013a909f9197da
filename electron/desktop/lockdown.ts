import type { App, Session, WebContents, WebFrameMain } from 'electron';
import { PAGE_ORIGIN, PAGE_URL } from './page-protocol.ts';

/** Copying cells is the one thing a page may ask for; reading the clipboard happens only on the person's paste. */
const GRANTED: readonly string[] = ['clipboard-sanitized-write'];

const PAGE_PROTOCOLS: readonly string[] = ['writ:', 'blob:', 'data:', 'devtools:'];

/** Refuses permissions, devices and every request that would leave the machine (Electron security checklist 5, 7). */
export const lockSession = (session: Session): void => {
  const granted = (permission: string, origin: string): boolean =>
    GRANTED.includes(permission) && origin.replace(/\/$/, '') === PAGE_ORIGIN;
  session.setPermissionRequestHandler((_contents, permission, respond, details) => {
    respond(granted(permission, details.requestingUrl));
  });
  session.setPermissionCheckHandler((_contents, permission, origin) => granted(permission, origin));
  session.setDevicePermissionHandler(() => false);
  session.setUSBProtectedClassesHandler(() => []);
  session.webRequest.onBeforeRequest((details, respond) => {
    const protocol = URL.parse(details.url)?.protocol ?? '';
    respond({ cancel: !PAGE_PROTOCOLS.includes(protocol) });
  });
};

/** Refuses navigation, redirects, new windows and webviews for every page the app will ever have (checklist 12-14). */
export const lockPages = (app: App): void => {
  app.on('web-contents-created', (_event, contents) => lockContents(contents));
};

const lockContents = (contents: WebContents): void => {
  contents.on('will-navigate', (event) => {
    if (event.url !== PAGE_URL) event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (event.url !== PAGE_URL || !event.isMainFrame) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
};

/** Whether a message comes from the page itself and not from a frame in it (checklist 17). */
export const isPage = (frame: WebFrameMain | null): frame is WebFrameMain =>
  frame !== null && frame.parent === null && frame.origin === PAGE_ORIGIN;
