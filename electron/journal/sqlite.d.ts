/** The part of better-sqlite3-multiple-ciphers in use; the package's own types are not reachable through its `exports`. */
declare module 'better-sqlite3-multiple-ciphers' {
  interface RunResult {
    readonly changes: number;
    readonly lastInsertRowid: number | bigint;
  }

  interface Statement<Parameters extends unknown[], Row> {
    run(...parameters: Parameters): RunResult;
    get(...parameters: Parameters): Row | undefined;
    all(...parameters: Parameters): Row[];
    iterate(...parameters: Parameters): IterableIterator<Row>;
  }

  class SqliteError extends Error {
    readonly code: string;
  }

  class Database {
    static readonly SqliteError: typeof SqliteError;
    constructor(file: string, options?: { readonly?: boolean; fileMustExist?: boolean; timeout?: number });
    prepare<Parameters extends unknown[] = unknown[], Row = unknown>(sql: string): Statement<Parameters, Row>;
    exec(sql: string): this;
    key(key: Buffer): number;
    pragma(sql: string, options?: { simple?: boolean }): unknown;
    transaction<T>(work: () => T): () => T;
    unsafeMode(on: boolean): this;
    close(): this;
  }

  export default Database;
}
