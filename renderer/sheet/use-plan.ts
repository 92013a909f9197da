import { useEffect, useMemo, useState } from 'react';
import { AppError } from '../../shared/model/failure.ts';
import { finished, type InSteps } from '../../shared/planning/steps.ts';
import { inTurns } from '../ui/turns.ts';
import { type PlannedValues, type PlanRequest, planInSteps, totalInSteps } from './plan-values.ts';

/** What is planned, or why nothing can be. */
export type Plan = (PlannedValues & { readonly total: string }) | { readonly failure: string };

/** More cells than this are planned in turns. */
const MANY = 2_000;

const planning = function* (request: PlanRequest): InSteps<Plan> {
  try {
    const planned = yield* planInSteps(request);
    return { ...planned, total: yield* totalInSteps(planned.values, request.scale) };
  } catch (error) {
    return { failure: AppError.wrap(error).message };
  }
};

/** The plan for a request (a sentence: why there is none); null while it is being worked out, as many cells take a while. */
export const usePlan = (request: PlanRequest | string): Plan | null => {
  const [worked, setWorked] = useState<{ readonly request: PlanRequest; readonly plan: Plan } | null>(null);
  const isLong = typeof request !== 'string' && request.values.length > MANY;
  const atOnce = useMemo(() => {
    if (typeof request === 'string') return { failure: request };
    return isLong ? null : finished(planning(request));
  }, [request, isLong]);
  useEffect(() => {
    if (typeof request === 'string' || !isLong) return;
    let wanted = true;
    void inTurns(planning(request), () => wanted).then((plan) => plan && setWorked({ request, plan }));
    return () => {
      wanted = false;
    };
  }, [request, isLong]);
  if (atOnce) return atOnce;
  return worked?.request === request ? worked.plan : null;
};
