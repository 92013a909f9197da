import { Socket } from 'node:net';
import pg from 'pg';
import type { TestPostgres } from '../support/postgres.ts';

/** A socket that leaves this machine by another of its addresses, as another machine would. */
class OtherMachine extends Socket {
  override connect(port: unknown, host?: unknown): this {
    return super.connect({ port: Number(port), host: String(host), localAddress: '127.0.0.2' });
  }
}

/** A session of a login (whose password is its name) that the server sees on another machine; the caller ends it. */
export const fromElsewhere = async (
  server: TestPostgres,
  database: string,
  user: string,
  application: string,
): Promise<pg.Client> => {
  const client = new pg.Client({
    host: server.host,
    port: server.port,
    database,
    user,
    password: user,
    application_name: application,
    stream: () => new OtherMachine(),
  });
  client.on('error', () => {});
  await client.connect();
  return client;
};
