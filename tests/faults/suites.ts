import { appendsSuite } from './appends.ts';
import { crashSuite } from './crash.ts';
import { damageSuite } from './damage.ts';
import { diskSuite } from './disk.ts';
import { instancesSuite } from './instances.ts';
import { killSuite } from './kill.ts';
import { linkSuite } from './link.ts';
import { modelSuite } from './model.ts';
import { soakSuite } from './soak.ts';
import type { FaultSuite } from './suite.ts';

/** Every fault suite, in the order `npm run faults` runs them. */
export const faultSuites: readonly FaultSuite[] = [
  linkSuite,
  killSuite,
  crashSuite,
  appendsSuite,
  modelSuite,
  damageSuite,
  diskSuite,
  instancesSuite,
  soakSuite,
];
