import { createHash } from 'node:crypto';
import type pg from 'pg';
import { AppError } from '../../shared/model/failure.ts';
import { verifyQueries } from './audit-verify-sql.ts';

/** Something wrong with the audit; the message holds no recorded values. */
export interface AuditFinding {
  readonly code:
    | 'rows-altered'
    | 'chain-broken'
    | 'link-missing'
    | 'outside-chain'
    | 'batch-without-audit'
    | 'event-altered'
    | 'payload-altered'
    | 'period-altered'
    | 'trigger-missing'
    | 'head-cut'
    | 'head-altered';
  readonly message: string;
}

export interface AuditReport {
  readonly links: number;
  /** Audit rows the chain covers. */
  readonly cells: number;
  readonly batches: number;
  /** The head as computed here, `n:sha256`; null while nothing is linked. */
  readonly head: string | null;
  readonly findings: readonly AuditFinding[];
}

interface LinkRow {
  readonly n: string;
  readonly what: string;
  readonly meta: string;
  readonly cells: string;
  readonly digest: string;
  readonly head: string;
  readonly found: string;
  readonly computed: string | null;
}

/** Findings of one kind that are told one by one; the rest are counted. */
const TOLD = 20;

/**
 * Verifies the whole audit on a connection of whoever may read all of it (the owner of schema `writ`, a superuser, or a
 * role with BYPASSRLS): the hash of every transaction is computed anew from its rows, with functions of PostgreSQL alone, and the chain of
 * heads here. `known` is a head seen earlier, `n:sha256`. Throws AppError where the audit cannot be read whole.
 */
export const verifyAudit = async (client: pg.Client, known: string | null = null): Promise<AuditReport> => {
  await refuseUnreadable(client);
  await client.query('select writ.make_links()');
  await client.query(
    `begin isolation level repeatable read read only; set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local jit = off; set local search_path = pg_catalog, pg_temp`,
  );
  try {
    const { rows } = await client.query<LinkRow>(verifyQueries.links);
    const chain = followHeads(rows);
    const findings = [...chain.findings, ...knownFindings(rows, known)];
    for (const { sql, code } of verifyQueries.findings) {
      const found = await client.query<{ message: string }>(sql);
      findings.push(...few(found.rows.map(({ message }) => ({ code, message }))));
    }
    const batches = await client.query<{ count: string }>('select count(*) from writ.batch');
    return {
      links: rows.length,
      cells: rows.reduce((sum, { found }) => sum + Number(found), 0),
      batches: Number(batches.rows[0]?.count ?? 0),
      head: chain.head,
      findings,
    };
  } finally {
    await client.query('rollback');
  }
};

const refuseUnreadable = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query<{ there: string; readable: string | null; current: string }>(
    verifyQueries.readable,
  );
  if (rows[0]?.there !== 'true')
    throw new AppError(
      'unavailable',
      'audit-absent',
      'This database keeps no audit chain: install schema writ first.',
    );
  if (rows[0].readable !== 'true')
    throw new AppError(
      'denied',
      'audit-unreadable',
      'This login sees only a part of the audit. Sign in as the owner of schema writ, or with a role that bypasses row policies.',
    );
  if (rows[0].current !== 'true')
    throw new AppError(
      'unavailable',
      'audit-outdated',
      'This database has an older version of schema writ, whose decisions are not in the chain. Bring it up to date with "writ install", then verify.',
    );
};

const sha256 = (...parts: readonly Buffer[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** Recomputes every head. One altered link is told once: the chain goes on from the heads that stand there. */
const followHeads = (rows: readonly LinkRow[]): { head: string | null; findings: AuditFinding[] } => {
  const altered: AuditFinding[] = [];
  const broken: AuditFinding[] = [];
  const missing: AuditFinding[] = [];
  let before = Buffer.alloc(0);
  let expected = 1n;
  for (const row of rows) {
    const n = BigInt(row.n);
    if (n !== expected)
      missing.push({
        code: 'link-missing',
        message: `Links ${expected} to ${n - 1n} of the chain are missing.`,
      });
    if (row.computed !== row.digest)
      altered.push({
        code: 'rows-altered',
        message: `Link ${row.n} (${row.what}): what it recorded was altered${row.found === row.cells ? '' : `: ${row.found} rows are there instead of ${row.cells}`}.`,
      });
    const place = Buffer.alloc(8);
    place.writeBigInt64BE(n);
    const head = sha256(before, place, Buffer.from(row.digest, 'hex'), Buffer.from(row.meta, 'utf8'));
    if (n === expected && head.toString('hex') !== row.head)
      broken.push({
        code: 'chain-broken',
        message: `Link ${row.n} (${row.what}) does not follow from the one before: one of them was altered.`,
      });
    before = Buffer.from(row.head, 'hex');
    expected = n + 1n;
  }
  const last = rows.at(-1);
  return {
    head: last ? `${last.n}:${last.head}` : null,
    findings: [...few(missing), ...few(altered), ...few(broken)],
  };
};

const knownFindings = (rows: readonly LinkRow[], known: string | null): readonly AuditFinding[] => {
  if (known === null) return [];
  const [, n, head] = /^(\d+):([0-9a-f]{64})$/.exec(known) ?? [];
  if (n === undefined)
    throw new AppError('invalid', 'head-invalid', 'A head is a number, a colon and 64 hexadecimal digits.');
  const there = rows.find((row) => row.n === n);
  if (there?.head === head) return [];
  return [
    there
      ? {
          code: 'head-altered',
          message: `Link ${n} has another head than the one remembered: the audit was altered.`,
        }
      : {
          code: 'head-cut',
          message: `The chain ends before link ${n}, which was seen earlier: the audit was cut.`,
        },
  ];
};

const few = (findings: readonly AuditFinding[]): readonly AuditFinding[] => {
  const [first] = findings;
  if (!first || findings.length <= TOLD) return findings;
  return [
    ...findings.slice(0, TOLD),
    { code: first.code, message: `And ${findings.length - TOLD} more of the same kind.` },
  ];
};
