import { createContext } from 'react';
import type { LinkState } from '../../shared/contract/offline.ts';

/** How the warehouse is reached now, for what has to be said otherwise while it is not. */
export const Reached = createContext<LinkState['state']>('online');
