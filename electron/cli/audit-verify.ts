import { verifyAudit } from '../governance/audit-verify.ts';
import type { Command } from './command.ts';

/** Verifies the whole audit and its hash chain; exit code 1 where anything is wrong. `--head` compares with a head kept elsewhere. */
export const auditVerifyCommand: Command = {
  usage: 'audit verify [--head N:SHA256]',
  about:
    'Computes the hash chain of the audit anew and finds altered, missing and foreign rows, batches without audit and triggers that are off. --head compares with a head printed earlier, which shows a tail that was cut.',
  options: { head: { type: 'string' } },
  run: async (client, values, _places, { out }) => {
    const known = typeof values.head === 'string' ? values.head : null;
    const { links, cells, batches, head, findings } = await verifyAudit(client, known);
    out(`${links} transactions with ${cells} audit rows are chained, ${batches} batches were written.`);
    out(head === null ? 'The chain is empty.' : `Head: ${head}`);
    for (const { code, message } of findings) out(`${code}: ${message}`);
    out(findings.length === 0 ? 'The audit is sound.' : 'The audit is NOT sound.');
    return findings.length === 0 ? 0 : 1;
  },
};
