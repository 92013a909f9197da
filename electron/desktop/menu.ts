import { Menu, type MenuItemConstructorOptions, shell } from 'electron';

export interface MenuOptions {
  readonly platform: NodeJS.Platform;
  readonly dataFolder: string;
  readonly developer: boolean;
}

/** The application's menu. Undo belongs to the sheet's journal, so only macOS, whose text fields need it, has the role. */
export const buildMenu = ({ platform, dataFolder, developer }: MenuOptions): Menu => {
  const mac = platform === 'darwin';
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const edit: MenuItemConstructorOptions[] = [
    ...(mac ? ([{ role: 'undo' }, { role: 'redo' }, separator] satisfies MenuItemConstructorOptions[]) : []),
    { role: 'cut' },
    { role: 'copy' },
    { role: 'paste' },
    { role: 'selectAll' },
  ];
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    separator,
    { role: 'togglefullscreen' },
    ...(developer
      ? ([separator, { role: 'reload' }, { role: 'toggleDevTools' }] satisfies MenuItemConstructorOptions[])
      : []),
  ];
  const help: MenuItemConstructorOptions[] = [
    { label: 'Open data folder', click: () => void shell.openPath(dataFolder) },
    separator,
    { role: 'about' },
  ];
  return Menu.buildFromTemplate([
    mac ? { role: 'appMenu' } : { label: 'File', submenu: [{ role: 'quit' }] },
    { label: 'Edit', submenu: edit },
    { label: 'View', submenu: view },
    ...(mac ? [{ role: 'windowMenu' } satisfies MenuItemConstructorOptions] : []),
    { label: 'Help', role: 'help', submenu: help },
  ]);
};
