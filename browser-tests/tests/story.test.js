// A clerk brings a sheet in, publishes the plan, and a resident opens a figure: with and without JavaScript.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, logIn, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();

const sheet = [
  ['NO', '区分', '施策分野', '具体的な取組', '取組方針', 'KPI', '実績値(KPI)', ''],
  ['', '', '', '', '', '', '令和5年度末', '令和6年度末'],
  ['1', '市民向け', '手続', 'オンライン申請の拡大', '申請をオンラインにします。', 'オンライン申請の割合', '12.5%', '約20%'],
  ['2', '市民向け', '手続', '窓口の予約', '窓口を予約できるようにします。', '予約の件数', '1,204件', '(未実施)'],
]
  .map((row) => row.join('\t'))
  .join('\n');

describe('from a sheet to an opened figure', () => {
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

  for (const javascript of ['on', 'off']) {
    test(`with JavaScript ${javascript}`, async () => {
      const key = `story-${javascript}`;
      const clerk = await visitor(browser, { javascript });
      const page = await clerk.page();
      await logIn(page, demo.url, logins.administrator);

      await page.goto(`${demo.url}/desk/plan/import`);
      await checkPage(page, clerk);
      await page.locator('input[type=file]').setInputFiles({
        name: '令和6年度.tsv',
        mimeType: 'text/tab-separated-values',
        buffer: Buffer.from(sheet, 'utf8'),
      });
      await page.locator('input[name=key]').fill(key);
      await page.locator('input[name=title]').fill('みどり町デジタル計画');
      await page.locator('input[name=publisher]').fill('みどり町');
      await page.locator('input[name=own][value=neighbour]').check();
      await page.locator('main form[enctype] button[type=submit]').click();
      await page.waitForURL(/\/desk\/plan\/import\/\d+/);
      await checkPage(page, clerk);
      const preview = page.url();
      for (const part of ['/cells', '/figures']) {
        await page.goto(preview + part);
        await checkPage(page, clerk);
      }
      await page.goto(preview);

      await page.locator('form:has(input[name=action][value=commit]) button[type=submit]').click();
      await page.waitForURL((address) => !/\/import\/\d+$/.test(address.pathname) || address.search !== '');

      await page.goto(`${demo.url}/desk/plan/${key}/publish`);
      await checkPage(page, clerk);
      await page.locator('input[name=reason]').fill('最初の公表');
      await page.locator('main form button[type=submit]').first().click();
      await page.waitForURL((address) => !address.pathname.endsWith('/publish'));
      await clerk.close();

      const resident = await visitor(browser, { javascript, width: 360 });
      const reading = await resident.page();
      await reading.goto(`${demo.url}/plan/${key}/initiatives/1`);
      await reading.getByRole('link', { name: '約20%' }).click();
      await reading.waitForURL(/\/indicators\/[^/]+\/2024$/);
      const words = await reading.locator('main').innerText();
      assert.ok(words.includes('約20%'), words);
      assert.ok(words.includes('元の記載'), words);
      await checkPage(reading, resident);
      await reading.goto(`${demo.url}/plan/${key}/initiatives/2`);
      assert.ok((await reading.locator('main').innerText()).includes('未実施'));
      await resident.close();
    });
  }
});
