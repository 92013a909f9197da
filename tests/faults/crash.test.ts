import { crashSuite } from './crash.ts';
import { testSuite } from './fault-test.ts';

testSuite(crashSuite, 3);
