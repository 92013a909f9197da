import { testSuite } from './fault-test.ts';
import { linkSuite } from './link.ts';

testSuite(linkSuite, 4, 120);
