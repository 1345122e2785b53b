// A resident applies with a phone, the desk asks for a correction, the resident corrects, looks and asks to withdraw; every page on the
// way keeps the rules.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { apply, fill, openByReceipt, press } from '../src/applying.js';
import { checkPage, launch, logIn, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();
const PROCEDURE = 'information-disclosure';
const clerk = { ...logins.editor, account: 'nakamura' };

describe('applying', () => {
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
      const resident = await visitor(browser, { javascript, width: 360 });
      const page = await resident.page();
      const ways = [];
      const look = () => {
        ways.push(new URL(page.url()).pathname);
        return checkPage(page, resident);
      };
      const receipt = await apply(page, resident, demo.url, PROCEDURE, look);
      for (const part of ['/apply/', '/applicant', '/check', '/done']) assert.ok(ways.some((path) => path.includes(part)), ways.join(' '));

      const desk = await visitor(browser, { javascript });
      const work = await desk.page();
      await logIn(work, demo.url, clerk);
      await work.goto(`${demo.url}/desk/cases?procedure=${PROCEDURE}&sort=newest`);
      const open = await work.locator('main tbody a[href^="/desk/cases/"]').evaluateAll((links) => links.map((link) => link.href));
      let found = false;
      for (const href of new Set(open)) {
        await work.goto(href);
        found = (await work.locator('main').innerText()).includes(receipt);
        if (found) break;
      }
      assert.ok(found, 'the case is on the desk');
      await checkPage(work, desk);
      const correction = work.locator('main form[action$="/correction"]');
      await correction.locator('input[type=checkbox]').first().check();
      await correction.locator('textarea').fill('もう少しくわしく書いてください。');
      await press(work, correction.getByRole('button', { name: '補正を求める' }));
      await checkPage(work, desk);
      await desk.close();

      await openByReceipt(page, demo.url, receipt.toLowerCase().replaceAll('-', ' '));
      assert.equal(new URL(page.url()).pathname, '/cases/view');
      assert.ok((await page.locator('main').innerText()).includes('もう少しくわしく'));
      await look();
      for (const path of ['/cases/answers', '/cases/correct', '/cases/withdraw']) {
        const answer = await page.goto(demo.url + path);
        assert.equal(answer.status(), 200, path);
        assert.equal(new URL(page.url()).pathname, path);
        await look();
      }
      await resident.close();
    });

    test(`an address is confirmed, with JavaScript ${javascript}`, async () => {
      const resident = await visitor(browser, { javascript, width: 360 });
      const page = await resident.page();
      await page.goto(`${demo.url}/procedures/water-start`);
      await press(page, page.locator('main a[href$="/start"], main form[action$="/start"] button').first());
      resident.expect(422);
      for (let step = 0; step < 30 && !page.url().endsWith('/email'); step++) {
        await fill(page);
        await press(page, page.locator('main form[method=post] button[data-type=solid-fill]').first());
      }
      assert.match(page.url(), /\/email$/);
      resident.faults.splice(0);
      await checkPage(page, resident);
      await page.locator('main input[type=email]').fill(`applying-${javascript}@sumikawa.example`);
      await press(page, page.locator('main button[value=send]'));
      await checkPage(page, resident);
      // What is begun is found again.
      for (const part of ['/resume', '/counter']) {
        await page.goto(`${demo.url}/procedures/water-start${part}`);
        await checkPage(page, resident);
      }
      await resident.close();
    });
  }
});
