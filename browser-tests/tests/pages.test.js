// Every page of pages.json, with JavaScript on, blocked and off: accessible, complete, quiet. On PostgreSQL with it blocked only: there it
// matters what the page says, not how the browser takes it.

import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { checkPage, confirmStored, keyboardProblems, launch, logIn, visitor, withoutReadings, wordsWithoutReadings } from '../src/browser.js';
import { openPage, readPages } from '../src/pages.js';
import { onPostgres, startDemo } from '../src/program.js';

const { logins, pages } = readPages();
const ways = onPostgres ? ['blocked'] : ['on', 'blocked', 'off'];

describe('every page', { concurrency: availableParallelism(), skip: pages.length === 0 && 'pages.json lists no page' }, () => {
  let demo;
  let browser;
  const states = new Map();

  before(async () => {
    demo = await startDemo();
    browser = await launch();
    for (const name of new Set(pages.map((page) => page.as).filter(Boolean))) {
      // Logging in, too, works without JavaScript.
      const who = await visitor(browser, { javascript: 'off' });
      await logIn(await who.page(), demo.url, logins[name]);
      states.set(name, await who.context.storageState());
      await who.close();
    }
  });

  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  // The lines of one log-in share its session, which a fresh proof of identity renames: they run one after another.
  for (const login of new Set(pages.map((page) => page.as))) {
    describe(login ? `as ${login}` : 'as a visitor', { concurrency: 1 }, () => {
      for (const entry of pages.filter((page) => page.as === login)) {
        for (const javascript of ways) {
          test(`${entry.name} with JavaScript ${javascript}`, { timeout: 120_000 }, () => look(entry, javascript));
        }
      }
    });
  }

  async function look(entry, javascript) {
    const context = entry.as ? { storageState: states.get(entry.as) } : {};
    const who = await visitor(browser, { javascript, context });
    try {
      const status = entry.status ?? 200;
      if (status >= 400) who.expect(status);
      const page = await who.page();
      if (entry.confirm) await confirmStored(page, demo.url, states, entry.as, logins[entry.as]);
      const answer = await openPage(page, demo.url, entry);
      assert.equal(answer.status(), status);
      if (entry.contains) {
        const words = await wordsWithoutReadings(page.locator('main'));
        const wanted = withoutReadings(entry.contains);
        assert.ok(words.includes(wanted), `<main> does not show "${wanted}" but: ${words.slice(0, 500)}`);
      }
      await checkPage(page, who);
      if (javascript === 'on') assert.deepEqual(await keyboardProblems(page), []);
    } finally {
      await who.close();
    }
  }
});
