import { testSuite } from './fault-test.ts';
import { soakSuite } from './soak.ts';

testSuite(soakSuite, 3, 3);
