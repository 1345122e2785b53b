// A resident enters a lottery, changes a wish and takes the entry back; with scripts kept away and without JavaScript.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, mailedCode, picture, visitor } from '../src/browser.js';
import { startDemo } from '../src/program.js';

describe('a lottery', () => {
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
    test(`is entered with JavaScript ${javascript}`, async () => {
      const who = await visitor(browser, { javascript, width: 360 });
      const page = await who.page();
      const look = async (name) => {
        await checkPage(page, who);
        if (javascript === 'off') await picture(page, `lottery-${name}-360`);
      };
      const address = `lottery-${javascript}@example.jp`;
      await page.goto(`${demo.url}/resident/sign-in`);
      await page.locator('input[name=email]').fill(address);
      await Promise.all([page.waitForURL(/sign-in\/code/), page.getByRole('button', { name: 'コードを送る' }).click()]);
      await page.locator('input[name=code]').fill(await mailedCode(browser, demo.url, address));
      await Promise.all([
        page.waitForURL((url) => url.pathname === '/resident'),
        page.locator('main form[action="/resident/sign-in/code"] button').click(),
      ]);
      await page.goto(`${demo.url}/booking/lottery`);
      await page.getByRole('link', { name: '抽選に申し込む' }).first().click();
      // Two wishes, from the first day that has times.
      for (const wish of ['第1希望', '第2希望']) {
        await page.getByRole('link', { name: `${wish}に加える` }).first().click();
        await page.locator('main ol').getByText(wish).first().waitFor();
      }
      await look('wishes');
      const purpose = page.locator('select[name=purpose]');
      if (await purpose.count()) await purpose.selectOption({ index: 1 });
      await page.locator('input[name=people]').fill('4');
      await page.locator('input[name=name]').fill('見本 花子');
      await page.locator('input[name=phone]').fill('000-000-0001');
      await page.locator('input[name=lives][value=here]').check();
      await page.getByRole('button', { name: '申し込む', exact: true }).click();
      await page.waitForURL(/lottery\/done/);
      assert.ok((await page.locator('main').innerText()).includes('受付番号を書きとめてください'));
      await look('done');
      await page.goto(`${demo.url}/booking/lottery/mine`);
      await look('mine');
      await page.getByRole('button', { name: '見る' }).first().click();
      await page.getByText('申込み済み').first().waitFor();
      await look('entry');
      await page.getByRole('button', { name: '申込みを取りやめる' }).click();
      await page.getByText('取りやめました').first().waitFor();
      await who.close();
    });
  }
});
