// Adds up what the test runners reported: node scripts/count-tests.mjs FOLDER [rust|examples|browser|browser-postgres]…
//
// Reads FOLDER/rust.xml (nextest's JUnit report), FOLDER/examples.txt (what `cargo test --doc` printed) and
// FOLDER/browser.tap and FOLDER/browser-postgres.tap (node's test runner). Prints one line for each, and last the sum alone:
// `N passed, N failed, N skipped`. A report that is missing or holds no count is an error, not a zero.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// One element per test. A test that passed after a retry has no <failure>, only <flakyFailure>.
function ofNextest(text) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const cases = text.split(/<testcase\s/).slice(1);
  if (!text.includes('<testsuites')) throw new Error('it is no JUnit report');
  for (const one of cases) {
    if (/<(failure|error)[\s/>]/.test(one)) sum.failed += 1;
    else if (/<skipped[\s/>]/.test(one)) sum.skipped += 1;
    else sum.passed += 1;
  }
  return sum;
}

// One line per crate: test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; …
function ofExamples(text) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const lines = [...text.matchAll(/^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored;/gm)];
  if (lines.length === 0) throw new Error('it has no line "test result:"');
  for (const [, passed, failed, ignored] of lines) {
    sum.passed += Number(passed);
    sum.failed += Number(failed);
    sum.skipped += Number(ignored);
  }
  return sum;
}

// The closing lines: # pass 3, # fail 0, # cancelled 0, # skipped 0, # todo 0. A cancelled test did not pass.
function ofNode(text) {
  const last = (word) => {
    const found = [...text.matchAll(new RegExp(`^# ${word} (\\d+)$`, 'gm'))].at(-1);
    if (!found) throw new Error(`it has no line "# ${word}"`);
    return Number(found[1]);
  };
  return {
    passed: last('pass'),
    failed: last('fail') + last('cancelled'),
    skipped: last('skipped') + last('todo'),
  };
}

const runners = {
  rust: { file: 'rust.xml', name: 'Tests on SQLite and PostgreSQL (nextest)', read: ofNextest },
  examples: { file: 'examples.txt', name: 'Examples in the documentation (cargo test)', read: ofExamples },
  browser: { file: 'browser.tap', name: 'Tests in the browser (node)', read: ofNode },
  'browser-postgres': { file: 'browser-postgres.tap', name: 'Tests in the browser on PostgreSQL (node)', read: ofNode },
};

const [folder, ...words] = process.argv.slice(2);
const parts = words.length > 0 ? words : Object.keys(runners);
const total = { passed: 0, failed: 0, skipped: 0 };
const line = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;
for (const part of parts) {
  const { file, name, read } = runners[part];
  let sum;
  try {
    sum = read(readFileSync(join(folder, file), 'utf8'));
  } catch (cause) {
    console.error(`${name}: the report ${file} cannot be counted (${cause.message}). Run the tests again.`);
    process.exit(1);
  }
  console.log(`${name}: ${line(sum)}`);
  for (const kind of Object.keys(total)) total[kind] += sum[kind];
}
console.log(line(total));
