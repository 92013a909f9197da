import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { app, BrowserWindow, dialog, ipcMain, Menu, session, shell } from 'electron';
import { isLoopback } from '../../shared/model/sign-in.ts';
import { listAssets } from '../assets.ts';
import { dataFolder } from '../data-folder.ts';
import { createBackendLink } from './backend-link.ts';
import { BACKEND_GONE, BACKEND_PORT, BACKEND_REQUEST, CHOOSE_FILE } from './channels.ts';
import { isPage, lockPages, lockSession } from './lockdown.ts';
import { buildMenu } from './menu.ts';
import { registerPageScheme, servePages } from './page-protocol.ts';
import { openWindow } from './window.ts';

/** Enough for the embedded PostgreSQL to write a checkpoint on a slow disk. */
const STOP_LIMIT_MS = 30_000;

const root = join(import.meta.dirname, '..', '..');

const main = async (): Promise<void> => {
  const folder = dataFolder(process.env, process.platform);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  app.setName('Writ');
  app.setPath('userData', folder);
  app.setPath('sessionData', join(folder, 'chromium'));
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  // Root on Linux can only run without Chromium's sandbox; asking for it would override the switch.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  registerPageScheme();
  lockPages(app);
  const link = createBackendLink({
    start: { kind: 'start', dataFolder: folder, version },
    now: () => Date.now(),
    onBrowse: (url) => {
      // Only a page: other schemes start programs (Electron security checklist 15).
      // The address itself must not get into a log.
      if (isWebPage(url))
        shell.openExternal(url).catch(() => console.error('The browser could not be opened.'));
    },
    onCrash: (code, repeated) => {
      console.error(`The backend process ended with code ${code}.`);
      if (repeated) void offerQuit();
      else announceLoss();
    },
  });
  stopBackendOnQuit(() => link.stop(STOP_LIMIT_MS));
  ipcMain.on(BACKEND_REQUEST, (event) => {
    if (!isPage(event.senderFrame)) return;
    const port = link.openPort();
    if (port) event.senderFrame.postMessage(BACKEND_PORT, null, [port]);
  });

  ipcMain.handle(CHOOSE_FILE, (event) => (isPage(event.senderFrame) ? chooseFile() : null));

  await app.whenReady();
  link.begin();
  app.setAboutPanelOptions({ applicationName: 'Writ', applicationVersion: version });
  lockSession(session.defaultSession);
  servePages(session.defaultSession, await listAssets(join(root, 'dist', 'renderer')));
  const developer = !app.isPackaged;
  Menu.setApplicationMenu(buildMenu({ platform: process.platform, dataFolder: folder, developer }));
  const open = (): BrowserWindow =>
    openWindow({ dataFolder: folder, session: session.defaultSession, devTools: developer });
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (!window) return;
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) open();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  open();
};

/** An encrypted page, or one of this machine. */
const isWebPage = (address: string): boolean => {
  const url = URL.parse(address);
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
};

/** The path of a file the person chooses, null when none; its content stays where it is. */
const chooseFile = async (): Promise<string | null> => {
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  if (!window) return null;
  const { filePaths } = await dialog.showOpenDialog(window, {
    properties: ['openFile', 'showHiddenFiles'],
    filters: [
      { name: 'Certificates and keys', extensions: ['pem', 'crt', 'cer', 'key'] },
      { name: 'All files', extensions: ['*'] },
    ],
  });
  return filePaths[0] ?? null;
};

/** Quitting waits for the backend, which stops the embedded warehouse; windows go first, so nobody types into nothing. */
const stopBackendOnQuit = (stop: () => Promise<void>): void => {
  let state: 'running' | 'stopping' | 'stopped' = 'running';
  app.on('before-quit', (event) => {
    if (state === 'stopped') return;
    event.preventDefault();
    if (state === 'stopping') return;
    state = 'stopping';
    for (const window of BrowserWindow.getAllWindows()) window.close();
    void stop().finally(() => {
      state = 'stopped';
      app.quit();
    });
  });
};

/** The pages ask for a new port, which starts the backend again. */
const announceLoss = (): void => {
  for (const window of BrowserWindow.getAllWindows()) window.webContents.send(BACKEND_GONE);
};

const offerQuit = async (): Promise<void> => {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Writ',
    message: 'The backend has stopped several times.',
    detail: 'Edits kept in the journal are safe. Start it again, or quit and look at the log.',
    buttons: ['Start again', 'Quit'],
    defaultId: 0,
    cancelId: 0,
  });
  if (response === 0) announceLoss();
  else app.quit();
};

main().catch((error: unknown) => {
  console.error(error);
  dialog.showErrorBox('Writ could not start', error instanceof Error ? error.message : String(error));
  app.exit(1);
});
