// The address of a postal code: in an applicant's form and at the counter, with JavaScript on the spot and without it by sending the page.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, logIn, picture, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();
const PROCEDURE = 'library-card';

describe('addresses by postal code', () => {
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
    test(`are filled in with JavaScript ${javascript}`, async () => {
      const resident = await visitor(browser, { javascript, width: 360 });
      const page = await resident.page();
      const base = `${demo.url}/procedures/${PROCEDURE}`;
      await page.goto(base);
      await Promise.all([page.waitForURL(/apply|start|applicant|email/), page.locator(`form[action$="${PROCEDURE}/start"] button`).click()]);
      await page.goto(`${base}/apply/reader`);
      const code = page.locator('input[name$=".postal_code"]').first();
      const path = (await code.getAttribute('name')).replace('.postal_code', '');
      const control = (part) => page.locator(`[name="${path}.${part}"]`);
      const lookUp = page.locator(`button[value="look_up:${path}"]`);
      const said = page.locator('.look-up__said').first();
      await control('block').fill('3-4');

      await code.fill('9990001');
      await lookUp.click();
      await page.waitForFunction((name) => document.getElementsByName(name)[0]?.value === '本町', `${path}.town`);
      assert.equal(await control('prefecture').inputValue(), '山形県');
      assert.equal(await control('city').inputValue(), '澄川市');
      assert.equal(await control('block').inputValue(), '3-4', 'what was typed is kept');
      await said.filter({ hasText: '住所を入れました' }).waitFor();
      await checkPage(page, resident);
      await picture(page, `address-filled-${javascript}`);

      await control('postal_code').fill('999-0010');
      await lookUp.click();
      const areas = page.locator('.look-up__areas button');
      await areas.nth(2).waitFor();
      assert.equal(await areas.count(), 3);
      await checkPage(page, resident);
      await picture(page, `address-several-${javascript}`);
      await areas.filter({ hasText: '東澄川' }).click();
      await page.waitForFunction((name) => document.getElementsByName(name)[0]?.value === '東澄川', `${path}.town`);
      assert.equal(await areas.count(), 0);

      await control('postal_code').fill('999-9999');
      await lookUp.click();
      await said.filter({ hasText: '見つかりませんでした' }).waitFor();
      assert.equal(await control('town').inputValue(), '東澄川');
      await picture(page, `address-unknown-${javascript}`);

      // Enter goes on; it does not press the button beside the postal code.
      await control('block').press('Enter');
      await page.waitForLoadState('load');
      assert.ok(!page.url().includes('look_up'), page.url());
      await resident.close();
    });
  }

  test('are filled in at the counter', async () => {
    const clerk = await visitor(browser);
    const page = await clerk.page();
    await logIn(page, demo.url, { ...logins.editor, account: 'mori' });
    await page.goto(`${demo.url}/desk/cases/new`);
    await Promise.all([
      page.waitForURL(/desk\/cases\/new\/\d+/),
      page.locator(`form:has(input[value="${PROCEDURE}"]) button`).first().click(),
    ]);
    const code = page.locator('input[name$=".postal_code"]').first();
    await code.fill('999-0002');
    await page.locator('button[data-look-up]').first().click();
    await page.waitForFunction(() => document.querySelector('input[name$=".town"]')?.value === '港町');
    await checkPage(page, clerk);
    await picture(page, 'address-counter');
    await clerk.close();
  });
});
