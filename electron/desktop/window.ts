import { join } from 'node:path';
import { BrowserWindow, ipcMain, nativeTheme, type Rectangle, type Session, screen } from 'electron';
import Store from 'electron-store';
import { z } from 'zod';
import { PAGE_URL } from './page-protocol.ts';

const place = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(400),
  height: z.int().min(300),
  maximized: z.boolean(),
});

const FIRST_SIZE = { width: 1360, height: 860 };

export interface WindowOptions {
  /** Remembers the window's place. */
  readonly dataFolder: string;
  readonly session: Session;
  readonly devTools: boolean;
}

/** Opens the window at its last place, isolated and sandboxed (Electron security checklist 2-4, 6). */
export const openWindow = (options: WindowOptions): BrowserWindow => {
  const store = new Store<Record<string, unknown>>({
    cwd: options.dataFolder,
    name: 'window',
    clearInvalidConfig: true,
  });
  // The store answers renderers of its own kind; here nothing but the backend's port is asked of the main process.
  ipcMain.removeAllListeners('electron-store-get-data');
  const last = place.safeParse(store.store).data ?? null;
  const window = new BrowserWindow({
    ...(last && visible(last) ? last : FIRST_SIZE),
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'Writ',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#16181d' : '#ffffff',
    webPreferences: {
      preload: join(import.meta.dirname, 'preload.cjs'),
      session: options.session,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: options.devTools,
    },
  });
  if (last?.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    const saved = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    try {
      store.set(saved);
    } catch {
      // A place that cannot be kept is no reason to hold the window open.
    }
  });
  void window.loadURL(PAGE_URL);
  return window;
};

/** A screen may have gone since; enough of the title bar must be reachable. */
const visible = ({ x, y, width }: Rectangle): boolean =>
  screen.getAllDisplays().some(({ workArea }) => {
    const overlap = Math.min(x + width, workArea.x + workArea.width) - Math.max(x, workArea.x);
    return overlap >= 100 && y >= workArea.y - 10 && y < workArea.y + workArea.height - 40;
  });
