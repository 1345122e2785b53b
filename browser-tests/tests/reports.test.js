// A hole in the road: reported on a phone, followed, answered at the desk, and contested.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, logIn, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();
// Any picture that is large enough to draw on.
const PICTURE = readFileSync(new URL('../../docs/images/overview.png', import.meta.url));

describe('reports', () => {
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
    test(`a resident names this very street light with JavaScript ${javascript}`, async () => {
      const who = await visitor(browser, { javascript, width: 360 });
      const page = await who.page();
      await page.goto(`${demo.url}/equipment?kind=street_light&q=L-0012`);
      await page.getByRole('link', { name: 'L-0012' }).click();
      const about = new URL(page.url()).pathname;
      const point = (await page.locator('main').innerText()).match(/34\.\d+, 1\d\d\.\d+/)[0];
      await page.getByRole('link', { name: 'この設備について通報する' }).click();
      await checkPage(page, who);
      assert.ok(await page.getByRole('radio', { name: '街灯の故障' }).isChecked());
      await page.getByRole('button', { name: '次へ' }).click();
      assert.match(page.url(), /\/reports\/new\/(similar|details)$/);

      // The same light by its place: it stands first among those nearby.
      await page.goto(`${demo.url}/reports/new`);
      await page.getByRole('radio', { name: '街灯の故障' }).check();
      await page.getByRole('button', { name: '次へ' }).click();
      await page.getByLabel('緯度・経度').fill(point);
      await page.getByRole('button', { name: '次へ' }).click();
      assert.match(page.url(), /\/reports\/new\/equipment$/);
      await checkPage(page, who);
      who.expect(422);
      await page.getByRole('button', { name: '次へ' }).click();
      assert.match(await page.locator('main').innerText(), /あてはまるものを選んでください/);
      await page.getByRole('radio', { name: 'L-0012' }).check();
      await page.getByRole('button', { name: '次へ' }).click();
      if (page.url().endsWith('/reports/new/similar')) {
        await page.getByRole('link', { name: 'この中にない。新しく通報する' }).click();
      }
      await page.getByLabel('どんな様子ですか').fill('夜、消えています。');
      await page.getByRole('button', { name: '次へ' }).click();
      await page.getByRole('button', { name: '知らせは要らない' }).click();
      assert.match(await page.locator('main').innerText(), /L-0012/);
      await checkPage(page, who);
      await page.getByRole('button', { name: '送る', exact: true }).click();
      await page.getByRole('link', { name: '通報のページを見る' }).click();
      await checkPage(page, who);
      await page.getByRole('link', { name: 'L-0012' }).click();
      assert.equal(new URL(page.url()).pathname, about);
    });
  }

  for (const javascript of ['on', 'blocked', 'off']) {
    test(`a resident reports a hole with JavaScript ${javascript}, the desk mends it, and it is contested`, async () => {
      const who = await visitor(browser, { javascript, width: 360 });
      const page = await who.page();
      await page.goto(`${demo.url}/reports/new`);
      await checkPage(page, who);
      await page.getByRole('radio', { name: '道路の穴・段差' }).check();
      await page.getByRole('button', { name: '次へ' }).click();
      assert.match(page.url(), /\/reports\/new\/place$/);
      await checkPage(page, who);
      await page.locator('input[name="place.description"]').fill('駅前通りの郵便局の前');
      await page.getByLabel('緯度・経度').fill('34.3995, 134.9965');
      await page.getByRole('button', { name: '次へ' }).click();
      if (page.url().endsWith('/reports/new/similar')) {
        await checkPage(page, who);
        await page.getByRole('link', { name: 'この中にない。新しく通報する' }).click();
      }
      assert.match(page.url(), /\/reports\/new\/details$/);
      await checkPage(page, who);
      await page.getByLabel('どんな様子ですか').fill('歩道に穴があります。');
      await page.locator('input[type=file]').setInputFiles({ name: 'hole.png', mimeType: 'image/png', buffer: PICTURE });
      await page.getByRole('button', { name: '次へ' }).click();
      assert.match(page.url(), /\/reports\/new\/contact$/);
      await checkPage(page, who);
      await page.getByRole('button', { name: '知らせは要らない' }).click();
      assert.match(page.url(), /\/reports\/new\/check$/);
      await checkPage(page, who);
      await page.getByRole('button', { name: '送る', exact: true }).click();
      assert.match(page.url(), /\/reports\/new\/done$/);
      await checkPage(page, who);
      const number = await page.locator('main strong.figure').innerText();
      assert.match(number, /^[0-9A-Z]{6}-[0-9A-Z]{6}-[0-9A-Z]{6}$/);
      await page.getByRole('link', { name: '通報のページを見る' }).click();
      const address = page.url();
      await checkPage(page, who);
      assert.doesNotMatch(await page.locator('main').innerText(), /歩道に穴があります/);
      await page.goto(`${address}/follow`);
      await checkPage(page, who);

      const staff = await visitor(browser, { javascript });
      const desk = await staff.page();
      await logIn(desk, demo.url, logins.roads);
      await desk.goto(`${demo.url}/desk/reports`);
      await desk.getByRole('link', { name: address.split('/').at(-1) }).click();
      await checkPage(desk, staff);
      assert.equal(await desk.locator('textarea[name=public_text]').inputValue(), '歩道に穴があります。');
      await desk.getByRole('link', { name: '顔やナンバーを隠す' }).click();
      assert.match(desk.url(), /\/cover$/);
      await checkPage(desk, staff);
      if (javascript === 'on') {
        // Framed with the pointer: the boxes say where.
        const box = await desk.locator('[data-cover-picture]').boundingBox();
        await desk.mouse.move(box.x + box.width * 0.1, box.y + box.height * 0.2);
        await desk.mouse.down();
        await desk.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.7, { steps: 4 });
        await desk.mouse.up();
        const typed = await desk.locator('[data-cover-row]').first().locator('input').evaluateAll((boxes) => boxes.map((one) => Number(one.value)));
        [10, 20, 50, 50].forEach((share, side) => assert.ok(Math.abs(typed[side] - share) < 1, String(typed)));
        assert.equal(await desk.locator('[data-cover-picture] rect').count(), 1);
      } else {
        for (const [side, share] of [['左から', 10], ['上から', 20], ['幅', 50], ['高さ', 50]]) {
          await desk.getByRole('textbox', { name: `1 ${side}（%）` }).fill(String(share));
        }
      }
      await desk.getByRole('button', { name: '保存する' }).click();
      assert.match(desk.url(), /done=covered$/);
      await checkPage(desk, staff);
      assert.match(await desk.locator('main').innerText(), /1か所を隠しています/);
      await desk.locator('button[formaction$="/word"]').click();
      await desk.getByRole('radio', { name: '対応しました', exact: true }).check();
      await desk.locator('button[formaction$="/turn"]').click();
      assert.match(desk.url(), /done=turned$/);
      await staff.close();

      await page.goto(address);
      await checkPage(page, who);
      assert.match(await page.locator('main').innerText(), /歩道に穴があります。[\s\S]*対応しました/);
      await page.getByRole('link', { name: '直っていないことを知らせる' }).click();
      assert.match(page.url(), /\/contest$/);
      await checkPage(page, who);
      await page.getByLabel('受付番号').fill(number);
      await page.getByLabel('いまの様子').fill('まだ穴があります。');
      await page.getByRole('button', { name: '送る', exact: true }).click();
      assert.match(page.url(), /done=contested$/);
      await checkPage(page, who);
      await who.close();
    });
  }

  for (const javascript of ['on', 'off']) {
    test(`a crew gets a work order and marks its stops on a phone with JavaScript ${javascript}`, async () => {
      const staff = await visitor(browser, { javascript, width: 360 });
      const page = await staff.page();
      await logIn(page, demo.url, logins.roads);
      await page.goto(`${demo.url}/desk/reports/orders`);
      await checkPage(page, staff);
      await page.getByRole('link', { name: '作業指示を作る' }).click();
      await checkPage(page, staff);
      // Nothing chosen: the page says what is missing.
      staff.expect(422);
      await page.getByRole('button', { name: '作る', exact: true }).click();
      await checkPage(page, staff);
      assert.match(await page.locator('main').innerText(), /回る現場を1つ以上選んでください/);
      await page.getByLabel('作業班').fill(`第2班 ${javascript}`);
      await page.getByRole('checkbox').nth(0).check();
      await page.getByRole('checkbox').nth(1).check();
      await page.getByRole('button', { name: '作る', exact: true }).click();
      assert.match(page.url(), /\/desk\/reports\/orders\/\d+\?done=order-made$/);
      await checkPage(page, staff);
      const order = page.url().split('?')[0];
      const titles = () => page.locator('#stops + ol h3').allInnerTexts();
      const before = await titles();
      assert.equal(before.length, 2);
      // By keyboard, without a pointer.
      await page.getByRole('button', { name: /^後へ/ }).first().focus();
      await page.keyboard.press('Enter');
      await page.waitForURL(/done=order-moved/);
      const after = await titles();
      assert.equal(after[0].replace(/^1/, '2'), before[1]);
      await page.locator('#stops + ol h3 a').first().click();
      assert.match(page.url(), /\/stops\/\d+$/);
      await checkPage(page, staff);
      await page.getByRole('radio', { name: '終わった', exact: true }).check();
      await page.locator('input[type=file]').setInputFiles({ name: 'mended.png', mimeType: 'image/png', buffer: PICTURE });
      await page.getByRole('button', { name: '結果を保存する' }).click();
      assert.match(page.url(), /done=order-marked$/);
      await checkPage(page, staff);
      assert.match(await page.locator('main').innerText(), /2か所のうち1か所が終わりました/);
      await page.locator('#stops + ol h3 a').nth(1).click();
      await page.getByRole('radio', { name: '終わらなかった', exact: true }).check();
      staff.expect(422);
      await page.getByRole('button', { name: '結果を保存する' }).click();
      await checkPage(page, staff);
      assert.match(await page.locator('main').innerText(), /終わらなかった理由を書いてください/);
      await page.goto(order);
      const sheet = await page.request.get(`${order}/sheet.pdf`);
      assert.equal((await sheet.body()).subarray(0, 5).toString(), '%PDF-');
      await staff.close();
    });
  }
});
