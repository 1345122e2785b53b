// At the desk a clerk draws an area with the pointer and with the keyboard; on the public map a reader finds an address while typing.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, logIn, picture, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();
const shown = (page) => page.locator('section[data-map][data-map-state=shown]').first().waitFor({ timeout: 60_000 });

describe('drawing and addresses', () => {
  let demo;
  let browser;

  before(async () => {
    demo = await startDemo();
    browser = await launch({ webgl: true });
  });

  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  for (const width of [360, 1280]) {
    test(`a clerk draws an area, ${width} wide`, { timeout: 240_000 }, async () => {
      const who = await visitor(browser, { width });
      const page = await who.page();
      await logIn(page, demo.url, logins.administrator);
      await page.goto(`${demo.url}/desk/map/landslide/features/new`);
      await page.locator('[data-map-open]').click();
      await shown(page);
      const box = page.locator('textarea[name=shape]');
      const frame = page.locator('[data-map-frame]');
      const corners = async () => (await box.inputValue()).split('\n').filter((line) => line !== '').length;
      const name = (text) => page.getByRole('button', { name: text });

      // By keyboard: the middle of the map is a corner, the map is moved, and so on.
      const middle = name('地図の真ん中（＋印）を次の角にする');
      const canvas = page.locator('.maplibregl-canvas');
      for (const key of ['', 'ArrowRight', 'ArrowDown']) {
        if (key) {
          await canvas.focus();
          await page.keyboard.press(key);
          await page.waitForTimeout(600);
        }
        await middle.focus();
        await page.keyboard.press('Enter');
      }
      assert.equal(await corners(), 3);
      await name('元に戻す').click();
      assert.equal(await corners(), 2);
      await name('やり直す').click();
      assert.equal(await corners(), 3);

      // With the pointer: three corners, the last one again to finish.
      await name('面を描く').click();
      await frame.scrollIntoViewIfNeeded();
      const { width: w, height: h } = await frame.boundingBox();
      const at = [[0.2, 0.4], [0.7, 0.4], [0.5, 0.75]].map(([x, y]) => ({ x: w * x, y: h * y }));
      for (const position of at) {
        await canvas.hover({ position });
        await canvas.click({ position });
        await page.waitForTimeout(400);
      }
      await canvas.click({ position: at[2] });
      await page.waitForTimeout(400);
      assert.equal(await corners(), 3);
      const before = await box.inputValue();
      // A corner is dragged, and that is taken back.
      const place = await canvas.boundingBox();
      await page.mouse.move(place.x + at[0].x, place.y + at[0].y);
      await page.mouse.down();
      for (const step of [4, 8, 12, 16, 20, 24]) await page.mouse.move(place.x + at[0].x + step, place.y + at[0].y + step);
      await page.mouse.up();
      await page.waitForTimeout(300);
      assert.notEqual(await box.inputValue(), before);
      await name('元に戻す').click();
      assert.equal(await box.inputValue(), before);
      await picture(page, `drawing-${width}`);
      await checkPage(page, who);

      await page.locator('input[name^="property:"]').first().fill(`描いた区域 ${width}`);
      await page.locator('main form button[data-type=solid-fill]').first().click();
      await page.waitForURL(/done=saved/);
      await who.close();
    });

    test(`a reader finds an address while typing, ${width} wide`, { timeout: 120_000 }, async () => {
      const who = await visitor(browser, { width });
      const page = await who.page();
      await page.goto(`${demo.url}/map`);
      const box = page.getByRole('combobox');
      await box.focus();
      await page.keyboard.type('澄川市中央1丁目2番');
      const list = page.getByRole('listbox');
      await list.waitFor();
      assert.equal(await box.getAttribute('aria-expanded'), 'true');
      await picture(page, `addresses-${width}`);
      await checkPage(page, who);
      await page.keyboard.press('ArrowDown');
      const marked = await box.getAttribute('aria-activedescendant');
      assert.match(await page.locator(`[id="${marked}"]`).innerText(), /中央一丁目2/);
      await page.keyboard.press('Escape');
      assert.equal(await list.isVisible(), false);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.waitForURL(/at=34\./);
      await page.locator('#map').scrollIntoViewIfNeeded();
      await shown(page);
      await who.close();
    });
  }
});
