import { MessageChannel } from 'node:worker_threads';
import type pg from 'pg';
import { breathing } from '../../electron/sheets/breathe.ts';
import { RowStore } from '../../electron/sheets/row-store.ts';
import { buildView, pageOf, type SheetView } from '../../electron/sheets/view.ts';
import type { RowChunk, Warehouse } from '../../electron/warehouse/adapter.ts';
import { openPostgres } from '../../electron/warehouse/postgres/postgres.ts';
import { createFrameEncoding } from '../../shared/contract/encoding.ts';
import { packedValue, type RowPage } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import { PLAIN_QUERY } from '../../shared/model/view.ts';
import { startPostgres } from '../support/postgres.ts';
import { type BenchResult, interleave, timed, verdict } from './harness.ts';
import { copyOut, ROWS, tableSql } from './rows-source.ts';

const ROUNDS = 9;
/** As much as one call may ask for. */
const PAGE = 10_000;
const SMALL_PAGE = 1_000;

type Row = readonly (string | null)[];
type RowObject = Readonly<Record<string, string | null>>;

interface Bench {
  readonly definition: SheetDefinition;
  readonly rows: readonly Row[];
  readonly view: SheetView;
  /** Characters of all values: what every contender must have handed over. */
  readonly characters: number;
}

/**
 * Rows from the database to the renderer: decoding against the bytes of a COPY, and the way over the process boundary as
 * packed columns against row objects. Every contender ends with each value read once.
 */
export const benchRows = async (): Promise<readonly BenchResult[]> => {
  const postgres = await startPostgres(['shared_buffers=512MB']);
  try {
    const admin = await postgres.client();
    await admin.query(tableSql);
    await admin.query('vacuum (analyze, freeze) bench.line');
    const { user, password } = postgres.superuser;
    const warehouse = await openPostgres({
      host: postgres.host,
      port: postgres.port,
      database: 'postgres',
      user,
      password,
      tls: 'disable',
      timeZone: 'UTC',
      version: '0.0.0',
    });
    try {
      const decode = await benchDecode(warehouse, admin);
      const bench = await load(warehouse);
      return [decode, await benchPort(bench), await benchBytes(bench)];
    } finally {
      await warehouse.close();
    }
  } finally {
    await postgres.stop();
  }
};

const SOURCE = { schema: 'bench', table: 'line' };

const readAll = async (
  warehouse: Warehouse,
  onChunk: (chunk: RowChunk) => void,
): Promise<SheetDefinition> => {
  const { definition, rights } = await warehouse.describe(SOURCE);
  await readWith(warehouse, { definition, rights }, onChunk);
  return definition;
};

const readWith = async (
  warehouse: Warehouse,
  description: Awaited<ReturnType<Warehouse['describe']>>,
  onChunk: (chunk: RowChunk) => void,
): Promise<void> => {
  const { signal } = new AbortController();
  await warehouse.read({ ...description, limit: 1_000_000, signal }, onChunk);
};

const load = async (warehouse: Warehouse): Promise<Bench> => {
  const rows: Row[] = [];
  const store = new RowStore([0]);
  const definition = await readAll(warehouse, (chunk) => {
    store.append(chunk);
    rows.push(...chunk.rows);
  });
  const view = await buildView({
    definition,
    store,
    pending: new Map(),
    query: PLAIN_QUERY,
    breathe: breathing(() => performance.now()),
  });
  const characters = rows.reduce(
    (sum, row) => sum + row.reduce((all, value) => all + (value?.length ?? 0), 0),
    0,
  );
  if (rows.length !== ROWS) throw new Error(`${rows.length} rows were read`);
  return { definition, rows, view, characters };
};

