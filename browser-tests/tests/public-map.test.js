// The public map: layers, steps in time, measuring and links, with the mouse and with the keyboard; and the list that says the same without it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, picture, visitor } from '../src/browser.js';
import { startDemo } from '../src/program.js';

const shown = (page) => page.locator('section[data-map][data-map-state=shown]').first().waitFor({ timeout: 60_000 });

describe('the public map', () => {
  let demo;
  let drawing;
  let plain;

  before(async () => {
    demo = await startDemo();
    drawing = await launch({ webgl: true });
    plain = await launch();
  });

  after(async () => {
    await drawing?.close();
    await plain?.close();
    await demo?.stop();
  });

  for (const width of [360, 1280]) {
    test(`layers, steps, pop-ups, measuring and links, ${width} wide`, { timeout: 240_000 }, async () => {
      const who = await visitor(drawing, { width });
      const page = await who.page();
      await page.goto(`${demo.url}/map`);
      await page.locator('#map').scrollIntoViewIfNeeded();
      await shown(page);
      await checkPage(page, who);
      await picture(page, `public-map-${width}`);

      // By keyboard a layer comes, its step changes, and the address says so.
      await page.locator('input[data-map-layer=flood_steps]').focus();
      await page.keyboard.press('Space');
      const steps = page.locator('[data-map-steps=flood_steps]');
      assert.equal(await steps.locator('output').innerText(), '30分後');
      await steps.locator('input').focus();
      await page.keyboard.press('ArrowRight');
      assert.equal(await steps.locator('output').innerText(), '1時間後');
      assert.equal(await steps.locator('input').getAttribute('aria-valuetext'), '1時間後');
      const kept = new URL(page.url()).searchParams;
      assert.deepEqual(kept.getAll('layer'), ['flood', 'flood_steps', 'shelters']);
      assert.deepEqual(kept.getAll('step'), ['flood_steps:60']);
      assert.match(kept.get('at'), /^34\.\d+,13\d\.\d+,\d+\.\d$/);

      // The link brings it back.
      await page.goto(page.url());
      await page.locator('#map').scrollIntoViewIfNeeded();
      await shown(page);
      assert.ok(await page.locator('input[data-map-layer=flood_steps]').isChecked());
      assert.equal(await steps.locator('output').innerText(), '1時間後');

      // Two points by keyboard: the first in the middle, the second after the map was moved.
      await page.getByRole('button', { name: '距離を測る' }).click();
      const middle = page.getByRole('button', { name: '地図の中央を点にする' });
      await middle.click();
      await page.locator('.maplibregl-canvas').focus();
      await page.keyboard.press('ArrowRight');
      await page.waitForTimeout(1500);
      await middle.click();
      const said = page.locator('.map-pick [role=status]').filter({ hasText: /^[\d.]+ k?m$/ });
      assert.equal(await said.count(), 1);
      await page.getByRole('button', { name: '測るのをやめる' }).click();

      // A sign of what was searched for is in the middle, and says what it is.
      await page.goto(`${demo.url}/map?q=${encodeURIComponent('第一小学校')}`);
      const hit = page.locator('main a', { hasText: '第一小学校' }).first();
      await page.goto(await hit.evaluate((one) => one.href));
      await page.locator('#map').scrollIntoViewIfNeeded();
      await shown(page);
      await checkPage(page, who);
      // Looking at the page in other widths made the map draw itself anew: on a busy machine its signs may not be back at once.
      const popup = page.locator('.map-popup', { hasText: '第一小学校' });
      const canvas = page.locator('.maplibregl-canvas');
      for (let press = 0; press < 30 && !(await popup.isVisible()); press += 1) {
        await canvas.scrollIntoViewIfNeeded();
        const area = await canvas.boundingBox();
        await page.mouse.click(area.x + area.width / 2, area.y + area.height / 2 + 4);
        await page.waitForTimeout(1000);
      }
      assert.ok(await popup.isVisible(), 'a press on the sign says what it is');
      await picture(page, `public-map-popup-${width}`);
      await who.close();
    });
  }

  test('without WebGL and without JavaScript the list says the same', { timeout: 120_000 }, async () => {
    for (const options of [{}, { javascript: 'off' }]) {
      const who = await visitor(plain, options);
      const page = await who.page();
      await page.goto(`${demo.url}/map`);
      assert.equal(await page.locator('#map input:visible').count(), 0);
      await page.locator('#map a', { hasText: '一覧' }).click();
      await page.locator('input[name=near]').fill('第一小学校');
      await Promise.all([page.waitForURL(/near=/), page.locator('main button[type=submit]').click()]);
      await page.locator('main .card a', { hasText: '第一小学校' }).first().click();
      const first = page.locator('main .cards .card').first();
      await first.waitFor();
      assert.match(await page.locator('main [role=status]').last().innerText(), /近い順/);
      await checkPage(page, who);
      await who.close();
    }
  });
});
