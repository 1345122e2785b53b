// Waits until a page of this machine answers: node scripts/wait-for-page.mjs URL SECONDS PID [TEXT]
// Gives up when the process PID is gone. With TEXT, the page must contain it.

const [url, seconds, pid, text] = process.argv.slice(2);
const until = Date.now() + Number(seconds) * 1000;

function alive() {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}

let last = 'it did not answer';
while (Date.now() < until && alive()) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
    const body = await answer.text();
    if (answer.ok && (!text || body.includes(text))) process.exit(0);
    last = answer.ok ? `the page does not contain ${text}` : `it answered ${answer.status}`;
  } catch (cause) {
    last = cause.cause?.code ?? cause.message;
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
}
console.error(`${new URL(url).pathname}: ${alive() ? last : 'the program has ended'}`);
process.exit(1);
