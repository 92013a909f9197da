import { type Handlers, profileOf } from './context.ts';

type GovernanceHandlers = Pick<Handlers, 'governance.state' | 'governance.plan' | 'governance.install'>;

export const governanceHandlers: GovernanceHandlers = {
  'governance.state': (client) => profileOf(client).warehouse.governance.state(),
  'governance.plan': (client, { wish }) => profileOf(client).warehouse.governance.plan(wish),
  'governance.install': async (client, { wish, sha256 }) => {
    const { governance } = profileOf(client).warehouse;
    await governance.install(wish, sha256);
    return governance.state();
  },
};
