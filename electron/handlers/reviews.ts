import { AppError } from '../../shared/model/failure.ts';
import { type Handlers, profileOf } from './context.ts';

type ReviewHandlers = Pick<
  Handlers,
  | 'policies.get'
  | 'policies.set'
  | 'reviews.submit'
  | 'reviews.list'
  | 'reviews.get'
  | 'reviews.approve'
  | 'reviews.return'
  | 'reviews.withdraw'
  | 'reviews.comment'
>;

const absent = (): AppError =>
  new AppError(
    'unavailable',
    'approval-absent',
    'Approval is not installed on this warehouse. Ask its administrator to install it.',
  );

export const reviewHandlers: ReviewHandlers = {
  'policies.get': (client, _input) => {
    profileOf(client);
    return {
      policy: { mode: 'open' },
      version: 0,
      by: null,
      at: null,
      advisory: false,
      sideDoors: [],
      canSet: false,
      canReview: false,
    };
  },
  'policies.set': () => Promise.reject(absent()),
  'reviews.submit': () => Promise.reject(absent()),
  'reviews.list': (client) => {
    profileOf(client);
    return { reviews: [], waiting: 0, mine: 0, more: false };
  },
  'reviews.get': () => Promise.reject(absent()),
  'reviews.approve': () => Promise.reject(absent()),
  'reviews.return': () => Promise.reject(absent()),
  'reviews.withdraw': () => Promise.reject(absent()),
  'reviews.comment': () => Promise.reject(absent()),
};
