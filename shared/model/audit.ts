import { z } from 'zod';

/** The end of the audit's hash chain as it was seen once: link `n`, its SHA-256, and when the last change under it was made. */
export const auditHead = z.object({ n: z.int().min(1), head: z.string(), at: z.string() });
export type AuditHead = z.infer<typeof auditHead>;

/**
 * How the audit of a warehouse stands against the head this profile remembers. `cut`: it ends before that head; `altered`: it
 * holds another one in its place; `gone`: there is no audit any more. `none`: the warehouse keeps none, or none was seen yet.
 */
export const auditState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('sound'), head: auditHead }),
  z.object({ kind: z.literal('cut'), known: auditHead, now: auditHead.nullable() }),
  z.object({ kind: z.literal('altered'), known: auditHead, now: auditHead.nullable() }),
  z.object({ kind: z.literal('gone'), known: auditHead }),
]);
export type AuditState = z.infer<typeof auditState>;

/** What a warehouse answers: its head now (null: nothing was linked yet), and what stands at the link asked for (null: nothing). */
export interface ChainAnswer {
  readonly now: AuditHead | null;
  readonly known: string | null;
}

/** The state that an answer means to who remembers `known`; an answer of null means that there is no audit. */
export const auditStateOf = (known: AuditHead | null, answer: ChainAnswer | null): AuditState => {
  if (answer === null) return known ? { kind: 'gone', known } : { kind: 'none' };
  const { now } = answer;
  if (known && answer.known === null) return { kind: 'cut', known, now };
  if (known && answer.known !== known.head) return { kind: 'altered', known, now };
  return now ? { kind: 'sound', head: now } : { kind: 'none' };
};
