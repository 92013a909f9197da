import { damageSuite } from './damage.ts';
import { testSuite } from './fault-test.ts';

testSuite(damageSuite, 3);
