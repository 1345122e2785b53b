// A camera: added at the desk, given a key, heard over HTTP, found by residents, and removed.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, logIn, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();

describe('assets', () => {
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
    test(`a camera is added and heard with JavaScript ${javascript}`, async () => {
      const staff = await visitor(browser, { javascript });
      const desk = await staff.page();
      await logIn(desk, demo.url, logins.crisis);
      await desk.goto(`${demo.url}/desk/assets/new?kind=camera`);
      await desk.getByLabel('番号', { exact: false }).first().fill(`NEW-${javascript}`);
      await desk.getByLabel('名称').fill(`新しいカメラ${javascript}`);
      await desk.getByLabel('緯度・経度').first().fill('34.4, 135.0');
      await desk.getByLabel('取付け先').selectOption('wall');
      await desk.getByRole('button', { name: '保存する' }).click();
      assert.match(desk.url(), /done=added/);
      await checkPage(desk, staff);
      const address = new URL(desk.url()).pathname;
      await desk.goto(`${demo.url}${address}/edit`);
      await checkPage(desk, staff);
      await desk.getByLabel('高さ').fill('4.5');
      await desk.getByRole('button', { name: '保存する' }).click();
      assert.match(desk.url(), /done=changed/);
      await desk.getByLabel('次の状態').selectOption('in_service');
      await desk.getByRole('button', { name: '変える', exact: true }).click();
      assert.match(desk.url(), /done=turned/);
      await desk.getByRole('button', { name: '鍵を発行する' }).click();
      const key = await desk.locator('code.asset-key').innerText();
      assert.match(key, /^[a-z2-9]{32}$/);
      await checkPage(desk, staff);
      const tell = (body) =>
        fetch(`${demo.url}/api/devices/telemetry`, {
          method: 'POST',
          headers: { authorization: `Device ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      assert.equal((await tell({ values: { temperature: 21.5 } })).status, 200);
      assert.equal((await tell({ at: '2020-01-01T00:00:00Z' })).status, 422);
      assert.equal((await tell({ values: { temperature: 99 } })).status, 200);
      await desk.goto(`${demo.url}/desk/assets/alerts`);
      assert.match(await desk.locator('main').innerText(), new RegExp(`NEW-${javascript}`));
      await checkPage(desk, staff);
      assert.equal((await tell({ values: { temperature: 20 } })).status, 200);
      await desk.goto(`${demo.url}${address}`);
      assert.match(await desk.locator('main').innerText(), /に終わりました/);

      const who = await visitor(browser, { javascript, width: 360 });
      const page = await who.page();
      await page.goto(`${demo.url}/equipment?q=NEW-${javascript}`);
      await checkPage(page, who);
      await page.getByRole('link', { name: `新しいカメラ${javascript}` }).first().click();
      await checkPage(page, who);
      assert.match(await page.locator('main').innerText(), /建物の壁/);
    });
  }
});
