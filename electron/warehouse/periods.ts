import type { CadenceLine, Calendar, SheetPeriods } from '../../shared/model/period.ts';
import type { Source } from '../../shared/model/sheet.ts';

export interface PeriodPlace {
  readonly calendar: string;
  readonly period: string;
}

/** Periods of one warehouse as one person sees them. Rejects with AppError; empty where periods are not installed. */
export interface Periods {
  list(): Promise<{ readonly installed: boolean; readonly calendars: readonly Calendar[] }>;
  /** Calendars that bear on a table, with the periods of theirs that are closed or closing. */
  of(source: Source): Promise<readonly SheetPeriods[]>;
  /** Now, or from a moment on (ISO 8601). Waits for transactions that write to the period. */
  close(place: PeriodPlace, reason: string | null, at: string | null): Promise<void>;
  reopen(place: PeriodPlace, reason: string): Promise<void>;
  cadence(place: PeriodPlace): Promise<readonly CadenceLine[]>;
}
