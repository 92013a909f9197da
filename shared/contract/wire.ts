import { z } from 'zod';
import { AppError, type Failure, failure } from '../model/failure.ts';

/** Renderer to backend: one call; `id` is chosen by the caller and comes back on the answer. */
export const callFrame = z.object({
  kind: z.literal('call'),
  id: z.int().min(0),
  name: z.string().max(100),
  input: z.unknown(),
});
export type CallFrame = z.infer<typeof callFrame>;

const answerFrame = z.discriminatedUnion('ok', [
  z.object({ kind: z.literal('answer'), id: z.int(), ok: z.literal(true), output: z.unknown() }),
  z.object({ kind: z.literal('answer'), id: z.int(), ok: z.literal(false), error: failure }),
]);
export type AnswerFrame = z.infer<typeof answerFrame>;

const eventFrame = z.object({ kind: z.literal('event'), name: z.string().max(100), event: z.unknown() });
export type EventFrame = z.infer<typeof eventFrame>;

/** Backend to renderer: the answer to a call, or an event. */
export const hostFrame = z.discriminatedUnion('kind', [answerFrame, eventFrame]);
export type HostFrame = AnswerFrame | EventFrame;

/** A thrown value as the answer to call `id`: failures cross as data, causes and stacks stay behind. */
export const failedAnswer = (id: number, thrown: unknown): AnswerFrame => ({
  kind: 'answer',
  id,
  ok: false,
  error: AppError.wrap(thrown).toFailure(),
});

/** What the caller gets from an answer: its output, or the AppError rebuilt and thrown. */
export const settleAnswer = (frame: AnswerFrame): unknown => {
  if (frame.ok) return frame.output;
  throw AppError.from(frame.error satisfies Failure);
};
