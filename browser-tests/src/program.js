// Starts the built program with a demo city of its own, and stops it again by its process id.

import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { cp, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Whether the demo cities live in PostgreSQL: inside `scripts/with-postgres`, each in a database of its own there.
 */
export const onPostgres = Boolean(process.env.YAKUBA_TEST_POSTGRES_URL);

/** The address of another database on the server of `scripts/with-postgres`. */
function database(name) {
  const url = new URL(process.env.YAKUBA_TEST_POSTGRES_URL);
  url.pathname = `/${name}`;
  return url.href;
}

/** Has the server of `scripts/with-postgres` carry out a statement; the lines it answers with. */
async function ask(statement) {
  const { stdout } = await promisify(execFile)('psql', [process.env.YAKUBA_TEST_POSTGRES_URL, '--no-psqlrc', '-qtAc', statement]);
  return stdout.trim();
}

/** Where cargo put the program, unless YAKUBA_BINARY names another. */
export function binary() {
  if (process.env.YAKUBA_BINARY) return process.env.YAKUBA_BINARY;
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const target = process.env.CARGO_TARGET_DIR ?? join(cache, 'yakuba', 'target');
  return join(target, 'debug', 'yakuba');
}

/** A TCP port of 127.0.0.1 that nothing listens on. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Ends a process that we started: politely first, by force after `patience` milliseconds. */
export async function stop(child, patience = 10_000) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), patience);
  await ended;
  clearTimeout(force);
}

/**
 * The demo city as this program makes it, made once and then copied: making it takes most of a minute. `place` is its folder; on PostgreSQL
 * `name` is its database. It is known by the size and the age of the program; those of older programs are removed.
 */
async function demoCity(program) {
  const { size, mtimeMs } = statSync(program);
  const beginning = onPostgres ? 'yakuba-demo-postgres-' : 'yakuba-demo-city-';
  const name = `${beginning}${size}-${Math.round(mtimeMs)}`;
  const place = join(tmpdir(), name);
  // The server of PostgreSQL is a new one each time, and its cities go with it.
  const stands = existsSync(place) && (!onPostgres || (await ask(`SELECT 1 FROM pg_database WHERE datname = '${name}'`)) === '1');
  if (stands) return { place, name };
  for (const other of await readdir(tmpdir())) {
    if (other.startsWith(beginning) && !other.includes('.making')) await rm(join(tmpdir(), other), { recursive: true, force: true });
  }
  const making = await mkdtemp(join(tmpdir(), `${name}.making`));
  const environment = {};
  if (onPostgres) {
    await ask(`CREATE DATABASE "${name}"`);
    environment.YAKUBA_DATABASE_URL = database(name);
  }
  const demo = await startDemo({ data: making, environment, patience: 900_000 });
  await demo.stop();
  try {
    await rename(making, place);
  } catch (cause) {
    // Another process was quicker.
    await rm(making, { recursive: true, force: true });
    if (!existsSync(place)) throw cause;
  }
  return { place, name };
}

/** A demo city of its own for one test, in `data`: what the program must be told in its environment, and how the city goes again. */
async function copyOfDemoCity(program, data) {
  const { place, name } = await demoCity(program);
  await cp(place, data, { recursive: true });
  if (!onPostgres) return { environment: {}, remove: async () => {} };
  const copy = `yakuba-${randomUUID()}`;
  await ask(`CREATE DATABASE "${copy}" TEMPLATE "${name}"`);
  return { environment: { YAKUBA_DATABASE_URL: database(copy) }, remove: () => ask(`DROP DATABASE "${copy}" WITH (FORCE)`) };
}

/**
 * Starts `yakuba demo` (or other words) on a free port with a data folder of its own, and waits
 * until it answers /readyz.
 *
 * With YAKUBA_URL set, the program running there is used and nothing is started.
 *
 * @param {object} [options]
 * @param {string[]} [options.words]  the words after `yakuba --data DIR`; `{port}` is replaced
 * @param {string} [options.data]     an existing data folder to use, and to leave where it is
 * @param {object} [options.environment]  more environment variables
 * @param {number} [options.patience] milliseconds until ready; the first start fills the demo city
 * @returns {Promise<{url: string, data: string, environment: object, pid: number, output: () => string, stop: () => Promise<void>}>}
 *   `environment` is what other commands on the same city need beside `--data`
 */
export async function startDemo(options = {}) {
  if (process.env.YAKUBA_URL) {
    return { url: process.env.YAKUBA_URL, data: '', environment: {}, pid: 0, output: () => '', stop: async () => {} };
  }
  const program = binary();
  if (!existsSync(program)) {
    throw new Error(`There is no program at ${program}: run \`make test\`, or name it in YAKUBA_BINARY.`);
  }
  const wanted = options.words ?? ['demo', '--port', '{port}'];
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'yakuba-browser-')));
  const copy = !options.data && wanted.includes('demo') ? await copyOfDemoCity(program, data) : undefined;
  const environment = { ...copy?.environment, ...options.environment };
  const port = await freePort();
  const words = wanted.map((word) => word.replace('{port}', port));
  const child = spawn(program, ['--data', data, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => (output = (output + text).slice(-200_000)));
  }
  let failure;
  child.once('error', (cause) => (failure = cause));
  const url = `http://localhost:${port}`;
  const finish = async () => {
    await stop(child);
    await copy?.remove();
    if (!options.data) await rm(data, { recursive: true, force: true });
  };
  const until = Date.now() + (options.patience ?? 400_000);
  for (;;) {
    if (failure || child.exitCode !== null || child.signalCode !== null) {
      await finish();
      throw new Error(`The program ended before it was ready (${failure ?? `exit code ${child.exitCode}`}):\n${output}`);
    }
    if (await isReady(url)) break;
    if (Date.now() > until) {
      await finish();
      throw new Error(`The program did not become ready in time:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url, data, environment, pid: child.pid, output: () => output, stop: finish };
}

async function isReady(url) {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
