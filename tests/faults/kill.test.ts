import { testSuite } from './fault-test.ts';
import { killSuite } from './kill.ts';

testSuite(killSuite, 5);
