// Reads the public pages of pages.json over and over, on this machine only, for a bounded time.
// Fails on an answer of 500 and above, on a broken connection, and on memory that keeps growing.

import { readFileSync } from 'node:fs';
import { readPages } from './pages.js';
import { startDemo } from './program.js';

const seconds = Math.min(Number(process.env.SECONDS_LONG ?? 60), 3600);
const readers = Math.min(Number(process.env.READERS ?? 4), 64);
const mostGrowth = 100; // MiB from the end of the warm-up to the end of the run

/** Resident memory of a process in MiB, or null where the system does not tell. */
function memory(pid) {
  try {
    const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? Number(found[1]) / 1024 : null;
  } catch {
    return null;
  }
}

const paths = readPages().pages.filter((page) => !page.as).map((page) => page.path);
if (paths.length === 0) paths.push('/');

// A reader counts as one visitor: the limit per address is not what is tested here.
const demo = await startDemo();
const idle = memory(demo.pid);
const delays = [];
const problems = new Map();
const begun = Date.now();
const end = begun + seconds * 1000;
let limited = 0;
let warm = null;

async function read(number) {
  for (let turn = number; Date.now() < end; turn++) {
    const path = paths[turn % paths.length];
    const start = performance.now();
    try {
      const answer = await fetch(demo.url + path, { redirect: 'manual', signal: AbortSignal.timeout(10_000) });
      await answer.arrayBuffer();
      if (answer.status === 429) {
        limited++;
        await new Promise((resolve) => setTimeout(resolve, 250));
        continue;
      }
      delays.push(performance.now() - start);
      if (answer.status >= 500) count(`${path}: answer ${answer.status}`);
    } catch (cause) {
      count(`${path}: ${cause.cause?.code ?? cause.message}`);
    }
    if (warm === null && Date.now() - begun > Math.min(10_000, seconds * 250)) warm = memory(demo.pid);
  }
}
const count = (problem) => problems.set(problem, (problems.get(problem) ?? 0) + 1);

await Promise.all(Array.from({ length: readers }, (_, number) => read(number)));
const last = memory(demo.pid);
await demo.stop();

delays.sort((a, b) => a - b);
const at = (share) => (delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? NaN).toFixed(1);
const mib = (value) => (value === null ? 'unknown' : `${value.toFixed(0)} MiB`);
console.log(`${delays.length} pages in ${seconds} s by ${readers} readers, ${limited} held back by the rate limit`);
console.log(`delay: median ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms`);
console.log(`memory: idle ${mib(idle)}, warm ${mib(warm)}, at the end ${mib(last)}`);
if (warm !== null && last !== null && last - warm > mostGrowth) count(`memory grew by ${mib(last - warm)} after the warm-up`);
for (const [problem, times] of problems) console.log(`PROBLEM ${problem} (${times}×)`);
process.exit(problems.size > 0 || delays.length === 0 ? 1 : 0);
