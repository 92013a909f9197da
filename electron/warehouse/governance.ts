import type { GovernancePlan, GovernanceState, GovernanceWish } from '../../shared/model/governance.ts';

/** Schema `writ` as an installation: what there is, what installing would do, doing it. Everything rejects with AppError. */
export interface Governance {
  state(): Promise<GovernanceState>;
  /** Reads the catalogue alone; null wishes for all that can be had. */
  plan(wish: GovernanceWish | null): Promise<GovernancePlan>;
  /** Runs the plan whose script has this SHA-256, or refuses. */
  install(wish: GovernanceWish, sha256: string): Promise<void>;
}
