import type { DemoPerson } from '../../../shared/model/connection.ts';

/** The demo workspace's people; each has an own database login, so that `session_user` is the person. */
export const demoPeople: readonly DemoPerson[] = [
  {
    user: 'anna.berg',
    name: 'Anna Berg',
    title: 'Planner, Sales & Marketing',
    about: 'Plans the cost centres of Sales and Marketing; sees their lines only.',
  },
  {
    user: 'luis.ortega',
    name: 'Luis Ortega',
    title: 'Planner, Operations',
    about: 'Plans the cost centres of Operations and Logistics; sees their lines only.',
  },
  {
    user: 'mei.tan',
    name: 'Mei Tan',
    title: 'Reviewer, Group Controlling',
    about: 'Sees every cost centre and reviews what planners submit.',
  },
  {
    user: 'sam.okafor',
    name: 'Sam Okafor',
    title: 'Administrator, Finance Systems',
    about: 'Maintains accounts, cost centres, periods and governance.',
  },
];
