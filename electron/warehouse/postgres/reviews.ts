import { z } from 'zod';
import { AppError } from '../../../shared/model/failure.ts';
import {
  policyStep,
  type ReviewSummary,
  reviewSummary,
  type SheetPolicy,
  sideDoor,
  type TablePolicy,
} from '../../../shared/model/review.ts';
import { type Source, source } from '../../../shared/model/sheet.ts';
import type { Reviews } from '../reviews.ts';
import type { Link } from './connect.ts';
import { capabilitiesOf } from './outcome.ts';
import { proposePlan } from './propose.ts';
import { listenForReviews } from './review-channel.ts';
import { refuseSharedLogin, sharedLogin } from './shared-login.ts';
import { quote } from './statement-types.ts';

const nameOf = ({ schema, table }: Source): string => `${quote(schema)}.${quote(table)}`;

const storedPolicy = z.object({
  mode: z.enum(['open', 'approval']),
  version: z.int(),
  by: z.string().nullable(),
  at: z.string().nullable(),
  steps: z.array(policyStep).nullable(),
  amountColumn: z.string().nullable(),
  amountAbove: z.string().nullable(),
  freeColumns: z.array(z.string()),
  derivedColumns: z.array(z.string()),
  validHours: z.int().nullable(),
  governed: z.boolean(),
  behind: z.string().nullable(),
  shared: z.string().nullable(),
  canReview: z.boolean(),
  canSet: z.boolean(),
});
type StoredPolicy = z.infer<typeof storedPolicy>;

/** The warehouse knows tables by their place; the sheet's id is that place as text. */
const storedSummary = reviewSummary.omit({ sheet: true }).extend({ source });

const tablePolicyOf = (stored: StoredPolicy): TablePolicy =>
  stored.mode === 'open'
    ? { mode: 'open' }
    : {
        mode: 'approval',
        steps: stored.steps ?? [],
        threshold:
          stored.amountColumn === null || stored.amountAbove === null
            ? null
            : { column: stored.amountColumn, above: stored.amountAbove },
        freeColumns: stored.freeColumns,
        derivedColumns: stored.derivedColumns,
        validHours: stored.validHours ?? 1,
      };

const policyOf = async (link: Link, place: Source): Promise<SheetPolicy | null> => {
  const doing = 'Reading the policy';
  if ((await capabilitiesOf(link)).governance !== 'installed') return null;
  const rows = await link
    .query('select writ.policy_of($1)', [nameOf(place)], doing)
    .then((answer) => answer.rows)
    .catch((error: unknown) => {
      // A role that was let into the schema before there was approval.
      if (error instanceof AppError && error.kind === 'denied') return null;
      throw error;
    });
  if (rows === null) return null;
  const stored = storedPolicy.parse(JSON.parse(rows[0]?.[0] ?? 'null'));
  const doors = await link.query(
    'select code, subject, message from writ.side_doors($1) order by 1, 2',
    [nameOf(place)],
    doing,
  );
  const sideDoors = doors.rows.map(([code, subject, message]) => sideDoor.parse({ code, subject, message }));
  const shared = stored.mode === 'approval' ? await sharedLogin(link, stored.shared) : null;
  return {
    policy: tablePolicyOf(stored),
    version: stored.version,
    by: stored.by,
    at: stored.at,
    advisory: sideDoors.length > 0,
    sideDoors,
    governed: stored.governed,
    behind: stored.behind,
    shared,
    canSet: stored.canSet,
    canReview: stored.canReview && shared === null,
  };
};

const setPolicy = async (link: Link, place: Source, policy: TablePolicy): Promise<void> => {
  const approval = policy.mode === 'approval' ? policy : null;
  await link.command(
    `select writ.set_policy($1, $2, $3::text[], $4::integer[], $5, $6::numeric, $7::text[], $8::text[], pg_catalog.make_interval(hours => $9::integer))`,
    [
      nameOf(place),
      policy.mode,
      approval?.steps.map(({ role }) => role) ?? [],
      approval?.steps.map(({ count }) => String(count)) ?? [],
      approval?.threshold?.column ?? null,
      approval?.threshold?.above ?? null,
      approval?.freeColumns ?? [],
      approval?.derivedColumns ?? [],
      approval ? String(approval.validHours) : null,
    ],
    'Setting the policy',
  );
};

