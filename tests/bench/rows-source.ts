import type pg from 'pg';

/** Rows of the size that the targets name. */
export const ROWS = 100_000;

/** A plan table of nine columns, as the demo has them. */
export const tableSql = `
create schema bench;
create table bench.line (
  id integer primary key, cost_center varchar(8) not null, account varchar(6) not null, period char(7) not null,
  amount numeric(18,2) not null, currency char(3) not null, quantity numeric(14,3), valid_from date, memo varchar(200));
insert into bench.line select i, 'CC' || lpad((i % 400)::text, 4, '0'), (4000 + i % 120)::text, '2026-' || lpad((1 + i % 12)::text, 2, '0'),
  (i * 7919 % 10000000) / 100.0, 'EUR', case when i % 5 > 0 then i % 977 end, date '2026-01-01' + i % 365, 'remark ' || i
  from generate_series(1, ${ROWS}) i;`;

/** `COPY ... TO STDOUT` with the bytes counted and thrown away: what the server and the wire cost alone. */
class CopyOut implements pg.Submittable {
  readonly callback = (): void => {};
  readonly #sql: string;
  readonly #done: (result: Error | number) => void;
  #bytes = 0;
  #failure: Error | null = null;

  constructor(sql: string, done: (result: Error | number) => void) {
    this.#sql = sql;
    this.#done = done;
  }

  submit = (connection: pg.Connection): void => connection.query(this.#sql);
  handleCopyData({ chunk }: { chunk: Buffer }): void {
    this.#bytes += chunk.length;
  }
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleError(error: Error): void {
    this.#failure = error;
  }
  handleReadyForQuery(): void {
    this.#done(this.#failure ?? this.#bytes);
  }
}

/** Bytes that `COPY (sql) TO STDOUT` sends. */
export const copyOut = (client: pg.Client, sql: string): Promise<number> =>
  new Promise((done, failed) => {
    client.query(
      new CopyOut(`copy (${sql}) to stdout`, (result) =>
        typeof result === 'number' ? done(result) : failed(result),
      ),
    );
  });
