import { installedVersions } from '../governance/migrations.ts';
import { keptRecords, uninstallGovernance } from '../governance/uninstall.ts';
import { type Command, confirmed } from './command.ts';

/** Takes schema `writ` and its triggers away; never what was recorded unless that is said. */
export const uninstallCommand: Command = {
  usage: 'uninstall [--discard-audit] [--yes]',
  about:
    'Takes triggers and schema away again; rows and rights of the tables stay. Refused while there is an audit, unless it may be discarded.',
  options: { 'discard-audit': { type: 'boolean' }, yes: { type: 'boolean' } },
  run: async (client, values, _places, terminal) => {
    if ((await installedVersions(client)).length === 0) {
      terminal.out('Schema writ is not installed.');
      return 0;
    }
    const { auditRows, batches, reviews } = await keptRecords(client);
    const recorded = `${auditRows} audit rows, ${batches} batches and ${reviews} reviews`;
    if (values['discard-audit'] === true) terminal.note(`To be discarded for good: ${recorded}.`);
    if (!(await confirmed('Uninstall?', values, terminal))) return 1;
    await uninstallGovernance(client, { discardAudit: values['discard-audit'] === true });
    terminal.out(
      'Uninstalled. Triggers and schema are gone; the tables, their rows and their rights are as they were.',
    );
    return 0;
  },
};
