// A projector is taken along with a room; with scripts kept away and without JavaScript.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, mailedCode, picture, visitor } from '../src/browser.js';
import { daysAfterToday } from '../src/days.js';
import { startDemo } from '../src/program.js';

describe('equipment', () => {
  let demo;
  let browser;

  before(async () => {
    demo = await startDemo();
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  for (const [javascript, room] of [['blocked', 'large'], ['off', 'hall']]) {
    test(`is booked with a room with JavaScript ${javascript}`, async () => {
      const who = await visitor(browser, { javascript, width: 360 });
      const page = await who.page();
      const look = async (name) => {
        await checkPage(page, who);
        if (javascript === 'off') await picture(page, `equipment-${name}-360`);
      };
      const address = `equipment-${javascript}@example.jp`;
      await page.goto(`${demo.url}/resident/sign-in`);
      await page.locator('input[name=email]').fill(address);
      await Promise.all([page.waitForURL(/sign-in\/code/), page.getByRole('button', { name: 'コードを送る' }).click()]);
      await page.locator('input[name=code]').fill(await mailedCode(browser, demo.url, address));
      await Promise.all([
        page.waitForURL((url) => url.pathname === '/resident'),
        page.locator('main form[action="/resident/sign-in/code"] button').click(),
      ]);
      // The first day from tomorrow on with something free.
      const free = page.locator('form[action="/booking/cart/hold"] button').first();
      for (const day of daysAfterToday(14)) {
        await page.goto(`${demo.url}/booking/chuo-kominkan/${room}?day=${day}`);
        if ((await free.count()) > 0) break;
      }
      await look('day');
      await free.click();
      await page.waitForURL(/done=held/);
      await page.locator('select[name^="purpose."]').selectOption({ index: 1 });
      await page.locator('select[name$=".projector"]').selectOption('1');
      await page.locator('input[name=name]').fill('見本 花子');
      await page.locator('input[name=phone]').fill('000-000-0001');
      await page.locator('input[name=lives][value=here]').check();
      await look('cart');
      await page.getByRole('button', { name: '内容を確認する' }).click();
      await page.getByText('プロジェクター ×1').first().waitFor();
      await look('check');
      await page.locator('form[action="/booking/cart/send"] button').click();
      await page.waitForURL(/cart\/done/);
      assert.ok((await page.locator('main').innerText()).includes('プロジェクター ×1'));
      await look('done');
      await who.close();
    });
  }
});
