// Pages of staff that are reached by sending something first: the preview of personnel changes, and the second factor of a log-in.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { checkPage, confirmIdentity, launch, logIn, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();

/** The code that an authenticator app shows now (RFC 6238). */
function code(secret) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mark = createHmac('sha1', key).update(counter).digest();
  const at = mark[19] & 15;
  return String((mark.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

describe('administration', () => {
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
    test(`personnel changes are looked through before they count, with JavaScript ${javascript}`, async () => {
      const who = await visitor(browser, { javascript });
      const page = await who.page();
      await logIn(page, demo.url, logins.administrator);
      await confirmIdentity(page, demo.url, logins.administrator);
      await page.goto(`${demo.url}/desk/identity/personnel`);
      await page.locator('main input[type=file]').setInputFiles({
        name: '異動.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('職員番号,氏名,フリガナ,部署コード,職,発令日,区分\nwatanabe,渡邉 さくら,ワタナベ サクラ,tax,係長,令和9年4月1日,異動\nnobody,見本 一郎,ミホン イチロウ,gone,係長,令和9年4月1日,異動\n'),
      });
      await page.locator('main form[enctype] button[type=submit]').click();
      await page.waitForURL(/\/desk\/identity\/personnel\/\d+/);
      const words = await page.locator('main').innerText();
      assert.ok(words.includes('渡邉 さくら') && words.includes('gone'), words);
      await checkPage(page, who);
      await who.close();
    });
  }

  test('an authenticator app is asked for after the password', async () => {
    const login = { ...logins.editor, account: 'hasegawa' };
    const who = await visitor(browser);
    const page = await who.page();
    await logIn(page, demo.url, login);
    await confirmIdentity(page, demo.url, login);
    await page.goto(`${demo.url}/account/codes`);
    const secret = (await page.locator('main').innerText()).match(/(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}/)[0].replaceAll(' ', '');
    await page.locator('main input[name=code]').fill(code(secret));
    await Promise.all([page.waitForLoadState('load'), page.locator('main form:has(input[name=code]) button[type=submit]').click()]);
    await checkPage(page, who);
    await who.close();

    for (const javascript of ['on', 'blocked', 'off']) {
      const again = await visitor(browser, { javascript });
      const asked = await again.page();
      await logIn(asked, demo.url, login);
      assert.equal(new URL(asked.url()).pathname, '/login/second-factor');
      await checkPage(asked, again);
      await again.close();
    }
  });
});
