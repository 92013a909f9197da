import type { Handlers } from './context.ts';

export const appHandlers: Pick<Handlers, 'app.info' | 'settings.get' | 'settings.set'> = {
  'app.info': async ({ shared }) => ({
    version: shared.version,
    host: shared.host,
    platform: shared.platform,
    dataFolder: shared.dataFolder,
    keychain: await shared.keychain.state(),
  }),
  'settings.get': ({ shared }) => {
    const { theme, locale, density } = shared.settings.read();
    return { theme, locale, density };
  },
  'settings.set': ({ shared }, change) => {
    shared.settings.update(change);
    return {};
  },
};
