import { testSuite } from './fault-test.ts';
import { modelSuite } from './model.ts';

testSuite(modelSuite, 5);
