import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** Takes Electron's own starter out of the packed folder: with it, the program could be pointed at other code. */
export default (context) => {
  const { appOutDir, packager, electronPlatformName } = context;
  const resources =
    electronPlatformName === 'darwin'
      ? join(appOutDir, `${packager.appInfo.productFilename}.app`, 'Contents', 'Resources')
      : join(appOutDir, 'resources');
  rmSync(join(resources, 'default_app.asar'), { force: true });
};
