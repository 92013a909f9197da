import { testSuite } from './fault-test.ts';
import { instancesSuite } from './instances.ts';

testSuite(instancesSuite, 2);
