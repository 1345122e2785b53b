// A disaster: opened at the headquarters, a shelter told about from a phone, a report written without a network, sorted on the board.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, logIn, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();

describe('disaster', () => {
  let demo;
  let browser;
  let desk;
  let staff;

  before(async () => {
    demo = await startDemo();
    browser = await launch();
    staff = await visitor(browser, { javascript: 'off', width: 360 });
    desk = await staff.page();
    await logIn(desk, demo.url, logins.crisis);
  });

  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  test('the headquarters opens a disaster, tells of a shelter and closes a road, without JavaScript', async () => {
    await desk.goto(`${demo.url}/desk/disaster`);
    await desk.getByLabel('災害の種類').selectOption('flood');
    await desk.getByLabel('名前（日本語）').fill('台風第21号');
    await desk.getByLabel('住民への知らせ（日本語）').fill('川に近づかないでください。');
    await desk.getByRole('button', { name: '災害対応を始める' }).click();
    await checkPage(desk, staff);
    await desk.goto(`${demo.url}/desk/disaster/shelters/E0006`);
    await desk.getByRole('radio', { name: '開いています', exact: true }).check();
    await desk.getByRole('radio', { name: 'やや混雑' }).check();
    await desk.getByLabel('避難している人').fill('35');
    await desk.getByRole('checkbox', { name: '毛布' }).check();
    await desk.getByRole('button', { name: 'このようすを伝える' }).click();
    await checkPage(desk, staff);
    await desk.goto(`${demo.url}/desk/disaster/roads`);
    await desk.getByLabel('道路と区間').fill('市道3号線 港大橋');
    await desk.getByLabel('理由').selectOption('flooded');
    await desk.locator('[name=course]').fill('34.376, 134.992\n34.372, 135.002');
    await desk.getByRole('button', { name: '通行止めにする' }).click();
    await desk.getByRole('link', { name: '市道3号線 港大橋' }).click();
    await checkPage(desk, staff);

    const who = await visitor(browser, { javascript: 'off', width: 360 });
    const page = await who.page();
    for (const path of ['/', '/reports', '/shelters', '/disaster']) {
      await page.goto(demo.url + path);
      assert.match(await page.locator('body').innerText(), path === '/disaster' ? /台風第21号/ : /川に近づかないでください/);
      await checkPage(page, who);
    }
    await page.getByRole('link', { name: '山手小学校' }).click();
    assert.match(await page.locator('main').innerText(), /35人[\s\S]*/);
    await checkPage(page, who);
  });

  test('a report written without a network is kept, shown, and sent once when the network is back', async () => {
    const who = await visitor(browser, { javascript: 'on', width: 360 });
    const page = await who.page();
    await page.goto(`${demo.url}/reports/emergency`);
    await checkPage(page, who);
    const write = async (text) => {
      await page.getByRole('radio', { name: '助けが必要な人' }).check();
      await page.locator('[name="place.description"]').fill('港一丁目の市場の前');
      await page.locator('[name=text]').fill(text);
      await page.getByRole('button', { name: '知らせる', exact: true }).click();
    };
    await page.context().setOffline(true);
    await write('水が来て外に出られません');
    const kept = page.locator('[data-queue-list]');
    await kept.getByText('まだ送っていません').waitFor();
    assert.match(await kept.innerText(), /水が来て外に出られません/);
    await write('これは消します');
    await kept.getByText('これは消します').waitFor();
    await kept.locator('li', { hasText: 'これは消します' }).getByRole('button', { name: '消す' }).click();
    await kept.getByText('これは消します').waitFor({ state: 'detached' });
    await page.context().setOffline(false);
    await page.getByText('送りました。受付番号').waitFor();
    await kept.waitFor({ state: 'hidden' });
    // Two requests failed because there was no network, and nothing else did.
    const faults = who.faults.splice(0);
    assert.ok(faults.length > 0 && faults.every((fault) => fault.includes('ERR_INTERNET_DISCONNECTED')), faults.join('\n'));
    await checkPage(page, who);
    // What the server refuses is said, and the form keeps it.
    who.expect(422);
    await page.locator('[name=text]').fill('場所がない');
    await page.getByRole('button', { name: '知らせる', exact: true }).click();
    await page.getByText('受け付けられませんでした').waitFor();
    assert.equal(await page.locator('[name=text]').inputValue(), '場所がない');

    await desk.goto(`${demo.url}/desk/reports/triage`);
    await checkPage(desk, staff);
    assert.equal(await desk.getByText('水が来て外に出られません').count(), 1);
    assert.equal(await desk.getByText('これは消します').count(), 0);
  });

  test('a report is sent without JavaScript and sorted on the board', async () => {
    const who = await visitor(browser, { javascript: 'off', width: 360 });
    const page = await who.page();
    await page.goto(`${demo.url}/reports/new`);
    assert.match(page.url(), /\/reports\/emergency$/);
    await page.getByRole('radio', { name: '停電・断水・ガス' }).check();
    await page.locator('[name="place.description"]').fill('栄町三丁目');
    await page.locator('[name=text]').fill('断水しています');
    await page.getByRole('button', { name: '知らせる', exact: true }).click();
    assert.match(await page.locator('main strong.figure').innerText(), /^[0-9A-Z]{6}-[0-9A-Z]{6}-[0-9A-Z]{6}$/);
    await checkPage(page, who);

    await desk.goto(`${demo.url}/desk/reports/triage`);
    const card = desk.locator('.card', { hasText: '断水しています' });
    await card.getByRole('button', { name: '至急' }).click();
    await desk.locator('section', { hasText: '至急（1件）' }).getByRole('link', { name: '停電・断水・ガス' }).click();
    await checkPage(desk, staff);
    await desk.getByRole('checkbox', { name: '現地や電話で確かめた' }).check();
    await desk.getByLabel('次にすること').fill('給水車を出す');
    await desk.getByRole('button', { name: '保存する' }).click();
    await checkPage(desk, staff);
    assert.match(await desk.locator('main').innerText(), /次にすること: 給水車を出す/);
  });
});
