import type pg from 'pg';
import type { Sample } from './commit-world.ts';
import { timed } from './harness.ts';

/** The floors' audit table: as flat as it gets, its key the only index. */
export const prepareFloor = async (admin: pg.Client, user: string): Promise<void> => {
  await admin.query(`
    create table bench.audit (seq bigint generated always as identity primary key, at timestamptz not null, txid xid8 not null, batch uuid not null,
      person text not null, relation text not null, row_key text not null, column_name text not null, before text, after text);
    grant insert on bench.audit to ${user}`);
};

interface CopyConnection extends pg.Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** `COPY ... FROM STDIN` as psql's \copy does it, with the whole input in one piece. */
class CopyIn implements pg.Submittable {
  readonly callback = (): void => {};
  readonly #sql: string;
  readonly #data: Buffer;
  readonly #done: (error: Error | null) => void;

  constructor(sql: string, data: Buffer, done: (error: Error | null) => void) {
    this.#sql = sql;
    this.#data = data;
    this.#done = done;
  }

  submit = (connection: pg.Connection): void => connection.query(this.#sql);
  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.#data);
    connection.endCopyFrom();
  }
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleError(error: Error): void {
    this.#done(error);
  }
  handleReadyForQuery(): void {
    this.#done(null);
  }
}

const copy = (client: pg.Client, sql: string, data: Buffer): Promise<void> =>
  new Promise((done, failed) => {
    client.query(new CopyIn(sql, data, (error) => (error ? failed(error) : done())));
  });

const auditColumns = 'at, txid, batch, person, relation, row_key, column_name, before, after';

/**
 * F2: COPY into a temporary table that exists already, then one UPDATE on the index plan with the before-check, whose
 * rows go to the audit table in the same statement. Answers the milliseconds from BEGIN to COMMIT.
 */
export const copyFloor = async (
  client: pg.Client,
  batch: string,
  sample: Sample,
  before: readonly string[],
): Promise<number> => {
  await client.query(
    'create temporary table if not exists edits (id bigint, before numeric, after numeric) on commit delete rows',
  );
  const data = Buffer.from(sample.ids.map((id, i) => `${id}\t${before[i]}\t${sample.after}\n`).join(''));
  const { length } = sample.ids;
  return timed(async () => {
    await client.query(
      'begin; set local enable_hashjoin = off; set local enable_mergejoin = off; set local jit = off',
    );
    await copy(client, 'copy edits from stdin', data);
    const { rowCount } = await client.query(`
      with written as (
        update bench.floor t set amount = e.after from edits e where t.id = e.id and t.amount is not distinct from e.before
        returning t.id, e.before, t.amount as after)
      insert into bench.audit (${auditColumns})
      select clock_timestamp(), pg_current_xact_id(), '${batch}', session_user, 'bench.floor', '["' || id || '"]', 'amount', before::text, after::text from written`);
    if (rowCount !== length) throw new Error(`the floor wrote ${rowCount} of ${length}`);
    await client.query('commit');
  });
};

/** What governed tools do: for every edit one checked UPDATE and one audit row, each awaited, in one transaction. */
export const rowByRow = async (
  client: pg.Client,
  batch: string,
  sample: Sample,
  before: readonly string[],
): Promise<number> =>
  timed(async () => {
    await client.query('begin');
    for (const [i, id] of sample.ids.entries()) {
      const { rowCount } = await client.query({
        name: 'row',
        text: 'update bench.floor set amount = $1 where id = $2 and amount is not distinct from $3',
        values: [sample.after, id, before[i]],
      });
      if (rowCount !== 1) throw new Error('a row was changed meanwhile');
      await client.query({
        name: 'audit',
        text: `insert into bench.audit (${auditColumns}) values (clock_timestamp(), pg_current_xact_id(), $1, session_user, 'bench.floor', $2, 'amount', $3, $4)`,
        values: [batch, `["${id}"]`, before[i], sample.after],
      });
    }
    await client.query('commit');
  });
