// A clerk enters a call, moves it, and closes the hall for a day; with scripts kept away and without JavaScript.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, logIn, picture, visitor } from '../src/browser.js';
import { dayAhead } from '../src/days.js';
import { startDemo } from '../src/program.js';

describe('the desk of booking', () => {
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

  for (const [javascript, day, moved] of [['blocked', dayAhead('thursday', 24), dayAhead('thursday', 16)], ['off', dayAhead('friday', 24), dayAhead('friday', 16)]]) {
    test(`a call is entered and moved, and the hall closed, with JavaScript ${javascript}`, async () => {
      const who = await visitor(browser, { javascript, width: 360 });
      const page = await who.page();
      const look = async (name) => {
        await checkPage(page, who);
        if (javascript === 'off') await picture(page, `desk-booking-${name}-360`);
      };
      await logIn(page, demo.url, { path: '/login', account: 'kuroiwa', password: 'sumikawa-de-tamesu' });
      await page.goto(`${demo.url}/desk/booking/sogo-taiikukan?day=${day}`);
      await look('plan');
      await page.goto(`${demo.url}/desk/booking/sogo-taiikukan?day=${dayAhead('wednesday', 3)}`);
      await page.locator('main a[href*="/enter?"]').last().click();
      await look('enter');
      await page.getByLabel('氏名').fill('見本 花子');
      await page.getByLabel('連絡のつく電話番号').fill('000-000-7777');
      const purpose = page.locator('select[name=purpose]');
      if (await purpose.count()) await purpose.selectOption({ index: 1 });
      await page.getByRole('button', { name: 'この内容で予約する' }).click();
      await page.waitForURL(/reservations\/\d+\?done=entered/);
      await look('entered');
      await page.getByRole('link', { name: '日時・場所を変える' }).click();
      await page.waitForURL(/\/move$/);
      for (const [part, value] of ['year', 'month', 'day'].map((part, index) => [part, moved.split('-')[index]])) {
        await page.locator(`input[name=day_${part}]`).fill(String(Number(value)));
      }
      await page.getByRole('button', { name: '表示する' }).click();
      await look('move');
      await page.locator('input[type=radio][name=time]').first().check();
      await page.getByRole('button', { name: 'この時間に変える' }).click();
      await page.waitForURL(/done=moved/);
      assert.ok((await page.locator('main').innerText()).includes('日時・場所を変えました'));
      const [year, month, date] = day.split('-');
      await page.goto(`${demo.url}/desk/booking/chuo-kaikan/closures?first=${day}&last=${day}&reason=%E5%B7%A5%E4%BA%8B`);
      assert.equal(await page.locator('input[name=first_day]').inputValue(), String(Number(date)), `${year}-${month}`);
      await look('closing');
      await page.getByRole('button', { name: '休館にして、予約を取り消す' }).click();
      await page.waitForURL(/\/closures\/\d+\?done=closing/);
      await look('closure');
      await who.close();
    });
  }

  test('a time that comes again is entered, looked over and given up from a day on', async () => {
    const who = await visitor(browser, { javascript: 'off', width: 360 });
    const page = await who.page();
    const look = async (name) => {
      await checkPage(page, who);
      await picture(page, `desk-booking-${name}-360`);
    };
    await logIn(page, demo.url, { path: '/login', account: 'kuroiwa', password: 'sumikawa-de-tamesu' });
    await page.goto(`${demo.url}/desk/booking/sogo-taiikukan?day=${dayAhead('tuesday', 9)}`);
    await page.locator('main a[href*="/enter?"]').last().click();
    await page.getByLabel('氏名').fill('見本 花子');
    await page.getByLabel('連絡のつく電話番号').fill('000-000-7778');
    const purpose = page.locator('select[name=purpose]');
    if (await purpose.count()) await purpose.selectOption({ index: 1 });
    await page.getByLabel('毎週').check();
    for (const [place, value] of dayAhead('tuesday', 37).split('-').entries()) {
      await page.locator(`input[name=last_${['year', 'month', 'day'][place]}]`).fill(String(Number(value)));
    }
    await page.getByRole('button', { name: 'この内容で予約する' }).click();
    await page.locator('input[type=radio][name=mode]').first().waitFor();
    await look('series-check');
    await page.locator('main form button[type=submit]').click();
    await page.waitForURL(/series\/\d+\?done=series-entered/);
    await look('series');
    await page.getByRole('link', { name: /^開く/ }).first().click();
    await page.waitForURL(/reservations\/\d+/);
    await look('reservation-of-series');
    await page.getByRole('link', { name: 'この日とこれより後をまとめて取り消す' }).click();
    await look('series-later');
    await page.getByRole('button', { name: 'これらの予約を取り消す' }).click();
    await page.waitForURL(/done=series-cancelled/);
    assert.ok((await page.locator('main').innerText()).includes('まとめて取り消しました'));
    await who.close();
  });

  test('the roster of a group that came on paper is entered', async () => {
    const who = await visitor(browser, { javascript: 'off', width: 360 });
    const page = await who.page();
    await logIn(page, demo.url, { path: '/login', account: 'kuroiwa', password: 'sumikawa-de-tamesu' });
    await page.goto(`${demo.url}/desk/booking/groups`);
    await page.locator('main a[href^="/desk/booking/groups/"]').first().click();
    await page.getByRole('link', { name: '紙の名簿を入力する' }).click();
    await page.waitForURL(/groups\/\d+\/roster/);
    await checkPage(page, who);
    await picture(page, 'desk-booking-group-roster-360');
    await page.getByLabel('確認は済んでいるので、登録する').check();
    await page.getByRole('button', { name: 'この内容で保存する' }).click();
    await page.waitForURL(/done=entered-registered/);
    await who.close();
  });
});
