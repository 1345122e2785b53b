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

  // A log-in has one session, which a fresh proof of identity renames: its ways follow one another. Visitors' ways need not wait.
  describe('as a visitor', { concurrency: true }, () => {
    for (const javascript of ways) describe(`with JavaScript ${javascript}`, { concurrency: 1 }, () => lookAtAll(undefined, javascript));
  });
  for (const login of new Set(pages.map((page) => page.as).filter(Boolean))) {
    describe(`as ${login}`, { concurrency: 1 }, () => {
      for (const javascript of ways) describe(`with JavaScript ${javascript}`, { concurrency: 1 }, () => lookAtAll(login, javascript));
    });
  }

  /** Opens the pages of a log-in one after another in one window: a window for each takes a third of the time. */
  function lookAtAll(login, javascript) {
    let who;
    let page;

    async function open() {
      // The service worker has a test of its own; here it would answer instead of the program.
      who = await visitor(browser, { javascript, context: { serviceWorkers: 'block', storageState: states.get(login) } });
      page = await who.page();
    }

    after(() => who?.close());

    for (const entry of pages.filter((one) => one.as === login)) {
      test(`${entry.name} with JavaScript ${javascript}`, { timeout: 120_000 }, async () => {
        try {
          if (!who) await open();
          await look(entry, page, who);
        } catch (cause) {
          // What went wrong here must not be found again on the next page.
          await who?.close();
          who = undefined;
          throw cause;
        }
      });
    }
  }

  async function look(entry, page, who) {
    const status = entry.status ?? 200;
    who.expectOnly(status);
    // A page before it may have chosen a language.
    await who.context.clearCookies();
    await who.context.addCookies(states.get(entry.as)?.cookies ?? []);
    if (entry.confirm) await confirmStored(page, demo.url, states, entry.as, logins[entry.as]);
    const answer = await openPage(page, demo.url, entry);
    assert.equal(answer.status(), status);
    if (entry.contains) {
      const words = await wordsWithoutReadings(page.locator('main'));
      const wanted = withoutReadings(entry.contains);
      assert.ok(words.includes(wanted), `<main> does not show "${wanted}" but: ${words.slice(0, 500)}`);
    }
    await checkPage(page, who);
    if (who.javascript === 'on') assert.deepEqual(await keyboardProblems(page), []);
  }
});
