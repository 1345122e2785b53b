// A clerk enters an application for a visitor, who checks it on a tablet and takes a slip home; somebody who moves here fills two forms
// with one set of answers: with and without JavaScript.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, logIn, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();

const person = {
  'applicant_name.family': '試験',
  'applicant_name.given': '花子',
  'applicant_name.family_kana': 'シケン',
  'applicant_name.given_kana': 'ハナコ',
  'applicant_address.postal_code': '999-0000',
  'applicant_address.city': '澄川市',
  'applicant_address.town': '本町',
  'applicant_address.block': '1番1号',
};

/** Fills in what a form asks of the applicant. */
async function fillPerson(page) {
  for (const [name, value] of Object.entries(person)) {
    await page.locator(`input[name="${name}"]`).fill(value);
  }
  await page.locator('select[name="applicant_address.prefecture"]').selectOption('北海道');
  await page.locator('input[name="applicant_phone"]').fill('0312345678');
}

/** Fills in the parts of a date. */
async function fillDate(page, name, [year, month, day]) {
  await page.locator(`[name="${name}.era"]`).selectOption('western');
  await page.locator(`input[name="${name}.year"]`).fill(year);
  await page.locator(`input[name="${name}.month"]`).fill(month);
  await page.locator(`input[name="${name}.day"]`).fill(day);
}

describe('the counter and the guide', () => {
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
    test(`a visitor's application, with JavaScript ${javascript}`, async () => {
      const clerk = await visitor(browser, { javascript });
      clerk.expect(422);
      const page = await clerk.page();
      await logIn(page, demo.url, logins.editor);
      await page.goto(`${demo.url}/desk/cases/new`);
      await checkPage(page, clerk);
      await page.locator('form:has(input[value="bereavement"]) button[value="counter"]').click();
      await page.waitForURL(/\/desk\/cases\/new\/\d+$/);
      await checkPage(page, clerk);

      await page.locator('input[name="desk-who"][value="person"]').check();
      for (const [name, value] of Object.entries(person)) {
        const deceased = name.replace('applicant', 'deceased');
        await page.locator(`input[name="${deceased}"]`).fill(value.replace('花子', '太郎').replace('ハナコ', 'タロウ'));
      }
      await page.locator('select[name="deceased_address.prefecture"]').selectOption('北海道');
      await fillDate(page, 'deceased_birth', ['1940', '4', '1']);
      await fillDate(page, 'died_on', ['2026', '11', '18']);
      await fillPerson(page);
      await fillDate(page, 'applicant_birth', ['1970', '5', '2']);
      await fillDate(page, 'visit_on', ['2026', '11', '27']);
      await page.locator('input[type=radio][name="head"]').last().check();
      for (const group of ['funeral_by', 'relation', 'visit_time']) {
        await page.locator(`input[type=radio][name="${group}"]`).first().check();
      }
      await page.locator('input[name="desk-has-none"]').check();
      await page.locator('select[name="desk-document"]').selectOption('driving-licence');
      await page.locator('input[name="desk-compared"][value="name"]').check();
      await page.locator('button[value="check"]').click();
      await page.waitForURL(/\/check$/);
      await checkPage(page, clerk);
      assert.ok((await page.locator('main').innerText()).includes('確認済み（運転免許証）'));

      await page.locator('button[name="action"][value="show"]').click();
      await page.waitForURL(/done=tablet/);
      const code = await page.locator('.figure').innerText();

      const guest = await visitor(browser, { javascript, width: 820 });
      const tablet = await guest.page();
      await tablet.goto(`${demo.url}/tablet`);
      await checkPage(tablet, guest);
      await tablet.locator('input[name="code"]').fill(code.toLowerCase());
      await tablet.locator('main button[type=submit]').click();
      await tablet.getByText('試験').first().waitFor();
      await checkPage(tablet, guest);
      assert.equal(await tablet.locator('a[href^="/desk"]').count(), 0);
      await tablet.locator('button[value="correct"]').click();
      await tablet.getByText('職員に伝えました').waitFor();
      await checkPage(tablet, guest);

      await page.goto(page.url().replace(/\?.*/, ''));
      assert.ok((await page.locator('main').innerText()).includes('「正しい」と確かめました'));
      await checkPage(page, clerk);
      await page.locator('form[action$="/check"] button[type=submit]').click();
      await page.waitForURL(/\/slip$/);
      await checkPage(page, clerk);
      assert.match(await page.locator('.figure').innerText(), /^[0-9A-Z]{6}-[0-9A-Z]{6}-[0-9A-Z]{6}$/);
      await page.locator('a[href^="/desk/cases/"]').last().click();
      await page.getByText('タブレットで「正しい」と確認').waitFor();
      await tablet.goto(`${demo.url}/tablet`);
      assert.ok((await tablet.locator('main').innerText()).includes('表示は終わりました'));
      await guest.close();
      await clerk.close();
    });

    test(`two forms from one set of answers, with JavaScript ${javascript}`, async () => {
      const resident = await visitor(browser, { javascript, width: 360 });
      const page = await resident.page();
      await page.goto(`${demo.url}/guide`);
      await checkPage(page, resident);
      await page.locator('a[href="/guide/moving-in"]').click();
      await checkPage(page, resident);
      for (const value of ['has_dog', 'starts_water', 'needs_health_insurance']) {
        await page.locator(`input[name="yes"][value="${value}"]`).check();
      }
      await page.locator('main form button[type=submit]').first().click();
      await page.waitForURL(/\/guide\/plan$/);
      await checkPage(page, resident);
      for (const box of await page.locator('input[name="procedure"]').all()) {
        await box.setChecked(['dog-registration', 'water-start'].includes(await box.getAttribute('value')));
      }
      await page.locator('form[action="/guide/plan"] button[type=submit]').click();
      await page.waitForURL(/\/guide\/answers$/);
      await checkPage(page, resident);
      const family = page.locator('input[name$=".family"]').first();
      await family.fill('試験');
      await page.locator('input[name$=".given"]').first().fill('花子');
      await page.locator('input[name$=".family_kana"]').first().fill('シケン');
      await page.locator('input[name$=".given_kana"]').first().fill('ハナコ');
      await page.locator('main form button[type=submit]').last().click();
      await page.waitForURL(/done=filled/);
      await checkPage(page, resident);
      assert.equal(await page.getByRole('link', { name: /続きを入力する/ }).count(), 2);
      for (const procedure of ['dog-registration', 'water-start']) {
        const cookies = await resident.context.cookies();
        assert.ok(cookies.some((cookie) => cookie.name.endsWith(`yakuba_draft_${procedure}`)), procedure);
      }
      // What was begun can also be taken to the counter, under a code.
      await page.goto(`${demo.url}/procedures/dog-registration/counter`);
      await checkPage(page, resident);
      await page.locator('form[action$="/counter"] button').click();
      await page.locator('.figure').waitFor();
      assert.match(await page.locator('.figure').innerText(), /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
      await checkPage(page, resident);

      await page.goto(`${demo.url}/guide/visit`);
      await checkPage(page, resident);
      const words = await page.locator('main').innerText();
      assert.ok(words.includes('本庁舎1階 1番窓口'), words);
      await resident.close();
    });
  }
});
