import { z } from 'zod';

/** What a failure asks of the person: fix the value, accept a refusal, reconcile, wait, nothing, or report a defect. */
export const failureKind = z.enum(['invalid', 'denied', 'conflict', 'unavailable', 'cancelled', 'bug']);
export type FailureKind = z.infer<typeof failureKind>;

/** A failure as data, the only form in which one crosses a process boundary. `code` is stable and kebab-case. */
export const failure = z.object({
  kind: failureKind,
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type Failure = z.infer<typeof failure>;

/** The one error class of the product; `message` says what happened and what to do, in neutral sentence case. */
export class AppError extends Error {
  readonly kind: FailureKind;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    kind: FailureKind,
    code: string,
    message: string,
    options: { details?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.kind = kind;
    this.code = code;
    this.details = options.details;
  }

  toFailure(): Failure {
    const base = { kind: this.kind, code: this.code, message: this.message };
    return this.details === undefined ? base : { ...base, details: { ...this.details } };
  }

  static from(data: Failure): AppError {
    return new AppError(data.kind, data.code, data.message, data.details ? { details: data.details } : {});
  }

  /** Any thrown value as an AppError; what is not one already is a `bug` and keeps its cause. */
  static wrap(thrown: unknown): AppError {
    if (thrown instanceof AppError) return thrown;
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    return new AppError('bug', 'unexpected', `Unexpected error: ${text}`, { cause: thrown });
  }
}
