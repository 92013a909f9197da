import { type Handlers, profileOf } from './context.ts';

export const viewHandlers: Pick<Handlers, 'views.list' | 'views.change'> = {
  'views.list': (client, { sheet }) => profileOf(client).views.list(sheet),
  'views.change': (client, { sheet, change }) => profileOf(client).views.change(sheet, change),
};
