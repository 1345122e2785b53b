// At the desk a closed road is drawn, with the pointer, with the keyboard and without WebGL; a reader prints the map; an address is looked
// up by a button while somebody reports a problem.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, logIn, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();

describe('closed roads, print and addresses', () => {
  let demo;
  let drawing;
  let plain;

  before(async () => {
    demo = await startDemo();
    [drawing, plain] = await Promise.all([launch({ webgl: true }), launch()]);
  });

  after(async () => {
    await drawing?.close();
    await plain?.close();
    await demo?.stop();
  });

  /** Fills in what is not on the map, closes the road, and finds it among those that everybody sees. */
  const close = async (page, who, place) => {
    await page.getByLabel('道路と区間').fill(place);
    await page.getByLabel('理由').selectOption('flooded');
    await page.getByRole('button', { name: '通行止めにする' }).click();
    await page.getByRole('link', { name: place }).waitFor();
    await checkPage(page, who);
    const shown = await page.request.get(`${demo.url}/disaster/roads.geojson`);
    const { features } = await shown.json();
    const road = features.find((feature) => JSON.stringify(feature.properties).includes(place));
    assert.ok(road, 'everybody sees it');
    return road.geometry;
  };

  test('a closed road is drawn with the keyboard and with the pointer', { timeout: 240_000 }, async () => {
    const who = await visitor(drawing);
    const page = await who.page();
    await logIn(page, demo.url, logins.crisis);
    await page.goto(`${demo.url}/desk/disaster/roads`);
    await page.locator('[data-map-open]').click();
    await page.locator('section[data-map][data-map-state=shown]').first().waitFor({ timeout: 60_000 });
    const box = page.locator('textarea[name=course]');
    const corners = async () => (await box.inputValue()).split('\n').filter((line) => line !== '').length;
    const name = (text) => page.getByRole('button', { name: text });
    const canvas = page.locator('.maplibregl-canvas');

    const middle = name('地図の真ん中（＋印）を次の角にする');
    for (const key of ['', 'ArrowRight']) {
      if (key) {
        await canvas.focus();
        await page.keyboard.press(key);
        await page.waitForTimeout(600);
      }
      await middle.focus();
      await page.keyboard.press('Enter');
    }
    assert.equal(await corners(), 2);
    const byKeyboard = await close(page, who, '市道1号線（鍵盤）');
    assert.equal(byKeyboard.type, 'LineString');
    assert.equal(byKeyboard.coordinates.length, 2);

    await page.locator('[data-map-open]').click();
    await page.locator('section[data-map][data-map-state=shown]').first().waitFor({ timeout: 60_000 });
    await name('線を描く').click();
    const frame = page.locator('[data-map-frame]');
    await frame.scrollIntoViewIfNeeded();
    const { width: w, height: h } = await frame.boundingBox();
    const at = [[0.3, 0.4], [0.5, 0.5], [0.7, 0.4]].map(([x, y]) => ({ x: w * x, y: h * y }));
    for (const position of at) {
      await canvas.hover({ position });
      await canvas.click({ position });
      await page.waitForTimeout(400);
    }
    await canvas.click({ position: at[2] });
    await page.waitForTimeout(400);
    assert.equal(await corners(), 3);
    const byPointer = await close(page, who, '市道2号線（指）');
    assert.equal(byPointer.coordinates.length, 3);
    await who.close();
  });

  test('without WebGL its corners are written', { timeout: 120_000 }, async () => {
    const who = await visitor(plain, { width: 360 });
    const page = await who.page();
    await logIn(page, demo.url, logins.crisis);
    await page.goto(`${demo.url}/desk/disaster/roads`);
    await page.locator('textarea[name=course]').fill('34.376, 134.992\n34.372, 135.002\n34.371, 135.004');
    const written = await close(page, who, '市道3号線（文字）');
    assert.deepEqual(written.coordinates[0], [134.992, 34.376]);
    await who.close();
  });

  for (const javascript of ['on', 'off']) {
    test(`the map goes on paper, JavaScript ${javascript}`, { timeout: 120_000 }, async () => {
      const who = await visitor(plain, { javascript, width: 360 });
      const page = await who.page();
      await page.goto(`${demo.url}/map/print`);
      await page.locator('[name=title]').fill('避難の地図');
      await page.locator('[name=near]').fill('澄川市中央1丁目2番3号');
      await page.locator('[name=scale]').selectOption('25000');
      await page.locator('main form button[type=submit]').first().click();
      await page.waitForURL(/scale=25000/);
      assert.match(await page.locator('main').innerText(), /25,000/);
      assert.ok(await page.locator('img.map-print').evaluate((image) => image.naturalWidth > 0));
      await checkPage(page, who);
      const href = await page.locator('a[href*="print.pdf"]').getAttribute('href');
      const file = await page.request.get(new URL(href, demo.url).href);
      assert.equal(file.headers()['content-type'], 'application/pdf');
      assert.equal((await file.body()).subarray(0, 5).toString(), '%PDF-');
      await who.close();
    });

    test(`an address is looked up by a button while a problem is reported, JavaScript ${javascript}`, { timeout: 120_000 }, async () => {
      const who = await visitor(plain, { javascript, width: 360 });
      const page = await who.page();
      await page.goto(`${demo.url}/reports/new`);
      await page.getByRole('radio', { name: '道路の穴' }).check();
      await page.getByRole('button', { name: '次へ' }).click();
      await page.locator('[name="place.description"]').fill('澄川市中央1丁目2番3号');
      const coordinates = page.locator('[name="place.coordinates"]');
      const button = page.locator('.look-up button[type=submit]').first();
      await button.focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => /^34\./.test(document.querySelector('[name="place.coordinates"]')?.value ?? '')).catch(() => {});
      assert.match(await coordinates.inputValue(), /^34\.\d+, 13\d\.\d+$/);
      await checkPage(page, who);
      await page.getByRole('button', { name: '次へ' }).click();
      assert.match(page.url(), /\/reports\/new\/(similar|details|equipment)$/);
      await who.close();
    });

    test(`mails about what is near a named place, JavaScript ${javascript}`, { timeout: 120_000 }, async () => {
      const who = await visitor(plain, { javascript, width: 360 });
      const page = await who.page();
      await page.goto(`${demo.url}/reports/alerts`);
      await checkPage(page, who);
      await page.getByLabel('どこの通報').selectOption('around');
      await page.locator('[name=near]').fill('澄川市中央1丁目2番3号');
      await page.getByRole('button', { name: '次へ' }).click();
      assert.match(page.url(), /\/reports\/alerts\/confirm\?/);
      assert.match(await page.locator('main').innerText(), /34\.\d+, 13\d\.\d+/);
      await checkPage(page, who);
      await who.close();
    });
  }
});
