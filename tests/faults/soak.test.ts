import { testSuite } from './fault-test.ts';
import { soakSuite } from './soak.ts';

// Descriptors are counted where /proc is.
const counted = process.platform === 'linux' ? ['descriptors grew'] : [];
testSuite(soakSuite, 3, 3, ['memory held grew', 'native memory grew', ...counted]);
