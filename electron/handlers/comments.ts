import { type Handlers, profileOf, sheetOf } from './context.ts';

type CommentHandlers = Pick<Handlers, 'comments.list' | 'comments.add' | 'comments.resolve'>;

export const commentHandlers: CommentHandlers = {
  'comments.list': async (client, { sheet, row }) => {
    const { definition } = sheetOf(client, sheet).sheet;
    return { comments: [...(await profileOf(client).warehouse.comments(definition, row))] };
  },
  'comments.add': async (client, { sheet, ...said }) => {
    const profile = profileOf(client);
    const { definition } = sheetOf(client, sheet).sheet;
    const comment = await profile.warehouse.comment(definition, said);
    client.shared.tell(profile, 'comments.changed', { sheet }, { sheet });
    return { comment };
  },
  'comments.resolve': async (client, { sheet, id, resolved }) => {
    const profile = profileOf(client);
    sheetOf(client, sheet);
    const comment = await profile.warehouse.resolveComment(id, resolved);
    client.shared.tell(profile, 'comments.changed', { sheet }, { sheet });
    return { comment };
  },
};