const summaryOf = (text: string | null | undefined): ReviewSummary => {
  const stored = storedSummary.parse(JSON.parse(text ?? 'null'));
  return { ...stored, sheet: JSON.stringify([stored.source.schema, stored.source.table]) };
};

/** Approval on PostgreSQL: every call is one statement of the connected person on a function of schema `writ`. */
export const postgresReviews = (link: Link): Reviews & { readonly close: () => Promise<void> } => {
  const channel = listenForReviews(link);
  const call = async (doing: string, sql: string, params: readonly (string | null)[]): Promise<void> => {
    await link.command(sql, params, doing);
  };
  return {
    policy: (place) => policyOf(link, place),
    setPolicy: (place, policy) => setPolicy(link, place, policy),
    propose: (plan, definition, payload) => proposePlan(link, plan, definition, payload),
    state: async (batch) => {
      const { rows } = await link.query(
        'select writ.review_state($1::uuid)',
        [batch],
        'Looking up a batch under review',
      );
      return rows[0]?.[0] ?? 'absent';
    },
    list: async ({ box, source: place, batches, limit }) => {
      const doing = 'Reading the batches under review';
      await link.query('select writ.expire()', [], doing);
      const { rows } = await link.query(
        'select writ.reviews($1, $2, $3::uuid[], $4::integer)',
        [box, place ? nameOf(place) : null, batches ?? null, String(limit)],
        doing,
      );
      const summaries = rows.map(([text]) => summaryOf(text));
      if (!summaries.some(({ canDecide }) => canDecide)) return summaries;
      const why = await sharedLogin(link, null);
      if (why === null) return summaries;
      return summaries.map((each) => (each.canDecide ? { ...each, canDecide: false, refusal: why } : each));
    },
    payload: async (batch) => {
      const { rows } = await link.query(
        'select writ.review_payload($1::uuid)',
        [batch],
        'Reading a batch under review',
      );
      const text = rows[0]?.[0];
      if (text == null) throw gone();
      return text;
    },
    log: async (batch) => {
      const { rows } = await link.query(
        'select at, person, kind, comment, row_key, column_name from writ.review_log($1::uuid)',
        [batch],
        'Reading what happened to a batch',
      );
      return rows.map(([at, person, kind, comment, row, column]) => ({
        at: at ?? '',
        person: person ?? '',
        kind: kind ?? '',
        comment: comment ?? null,
        row: row ?? null,
        column: column ?? null,
      }));
    },
    touched: async (batch, limit) => {
      const { rows } = await link.query(
        'select row_key, column_name, person, at, after from writ.review_touched($1::uuid, $2::integer)',
        [batch, String(limit)],
        'Reading who else changed the rows',
      );
      return rows.map(([row, column, person, at, after]) => ({
        row: row ?? '',
        column: column ?? '',
        person: person ?? '',
        at: at ?? '',
        after: after ?? null,
      }));
    },
    approve: async (batch, sha256, comment) => {
      await refuseSharedLogin(link);
      await call('Approving a batch', 'select writ.approve($1::uuid, $2, $3)', [batch, sha256, comment]);
    },
    return: (batch, comment) =>
      call('Returning a batch', 'select writ.return_batch($1::uuid, $2)', [batch, comment]),
    end: (batch, how, comment) =>
      call('Ending a batch', 'select writ.end_batch($1::uuid, $2, $3)', [batch, how, comment]),
    remark: (batch, text, row, column) =>
      call('Commenting on a batch', 'select writ.remark($1::uuid, $2, $3, $4)', [batch, text, row, column]),
    hint: () => call('Telling other windows', `select pg_catalog.pg_notify('writ_review', '')`, []),
    onChanged: channel.onChanged,
    close: channel.close,
  };
};

const gone = (): AppError =>
  new AppError('conflict', 'review-gone', 'The batch is not there, or not for this person to see.');
