// Runs all tests of tests/, one file after another: `npm test`. Inside `scripts/with-postgres` the demo cities live in PostgreSQL, and
// only what writes to the database or shows what is in it is run: `npm run test:postgres`.

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What these files test is in the browser, in the log-in or in the test itself: which database stands behind it makes no difference. */
const ofTheBrowserAlone = ['addresses', 'administration', 'booking-keyboard', 'drawing', 'harness', 'identity', 'identity-provider', 'map', 'offline', 'public-map'];

const onPostgres = process.argv.includes('--postgres');
if (onPostgres && !process.env.YAKUBA_TEST_POSTGRES_URL) throw new Error('Run this inside scripts/with-postgres: `make test ARGS=browser-postgres`.');

const folder = fileURLToPath(new URL('../tests', import.meta.url));
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.test.js') && !(onPostgres && ofTheBrowserAlone.includes(file.slice(0, -'.test.js'.length))))
  .sort();
// The tests of a file share a server; one file at a time has the machine.
const options = ['--test', '--test-concurrency=1', '--test-timeout=3600000', '--test-reporter=spec', '--test-reporter-destination=stdout'];
if (process.env.TAP_REPORT) options.push('--test-reporter=tap', `--test-reporter-destination=${process.env.TAP_REPORT}`);
const child = spawn(process.execPath, [...options, ...files.map((file) => `tests/${file}`)], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
