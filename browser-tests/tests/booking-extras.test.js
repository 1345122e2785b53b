// What residents do beside booking one time: register a group, wait for a full time, book it every week, follow a calendar.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, mailedCode, picture, visitor } from '../src/browser.js';
import { dayAhead, daysAfterToday } from '../src/days.js';
import { startDemo } from '../src/program.js';

describe("residents' extras of booking", () => {
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

  async function signIn(page, address) {
    await page.goto(`${demo.url}/resident/sign-in`);
    await page.locator('input[name=email]').fill(address);
    await Promise.all([page.waitForURL(/sign-in\/code/), page.getByRole('button', { name: 'コードを送る' }).click()]);
    await page.locator('input[name=code]').fill(await mailedCode(browser, demo.url, address));
    await Promise.all([
      page.waitForURL((url) => url.pathname === '/resident'),
      page.locator('main form[action="/resident/sign-in/code"] button').click(),
    ]);
  }

  for (const javascript of ['blocked', 'off']) {
    test(`a group is registered with JavaScript ${javascript}`, async () => {
      const who = await visitor(browser, { javascript, width: 360 });
      const page = await who.page();
      const look = async (name) => {
        await checkPage(page, who);
        if (javascript === 'off') await picture(page, `extras-${name}-360`);
      };
      await signIn(page, `group-${javascript}@example.jp`);
      await page.goto(`${demo.url}/booking/groups`);
      await look('groups');
      await page.getByRole('link', { name: '新しい団体を登録する' }).click();
      await look('group-new');
      await page.getByLabel('団体の名前').fill('すみかわ合唱団');
      await page.locator('select[name=kind]').selectOption('culture');
      await page.locator('select[name=place]').selectOption('chuo-kaikan');
      await page.locator('textarea[name=about]').fill('月に2回、歌の練習をしています。');
      await page.locator('input[name=contact]').fill('見本 花子');
      await page.locator('input[name=phone]').fill('000-000-0001');
      await page.locator('#member-1').fill('見本 花子');
      await page.getByRole('button', { name: 'この内容で申し込む' }).click();
      await page.getByText('1人目の').first().waitFor();
      // The form comes back with 422: that is what it should do.
      who.faults.splice(0);
      await look('group-wrong');
      await page.locator('select[name=lives]').first().selectOption('here');
      await page.locator('select[name=age]').first().selectOption('adult');
      await page.getByRole('button', { name: 'この内容で申し込む' }).click();
      await page.waitForURL(/done=applied/);
      await look('group');
      await page.getByRole('button', { name: '招待コードを作る' }).click();
      await page.getByText('この画面を離れると').waitFor();
      await look('group-code');
      await page.getByRole('link', { name: '申込みを直す' }).click();
      await page.waitForURL(/\/roster/);
      await look('group-roster');
      await who.close();
    });
  }

  for (const javascript of ['blocked', 'off']) {
    test(`a time is booked every week with JavaScript ${javascript}`, async () => {
      const who = await visitor(browser, { javascript, width: 360 });
      const page = await who.page();
      const look = async (name) => {
        await checkPage(page, who);
        if (javascript === 'off') await picture(page, `extras-${name}-360`);
      };
      await signIn(page, `series-${javascript}@example.jp`);
      await page.goto(`${demo.url}/booking/chuo-kaikan/${javascript === 'off' ? 'east' : 'west'}?day=${dayAhead('tuesday', 8)}`);
      await page.getByRole('link', { name: '毎週などでくり返して予約する' }).click();
      await look('series-new');
      await page.getByLabel('始まり').selectOption('18:00');
      await page.getByLabel('終わり').selectOption('21:30');
      await page.locator('select[name=purpose]').selectOption('lecture');
      await page.locator('input[name=name]').fill('見本 花子');
      await page.locator('input[name=phone]').fill('000-000-0001');
      await page.locator('input[name=lives][value=here]').check();
      await page.getByRole('button', { name: 'すべての日を確かめる' }).click();
      await page.getByText('まだ予約は終わっていません').waitFor();
      await look('series-check');
      await page.getByRole('button', { name: /日を予約する/ }).click();
      await page.waitForURL(/done=booked/);
      await look('series');
      await page.goto(`${demo.url}/booking/series`);
      await look('series-list');
      await who.close();
    });
  }

  test('somebody waits for a full time, and follows a calendar', async () => {
    const who = await visitor(browser, { javascript: 'blocked', width: 360 });
    const page = await who.page();
    const look = async (name) => {
      await checkPage(page, who);
      await picture(page, `extras-${name}-360`);
    };
    await signIn(page, 'waiting@example.jp');
    // The demo's hall is booked by chance: the first day with something full is as good as any.
    const full = page.getByRole('link', { name: /キャンセル待ちをする/ }).first();
    for (const day of daysAfterToday(14)) {
      await page.goto(`${demo.url}/booking/chuo-kaikan/whole?day=${day}`);
      if ((await full.count()) > 0) break;
    }
    await look('day-full');
    await full.click();
    await page.waitForURL(/\/booking\/waiting\/new/);
    await look('waiting-new');
    await page.locator('select[name=purpose]').selectOption('lecture');
    await page.locator('input[name=name]').fill('見本 花子');
    await page.locator('input[name=phone]').fill('000-000-0001');
    await page.locator('input[name=lives][value=here]').check();
    await page.getByRole('button', { name: 'キャンセル待ちに申し込む' }).click();
    await page.waitForURL(/done=joined/);
    await look('waiting');
    await page.goto(`${demo.url}/booking/feeds`);
    await look('feeds');
    await page.getByRole('button', { name: /アドレスを作る/ }).click();
    await page.waitForURL(/done=renewed/);
    await look('feeds-address');
    const address = await page.locator('main code').first().innerText();
    const answer = await page.request.get(demo.url + new URL(address).pathname);
    assert.equal(answer.status(), 200);
    assert.match(await answer.text(), /^BEGIN:VCALENDAR/);
    const tag = answer.headers().etag;
    const again = await page.request.get(demo.url + new URL(address).pathname, { headers: { 'If-None-Match': tag } });
    assert.equal(again.status(), 304);
    await who.close();
  });
});
