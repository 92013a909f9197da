import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allSuites, quickSuites } from './suites.mjs';
import { closingLines, noCounts, readCounts } from './test-counts.mjs';

const root = join(import.meta.dirname, '..');
const SUITE_LIMIT_MS = 12 * 60_000;

/** Runs one suite; its output is kept back and shown when it fails. */
const runSuite = async (suite, folder) => {
  if (suite.skip) return { name: suite.name, ...noCounts(), skipped: 1, seconds: 0, reason: suite.skip };
  const report = join(folder, `${suite.name.replaceAll(' ', '-')}.json`);
  const started = performance.now();
  let output = '';
  let code = 0;
  for (const step of suite.before ?? []) {
    const ran = await run(process.execPath, [step], {});
    output += ran.output;
    code ||= ran.code;
  }
  if (code === 0) {
    const args = suite.counts === 'vitest' ? [...suite.args, `--outputFile.json=${report}`] : suite.args;
    const reporting = suite.counts === 'playwright' ? { WRIT_REPORT: report } : {};
    const ran = await run(suite.command, args, { ...suite.env, ...reporting });
    output += ran.output;
    code = ran.code;
  }
  const seconds = (performance.now() - started) / 1000;
  const counts = countTests(suite.counts, report, code);
  return { name: suite.name, ...counts, seconds, output: counts.failed > 0 ? output : '' };
};

const run = (command, args, env) =>
  new Promise((done) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env, NO_COLOR: '1', FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    // In a group of its own, it would outlive this process when that is interrupted.
    const interrupt = () => {
      endGroup(child);
      process.exit(1);
    };
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
    let output = '';
    const add = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', add);
    child.stderr.setEncoding('utf8').on('data', add);
    const limit = setTimeout(() => {
      output += `\nStopped after ${SUITE_LIMIT_MS / 60_000} minutes.\n`;
      endGroup(child);
    }, SUITE_LIMIT_MS);
    const finish = (code) => {
      clearTimeout(limit);
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      done({ code, output });
    };
    child.once('error', (error) => {
      output += `${command}: ${error.message}\n`;
      finish(1);
    });
    child.once('close', (code) => finish(code ?? 1));
  });

/** A suite has workers, browsers and servers below it. */
const endGroup = (child) => {
  if (process.platform === 'win32') child.kill('SIGKILL');
  else process.kill(-child.pid, 'SIGKILL');
};

/** Totals of a suite; a program that failed without a failed test (a crash, no tests at all) is one failure. */
const countTests = (kind, report, code) => {
  const counts = kind === 'one' ? { ...noCounts(), passed: code === 0 ? 1 : 0 } : readReport(kind, report);
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
};

const readReport = (kind, report) => {
  try {
    return readCounts(kind, JSON.parse(readFileSync(report, 'utf8')));
  } catch {
    return noCounts();
  }
};

const verdict = (result) => {
  if (result.failed > 0) return 'FAILED';
  if (result.reason) return 'skipped';
  return result.flaky.length > 0 ? 'flaky' : 'passed';
};

const row = (result) =>
  [
    `  ${result.name.padEnd(12)} ${verdict(result).padEnd(8)}`,
    `${String(result.passed).padStart(6)} passed ${String(result.failed).padStart(4)} failed`,
    `${String(result.skipped).padStart(4)} skipped ${result.seconds.toFixed(1).padStart(7)} s`,
    result.reason ? ` (${result.reason})` : '',
  ].join(' ');

const main = async () => {
  const names = process.argv.slice(2);
  const quick = names.includes('--quick');
  const wanted = names.filter((name) => !name.startsWith('--'));
  const suites = quick ? quickSuites(root) : await allSuites(root);
  const folder = mkdtempSync(join(tmpdir(), 'writ-suites-'));
  const results = [];
  for (const suite of suites) {
    if (wanted.length > 0 && !wanted.includes(suite.name)) continue;
    const result = await runSuite(suite, folder);
    results.push(result);
    if (result.output) console.log(`\n--- ${result.name} ---\n${result.output.trimEnd()}\n`);
    console.log(row(result));
  }
  rmSync(folder, { recursive: true, force: true });
  summarize(results);
};

const summarize = (results) => {
  console.log('\nWhat ran:');
  for (const result of results) console.log(row(result));
  for (const line of closingLines(results)) console.log(line);
  process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0;
};

await main();
