// Without a network: pages that were opened before are shown from this device, and what is written on them is sent later, once.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { checkPage, launch, logIn, visitor } from '../src/browser.js';
import { wayTo } from '../src/network.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();

/** Where workers may be. */
const below = ['/disaster', '/reports/emergency', '/shelters'];

describe('without a network', () => {
  let demo;
  let browser;
  let staff;
  let way;
  let who;
  let page;

  before(async () => {
    demo = await startDemo();
    browser = await launch();
    staff = await visitor(browser, { javascript: 'off' });
    const desk = await staff.page();
    await logIn(desk, demo.url, logins.crisis);
    await desk.goto(`${demo.url}/desk/disaster`);
    await desk.getByLabel('災害の種類').selectOption('flood');
    await desk.getByLabel('名前（日本語）').fill('台風第22号');
    await desk.getByRole('button', { name: '災害対応を始める' }).click();
  });

  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  beforeEach(async () => {
    way = await wayTo(demo.url);
    who = await visitor(browser, { width: 360 });
    page = await who.page();
  });

  afterEach(async () => {
    await who?.close();
    await way?.end();
  });

  /** The paths below which a worker runs. */
  const workers = () =>
    page.evaluate(async () => {
      const all = await navigator.serviceWorker.getRegistrations();
      return all
        .filter((one) => one.active?.state === 'activated')
        .map((one) => new URL(one.scope).pathname)
        .sort();
    });

  /** What is kept: addresses with their texts. */
  const copies = () =>
    page.evaluate(async () => {
      const found = {};
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
          found[new URL(request.url).pathname] = await (await cache.match(request)).text();
        }
      }
      return found;
    });

  const until = async (look, sentence) => {
    for (let tries = 0; tries < 100; tries++) {
      if (await look()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail(sentence);
  };

  /** Waits until workers run below these paths, and nowhere else. */
  const running = async (...paths) => {
    let found = [];
    await until(async () => {
      found = await workers();
      return JSON.stringify(found) === JSON.stringify(paths);
    }, `workers: ${found}`);
  };

  /** Opens a page and waits until it and what belongs to it are kept. */
  const openAndKeep = async (path, ...kept) => {
    await page.goto(way.url + path);
    await until(async () => {
      const found = await copies();
      return [path, ...kept].every((one) => found[one]) && Object.keys(found).some((one) => one.startsWith('/assets/app.'));
    }, `${path} was not kept`);
  };

  /** Nothing failed but requests that had no network. */
  const onlyNetworkFailed = () => {
    const faults = who.faults.splice(0);
    assert.ok(faults.every((fault) => /ERR_(INTERNET_DISCONNECTED|EMPTY_RESPONSE|CONNECTION|FAILED|SOCKET)/.test(fault)), faults.join('\n'));
  };

  test('shelters and closed roads are shown as they were, with the time', async () => {
    await openAndKeep('/shelters', '/disaster');
    await openAndKeep('/shelters/E0006');
    await openAndKeep('/disaster/roads');
    assert.equal(await page.getByText('前に開いたときの内容').isVisible(), false);
    await running('/disaster', '/shelters');
    await checkPage(page, who);
    way.cut();
    for (const path of ['/shelters', '/shelters?open=1', '/shelters/E0006', '/disaster', '/disaster/roads']) {
      await page.goto(way.url + path);
      await page.getByText('前に開いたときの内容を表示しています').waitFor();
      assert.match(await page.locator('[data-copied-at], time[datetime]').first().innerText(), /\d{4}\/\d{2}\/\d{2} \d{1,2}:\d{2}/);
      // With its styles, and nothing that a screen reader stumbles over.
      assert.notEqual(await page.locator('.site-header').evaluate((header) => getComputedStyle(header).display), 'inline');
      onlyNetworkFailed();
      await checkPage(page, who);
    }
    way.mend();
    await page.getByRole('link', { name: 'もう一度読み込む' }).click();
    await page.waitForLoadState();
    assert.equal(await page.getByText('前に開いたときの内容').isVisible(), false);
    // A page that was never opened has no copy.
    way.cut();
    await assert.rejects(page.goto(`${way.url}/shelters/E0001`));
    who.faults.splice(0);
  });

  test('a form that was opened before takes reports without a network, each of which is sent exactly once', async () => {
    await openAndKeep('/reports/emergency');
    await running('/reports/emergency');
    way.cut();
    await page.context().setOffline(true);
    const write = async (text) => {
      await page.goto(`${way.url}/reports/emergency`);
      await page.getByText('前に開いたときの内容を表示しています').waitFor();
      await page.getByRole('radio', { name: '助けが必要な人' }).check();
      await page.locator('[name="place.description"]').fill('港一丁目の市場の前');
      await page.locator('[name=text]').fill(text);
      await page.getByRole('button', { name: '知らせる', exact: true }).click();
      await page.locator('[data-queue-list]').getByText(text).waitFor();
    };
    // Twice from the same copy, which brings the same name for both.
    await write('一つめの知らせです');
    await write('二つめの知らせです');
    onlyNetworkFailed();
    await checkPage(page, who);
    await page.close();
    // The network is back, and another page of the city is opened.
    way.mend();
    await who.context.setOffline(false);
    page = await who.page();
    await page.goto(`${way.url}/reports`);
    const posts = () => way.passed.filter((one) => one === 'POST /reports/emergency').length;
    await until(() => posts() >= 2, 'nothing was sent');
    await page.goto(`${way.url}/reports/emergency`);
    assert.equal(await page.locator('[data-queue-list]').isVisible(), false);
    const desk = await staff.page();
    await desk.goto(`${demo.url}/desk/reports/triage`);
    for (const text of ['一つめの知らせです', '二つめの知らせです']) {
      assert.equal(await desk.getByText(text).count(), 1, text);
    }
    assert.equal(posts(), 2);
    await desk.close();
    who.faults.splice(0);
  });

  test('the browser wakes the worker when the network is back, with no page open', async () => {
    await openAndKeep('/reports/emergency');
    const session = await who.context.newCDPSession(page);
    const versions = [];
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => versions.push(...registrations));
    await session.send('ServiceWorker.enable');
    way.cut();
    await page.goto(`${way.url}/reports/emergency`);
    await page.getByRole('radio', { name: '助けが必要な人' }).check();
    await page.locator('[name="place.description"]').fill('栄町');
    await page.locator('[name=text]').fill('三つめの知らせです');
    await page.getByRole('button', { name: '知らせる', exact: true }).click();
    await page.locator('[data-queue-list]').getByText('三つめの知らせです').waitFor();
    way.mend();
    const { registrationId } = versions.find((one) => one.scopeURL.startsWith(way.url));
    await session.send('ServiceWorker.dispatchSyncEvent', {
      origin: way.url,
      registrationId,
      tag: 'yakuba-report-queue',
      lastChance: false,
    });
    await page.getByText('送りました。受付番号').waitFor();
    await page.locator('[data-queue-list]').waitFor({ state: 'hidden' });
    assert.equal(way.passed.filter((one) => one === 'POST /reports/emergency').length, 1);
    who.faults.splice(0);
  });

  test('nothing of somebody who is signed in is kept, and no other page has a worker', async () => {
    await openAndKeep('/disaster', '/shelters');
    await openAndKeep('/reports/emergency');
    await logIn(page, way.url, logins.crisis);
    const name = (await page.locator('.user-menu__name').first().innerText()).trim();
    assert.notEqual(name, '');
    for (const path of ['/shelters', '/shelters/E0001', '/disaster', '/reports/emergency', '/desk/disaster', '/desk/disaster/shelters', '/desk/reports/triage', '/account', '/']) {
      await page.goto(way.url + path);
      await page.waitForLoadState('networkidle');
      const isBelow = below.some((one) => path.startsWith(one));
      assert.equal(await page.evaluate(() => navigator.serviceWorker.controller !== null), isBelow, path);
    }
    await running(...below);
    const kept = await copies();
    for (const [address, text] of Object.entries(kept)) {
      assert.ok(!text.includes(name) && !text.includes('sign-out'), `${address} was kept of somebody signed in`);
      assert.ok(address.startsWith('/assets/') || below.some((one) => address.startsWith(one)), address);
    }
    // Opened for the first time by somebody signed in.
    assert.equal(kept['/shelters/E0001'], undefined);
    // What was asked for is not kept either.
    await page.goto(`${way.url}/shelters?near=34.4,135.0`);
    assert.ok(!Object.values(await copies()).some((text) => text.includes('34.4,135.0')));
    who.faults.splice(0);
  });

  test('a worker that the server no longer has ends itself with everything it kept', async () => {
    await openAndKeep('/shelters', '/disaster');
    way.forget('/offline.js');
    const session = await who.context.newCDPSession(page);
    await session.send('ServiceWorker.enable');
    // It looks at most once an hour; one that was just woken looks at once.
    await session.send('ServiceWorker.stopAllWorkers');
    // A page that asks for no worker, as those of an older program.
    await page.goto(`${way.url}/disaster/map`);
    await until(async () => !(await copies())['/disaster'], 'the copies are still there');
    // It goes with the last page that it serves.
    await page.goto(`${way.url}/reports`);
    await running('/shelters');
    assert.notEqual((await copies())['/shelters'], undefined, 'each looks after its own');
    who.faults.splice(0);
  });
});
