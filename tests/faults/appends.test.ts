import { appendsSuite } from './appends.ts';
import { testSuite } from './fault-test.ts';

testSuite(appendsSuite, 4, 4);
