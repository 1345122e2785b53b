// A course of several sessions is joined, seen as one line, and given up as one; with scripts kept away and without JavaScript.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, mailedCode, picture, visitor } from '../src/browser.js';
import { startDemo } from '../src/program.js';

describe('a course', () => {
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

  for (const javascript of ['blocked', 'off']) {
    test(`is booked as one with JavaScript ${javascript}`, async () => {
      const who = await visitor(browser, { javascript, width: 360 });
      const page = await who.page();
      const look = async (name) => {
        await checkPage(page, who);
        if (javascript === 'off') await picture(page, `course-${name}-360`);
      };
      const address = `course-${javascript}@example.jp`;
      await page.goto(`${demo.url}/resident/sign-in`);
      await page.locator('input[name=email]').fill(address);
      await Promise.all([page.waitForURL(/sign-in\/code/), page.getByRole('button', { name: 'コードを送る' }).click()]);
      await page.locator('input[name=code]').fill(await mailedCode(browser, demo.url, address));
      await Promise.all([
        page.waitForURL((url) => url.pathname === '/resident'),
        page.locator('main form[action="/resident/sign-in/code"] button').click(),
      ]);
      // Without a day the page begins with the next course.
      await page.goto(`${demo.url}/booking/sumaho-kyoshitsu/first_steps`);
      await look('day');
      await page.locator('form[action="/booking/cart/hold"] button').first().click();
      await page.waitForURL(/done=held/);
      await page.getByText('第4回').first().waitFor();
      await page.locator('input[name^="people."]').fill('1');
      await page.locator('input[name=name]').fill('見本 花子');
      await page.locator('input[name=phone]').fill('000-000-0001');
      await page.locator('input[name=lives][value=here]').check();
      await look('cart');
      await page.getByRole('button', { name: '内容を確認する' }).click();
      await page.getByText('全4回').first().waitFor();
      await look('check');
      await page.locator('form[action="/booking/cart/send"] button').click();
      await page.waitForURL(/cart\/done/);
      await look('done');
      // One line among one's own; every session on its page.
      await page.goto(`${demo.url}/booking/mine`);
      assert.equal(await page.locator('main .card').count(), 1);
      await look('mine');
      await page.locator('main .card form[action="/booking/mine/show"] button').click();
      await page.getByText('各回の日程').waitFor();
      assert.equal(await page.getByText(/^第\d回/).count(), 4);
      assert.equal(await page.locator('form[action="/booking/mine/change"]').count(), 0);
      await look('reservation');
      await page.locator('form[action="/booking/mine/cancel"] button').click();
      await page.getByText('取り消しました').first().waitFor();
      assert.equal(await page.getByText(/^第\d回.*取消/).count(), 4);
      await look('given-up');
      await who.close();
    });
  }
});
