import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type AuditHead, type AuditState, auditHead, auditStateOf } from '../../shared/model/audit.ts';
import { readIfThere, writePrivate } from '../identity/private-file.ts';
import { type RandomBytes, seal, unseal } from '../identity/sealed.ts';
import type { Warehouse } from '../warehouse/adapter.ts';

/** The head of the audit's hash chain that a profile remembers. */
export interface AuditHeads {
  /**
   * Compares the warehouse's chain with the remembered head and remembers its new one. A chain that does not hold the
   * remembered head keeps it remembered, so that every later look says so again. Rejects where the warehouse cannot be asked.
   */
  follow(warehouse: Warehouse): Promise<AuditState>;
  /** Forgets the remembered head and follows from what the warehouse holds now. */
  accept(warehouse: Warehouse): Promise<AuditState>;
}

export interface AuditHeadsOptions {
  readonly file: string;
  /** The profile's key. */
  readonly key: Buffer;
  readonly random: RandomBytes;
}

const content = z.object({ version: z.literal(1), head: auditHead });
const CONTEXT = 'writ audit head';

/** The remembered head in one encrypted file beside the journal; one that cannot be opened counts as none. */
export const openAuditHeads = ({ file, key, random }: AuditHeadsOptions): AuditHeads => {
  let held: Promise<AuditHead | null> | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  const remembered = (): Promise<AuditHead | null> => {
    held ??= readIfThere(file).then((sealed) => (sealed ? headOf(unseal(key, sealed, CONTEXT)) : null));
    return held;
  };
  const remember = async (head: AuditHead): Promise<void> => {
    const text = JSON.stringify({ version: 1, head });
    await writePrivate(file, seal(key, Buffer.from(text, 'utf8'), CONTEXT, random), randomUUID());
    held = Promise.resolve(head);
  };
  const inTurn = (work: () => Promise<AuditState>): Promise<AuditState> => {
    const next = turn.then(work);
    turn = next.catch(() => undefined);
    return next;
  };
  const compare = async (warehouse: Warehouse, known: AuditHead | null): Promise<AuditState> => {
    const state = auditStateOf(known, await warehouse.followAudit(known?.n ?? 0));
    if (state.kind === 'sound' && state.head.n !== known?.n) await remember(state.head);
    return state;
  };
  return {
    follow: (warehouse) => inTurn(async () => compare(warehouse, await remembered())),
    accept: (warehouse) => inTurn(() => compare(warehouse, null)),
  };
};

const headOf = (plain: Buffer | null): AuditHead | null => {
  if (plain === null) return null;
  try {
    return content.parse(JSON.parse(plain.toString('utf8'))).head;
  } catch {
    return null;
  }
};
