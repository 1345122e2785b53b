// At the desk: two applications of the same person become one and are parted again; the time of a case is extended, with a letter that
// its applicant reads. With and without JavaScript.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { apply, openByReceipt, press } from '../src/applying.js';
import { checkPage, launch, logIn, picture, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();
const PROCEDURE = 'information-disclosure';
const clerk = { ...logins.editor, account: 'nakamura' };

describe('casework', () => {
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

  /** Applies once, with a browser of its own, and returns the receipt number. */
  async function applied(javascript) {
    const resident = await visitor(browser, { javascript, width: 360 });
    const receipt = await apply(await resident.page(), resident, demo.url, PROCEDURE);
    await resident.close();
    return receipt;
  }

  /** Opens a case at the desk by its receipt number and returns its address. */
  async function openAtDesk(page, receipt) {
    await page.goto(`${demo.url}/desk/cases`);
    const find = page.locator('main form[action="/desk/cases/find"]');
    await find.locator('input[name=number]').fill(receipt);
    await press(page, find.locator('button[type=submit]'));
    await page.waitForURL(/\/desk\/cases\/\d+/);
    return new URL(page.url()).pathname;
  }

  /** What an applicant reads on the page of their application. */
  async function standing(javascript, receipt) {
    const resident = await visitor(browser, { javascript, width: 360 });
    const page = await resident.page();
    await openByReceipt(page, demo.url, receipt);
    await checkPage(page, resident);
    const text = await page.locator('main').innerText();
    await resident.close();
    return text;
  }

  for (const javascript of ['on', 'off']) {
    test(`two applications become one and are parted again, with JavaScript ${javascript}`, async () => {
      const [first, second] = [await applied(javascript), await applied(javascript)];
      const desk = await visitor(browser, { javascript });
      const page = await desk.page();
      await logIn(page, demo.url, clerk);
      // The first page of the desk says that they wait, and leads to them.
      await page.goto(`${demo.url}/desk`);
      await checkPage(page, desk);
      await press(page, page.locator('main #waiting a[href*="assignee=nobody"]'));
      assert.ok((await page.locator('main tbody tr').count()) >= 2);

      const newer = await openAtDesk(page, second);
      const older = await openAtDesk(page, first);
      const form = page.locator(`main form[action="${older}/merge"]`);
      await form.locator('select[name=into]').selectOption(newer.split('/').at(-1));
      await press(page, form.locator('button[type=submit]'));
      await checkPage(page, desk);
      await picture(page, `pair-${javascript}`);
      assert.match(await page.locator('main').innerText(), /まだまとめていません/);
      assert.match(await page.locator('main').innerText(), /答えが同じ質問は[0-9]+問/);
      assert.ok(await page.locator(`input[name=keep][value="${older.split('/').at(-1)}"]`).isChecked(), 'the older one goes on');
      await press(page, page.locator('button[name=action][value=merge]'));
      assert.equal(new URL(page.url()).pathname, older);
      await checkPage(page, desk);
      assert.match(await standing(javascript, second), /1件にまとめました/);

      await page.goto(demo.url + newer);
      await checkPage(page, desk);
      assert.equal(await page.locator('main form[action$="/decision"]').count(), 0, 'it ended');
      await press(page, page.locator(`main form[action="${newer}/unmerge"] button[type=submit]`));
      await checkPage(page, desk);
      assert.equal(new URL(page.url()).pathname, newer);
      assert.equal(await page.locator('main form[action$="/unmerge"]').count(), 0);
      assert.doesNotMatch(await standing(javascript, second), /1件にまとめました。もう/);
      await desk.close();
    });

    test(`more time is checked, told and read, with JavaScript ${javascript}`, async () => {
      const receipt = await applied(javascript);
      const desk = await visitor(browser, { javascript });
      const page = await desk.page();
      await logIn(page, demo.url, clerk);
      const at = await openAtDesk(page, receipt);
      await press(page, page.locator(`main a[href="${at}/extend"]`));
      await checkPage(page, desk);
      const until = new Date(Date.now() + 60 * 86_400_000);
      const parts = { year: until.getUTCFullYear(), month: until.getUTCMonth() + 1, day: until.getUTCDate() };
      for (const [part, value] of Object.entries(parts)) {
        await page.locator(`input[name=until_${part}]`).fill(String(value));
      }
      await page.locator('textarea[name=reason]').fill('対象の文書が多いため');
      desk.expect(422);
      await press(page, page.locator('main form[action$="/extend"] button[type=submit]').first());
      await checkPage(page, desk);
      await picture(page, `extension-check-${javascript}`);
      const check = await page.locator('main').innerText();
      assert.match(check, /まだ延長していません/);
      assert.match(check, /対象の文書が多いため/);
      assert.doesNotMatch(check, /まだ決定していません/);
      await press(page, page.locator('button[name=action][value=decide]'));
      assert.equal(new URL(page.url()).pathname, at);
      await checkPage(page, desk);
      assert.match(await page.locator('main').innerText(), /期間延長通知書\.pdf/);
      await desk.close();

      const resident = await visitor(browser, { javascript, width: 360 });
      const own = await resident.page();
      await openByReceipt(own, demo.url, receipt);
      await checkPage(own, resident);
      await picture(own, `extended-${javascript}`);
      const text = await own.locator('main').innerText();
      assert.ok(text.includes(`${parts.year}年${parts.month}月${parts.day}日まで（期間を延長しました）`), text);
      assert.match(text, /対象の文書が多いため/);
      const letter = await own.locator('main a[href^="/cases/files/"]').first().getAttribute('href');
      const file = await own.request.get(demo.url + letter);
      assert.equal((await file.body()).subarray(0, 5).toString(), '%PDF-');
      await resident.close();
    });
  }
});