const benchDecode = async (warehouse: Warehouse, client: pg.Client): Promise<BenchResult> => {
  const description = await warehouse.describe(SOURCE);
  const select = 'select * from bench.line order by id';
  const expect = (rows: number) => {
    if (rows !== ROWS) throw new Error(`${rows} rows were decoded`);
  };
  const timings = await interleave(
    [
      { name: 'COPY bytes', run: () => timed(() => copyOut(client, select)) },
      {
        name: 'pg defaults',
        run: () => timed(async () => expect((await client.query(select)).rows.length)),
      },
      {
        name: 'decoded',
        run: () =>
          timed(async () => {
            let rows = 0;
            await readWith(warehouse, description, (chunk) => {
              rows += chunk.rows.length;
            });
            expect(rows);
          }),
      },
    ],
    ROUNDS,
  );
  return verdict('rows decode 100k x 9', 1.7, timings, {
    ours: 'decoded',
    floor: 'COPY bytes',
    peer: 'pg defaults',
  });
};

const charactersOfPage = (page: RowPage): number => {
  let sum = 0;
  for (const column of page.columns)
    for (let i = 0; i < page.count; i++) sum += packedValue(column, i)?.length ?? 0;
  return sum;
};

const charactersOfObjects = (rows: readonly RowObject[], names: readonly string[]): number => {
  let sum = 0;
  for (const row of rows) for (const name of names) sum += row[name]?.length ?? 0;
  return sum;
};

interface Way {
  /** Carries a value to the other side and answers what arrives. */
  carry(value: unknown): Promise<unknown>;
}

const contenders = ({ definition, rows, view, characters }: Bench, way: Way) => {
  const names = definition.columns.map(({ name }) => name);
  const objectsOf = (start: number): readonly RowObject[] =>
    rows.slice(start, start + PAGE).map((row) => {
      const object: Record<string, string | null> = {};
      for (let c = 0; c < names.length; c++) object[names[c] ?? ''] = row[c] ?? null;
      return object;
    });
  const run = async (carryPage: (start: number) => Promise<number>): Promise<number> => {
    let sum = 0;
    const ms = await timed(async () => {
      for (let start = 0; start < ROWS; start += PAGE) sum += await carryPage(start);
    });
    if (sum !== characters) throw new Error(`${sum} of ${characters} characters arrived`);
    return ms;
  };
  return [
    {
      name: 'row objects',
      run: () =>
        run(async (start) =>
          charactersOfObjects((await way.carry(objectsOf(start))) as readonly RowObject[], names),
        ),
    },
    {
      name: 'packed columns',
      run: () =>
        run(async (start) => {
          const page = pageOf(view, { definition, pending: new Map() }, start, PAGE);
          return charactersOfPage((await way.carry(page)) as RowPage);
        }),
    },
  ];
};

/** The desktop's way: structured clone through a message port. */
const benchPort = async (bench: Bench): Promise<BenchResult> => {
  const { port1, port2 } = new MessageChannel();
  const way: Way = {
    carry: (value) =>
      new Promise((arrived) => {
        port2.once('message', arrived);
        port1.postMessage(value);
      }),
  };
  try {
    const timings = await interleave(contenders(bench, way), ROUNDS);
    const names = { ours: 'packed columns', floor: 'row objects' };
    return verdict('rows to renderer by port', 0.5, timings, names, await smallPage(bench, way));
  } finally {
    port1.close();
  }
};

/** The web's way: one message of bytes. */
const benchBytes = async (bench: Bench): Promise<BenchResult> => {
  const encoding = createFrameEncoding();
  const way: Way = { carry: async (value) => encoding.decode(encoding.encode(value)) };
  const timings = await interleave(contenders(bench, way), ROUNDS);
  const names = { ours: 'packed columns', floor: 'row objects' };
  return verdict('rows to renderer by bytes', 0.5, timings, names, await smallPage(bench, way));
};

/** What one page of a scroll costs: made, carried, every value read. */
const smallPage = async ({ definition, view }: Bench, way: Way): Promise<string> => {
  const pages = 50;
  const ms = await timed(async () => {
    for (let i = 0; i < pages; i++) {
      const page = pageOf(view, { definition, pending: new Map() }, i * SMALL_PAGE, SMALL_PAGE);
      charactersOfPage((await way.carry(page)) as RowPage);
    }
  });
  return `a page of 1,000 rows ${(ms / pages).toFixed(2)} ms (target 3)`;
};
