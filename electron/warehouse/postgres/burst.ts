import type pg from 'pg';

/** One statement of a burst; `params` are made when it is sent. A named one stays prepared on its connection. */
export interface BurstStatement {
  readonly sql: string;
  readonly name?: string;
  readonly params?: () => readonly (string | null)[];
}

export interface StatementAnswer {
  /** The command tag, for example `UPDATE 12`. */
  readonly tag: string;
  readonly count: number;
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Answers of the statements that completed, in order; `error` is what stopped the next one (server or connection). */
export interface BurstAnswer {
  readonly answers: readonly StatementAnswer[];
  readonly error: Error | null;
}

const MAX_PREPARED = 64;

interface PreparingConnection extends pg.Connection {
  /** The driver's own record of what is prepared, by name. */
  readonly parsedStatements: Record<string, string>;
}

/**
 * Statements sent as one message group with a single Sync (manual 55.2.4): one wait for all, and the first error skips
 * the rest. A query object for `client.query`, as pg's cursor is one.
 */
class Burst implements pg.Submittable {
  // pg asks for a callback only to know that errors are handled here.
  readonly callback = (): void => {};
  readonly #statements: readonly BurstStatement[];
  readonly #done: (answer: BurstAnswer) => void;
  readonly #onAnswer: ((done: number) => void) | undefined;
  readonly #answers: StatementAnswer[] = [];
  #rows: (readonly (string | null)[])[] = [];
  #connection: PreparingConnection | null = null;

  constructor(
    statements: readonly BurstStatement[],
    done: (answer: BurstAnswer) => void,
    onAnswer: ((done: number) => void) | undefined,
  ) {
    this.#statements = statements;
    this.#done = done;
    this.#onAnswer = onAnswer;
  }

  submit = (connection: pg.Connection): void => {
    const preparing = connection as PreparingConnection;
    this.#connection = preparing;
    const known = preparing.parsedStatements;
    const sent = new Map<string, string>();
    let room = MAX_PREPARED - Object.keys(known).length;
    // Small groups leave as one packet; large ones are sent while the next is being made.
    const small = this.#statements.length <= 16;
    if (small) connection.stream.cork();
    for (const { sql, name = '', params } of this.#statements) {
      const kept = name !== '' && ((sent.get(name) ?? known[name]) === sql || room-- > 0) ? name : '';
      if (kept === '' || (sent.get(kept) ?? known[kept]) !== sql) {
        // An earlier burst may have prepared it and then failed before this side knew.
        if (kept !== '') connection.close({ type: 'S', name: kept }, true);
        connection.parse({ name: kept, text: sql, types: [] }, true);
        if (kept !== '') sent.set(kept, sql);
      }
      const values = params?.() ?? [];
      connection.bind({ portal: '', statement: kept, values: [...values] }, true);
      connection.execute({ portal: '' }, true);
    }
    connection.sync();
    if (small) connection.stream.uncork();
  };

  handleRowDescription(): void {}
  handlePortalSuspended(): void {}
  handleCopyInResponse(connection: { sendCopyFail(message: string): void }): void {
    connection.sendCopyFail('nothing is copied here');
  }
  handleCopyData(): void {}

  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
    this.#rows.push(message.fields);
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  handleCommandComplete(message: { readonly text: string }): void {
    const statement = this.#statements[this.#answers.length];
    if (statement?.name && this.#connection)
      this.#connection.parsedStatements[statement.name] = statement.sql;
    const count = Number(/ (\d+)$/.exec(message.text)?.[1] ?? 0);
    this.#answers.push({ tag: message.text, count, rows: this.#rows });
    this.#rows = [];
    this.#onAnswer?.(this.#answers.length);
  }

  handleError(error: Error): void {
    this.#done({ answers: this.#answers, error });
  }

  handleReadyForQuery(): void {
    this.#done({ answers: this.#answers, error: null });
  }
}

/** Sends statements as one burst; never rejects. `onAnswer` hears how many have completed. */
export const sendBurst = (
  client: pg.ClientBase,
  statements: readonly BurstStatement[],
  onAnswer?: (done: number) => void,
): Promise<BurstAnswer> =>
  new Promise((done) => {
    client.query(new Burst(statements, done, onAnswer));
  });
