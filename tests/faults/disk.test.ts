import { diskSuite } from './disk.ts';
import { testSuite } from './fault-test.ts';

testSuite(diskSuite, 3);
