// A resident applies with a phone, the desk asks for a correction, the resident corrects, looks and asks to withdraw; every page on the
// way keeps the rules.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, logIn, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();
const PROCEDURE = 'information-disclosure';
const clerk = { ...logins.editor, account: 'nakamura' };

/** What is typed into an input, by the end of its name. */
const typed = {
  family: '髙橋',
  given: '美咲',
  family_kana: 'タカハシ',
  given_kana: 'ミサキ',
  postal_code: '999-0001',
  city: '澄川市',
  town: '本町二丁目',
  block: '3-4',
  year: '5',
  month: '4',
  day: '1',
};

/** Answers every empty question of the page that is open. */
async function fill(page) {
  const form = page.locator('main form[method=post]').first();
  for (const input of await form.locator('input:visible, textarea:visible').all()) {
    const type = await input.getAttribute('type');
    const name = (await input.getAttribute('name')) ?? '';
    if (type === 'radio' || type === 'checkbox') {
      const group = form.locator(`input[name="${name}"]`);
      const chosen = await group.evaluateAll((all) => all.some((one) => one.checked));
      if (!chosen) await input.check();
      continue;
    }
    if (type === 'file' || (await input.inputValue())) continue;
    const digits = (await input.getAttribute('inputmode')) === 'numeric';
    const last = name.split('.').at(-1);
    const text = /phone$/.test(name) ? '090-0000-0000' : /email$/.test(name) ? 'someone@sumikawa.example' : undefined;
    await input.fill(typed[last] ?? text ?? (digits ? '2' : '見本の内容です'));
  }
  for (const select of await form.locator('select:visible').all()) {
    if (!(await select.inputValue())) await select.selectOption({ index: 1 });
  }
}

async function press(page, button) {
  await Promise.all([page.waitForLoadState('load'), button.click()]);
}

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
      const look = () => checkPage(page, resident);
      await page.goto(`${demo.url}/procedures/${PROCEDURE}`);
      await look();
      await press(page, page.locator('main a[href$="/start"], main form[action$="/start"] button').first());
      const ways = [];
      for (let step = 0; step < 30 && !page.url().endsWith('/check'); step++) {
        const path = new URL(page.url()).pathname;
        if (ways.at(-1) !== path) {
          ways.push(path);
          await look();
        } else {
          // Answers bring up more questions, and a page that lacks an answer says so with status 422.
          resident.faults.splice(0);
          await look();
        }
        resident.expect(422);
        await fill(page);
        await press(page, page.locator('main form[method=post] button[data-type=solid-fill]').first());
      }
      assert.match(page.url(), /\/check$/, `${ways.join(' ')}: ${await page.locator('main').innerText()}`);
      assert.ok(ways.some((path) => path.includes('/apply/')) && ways.some((path) => path.endsWith('/applicant')), ways.join(' '));
      await look();
      await press(page, page.locator('main form[action$="/check"] button'));
      assert.match(page.url(), /\/done/);
      await look();
      const receipt = (await page.locator('main').innerText()).match(/[0-9A-Z]{6}-[0-9A-Z]{6}-[0-9A-Z]{6}/)?.[0];
      assert.ok(receipt, 'a receipt number is shown');

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
      await press(work, correction.locator('button[type=submit]'));
      await checkPage(work, desk);
      await desk.close();

      await page.goto(`${demo.url}/cases`);
      await page.locator('main form[action="/cases"] input[name=receipt]').fill(receipt.toLowerCase().replaceAll('-', ' '));
      await press(page, page.locator('main form[action="/cases"] button'));
      await page.goto(`${demo.url}/cases/view`);
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
