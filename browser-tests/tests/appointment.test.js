// A time at the counter is taken with an application: kept while somebody fills in the form at home, and booked when a clerk sends one for
// a visitor. Both desks see it. With and without JavaScript.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, logIn, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();
const BASE = '/procedures/moving-in-appointment';
const person = {
  'applicant_name.family': '試験',
  'applicant_name.given': '花子',
  'applicant_name.family_kana': 'シケン',
  'applicant_name.given_kana': 'ハナコ',
  'applicant_address.postal_code': '999-0000',
  'applicant_address.city': '澄川市',
  'applicant_address.town': '本町',
  'applicant_address.block': '1番1号',
  'applicant_birth.year': '1970',
  'applicant_birth.month': '5',
  'applicant_birth.day': '2',
  applicant_phone: '0312345678',
  former_country: 'カナダ',
};

async function press(page, button) {
  await Promise.all([page.waitForLoadState('load'), button.click()]);
}

/** Opens the last day that has free times, chooses its last time and returns what the time is called. */
async function choose(page) {
  const day = page.locator('details:has(input[name="visit"])').last();
  if (!(await day.evaluate((details) => details.open))) await day.locator('summary').click();
  const time = day.locator('input[name="visit"]').last();
  await time.check();
  return (await day.locator('label').last().innerText()).trim();
}

describe('an appointment with an application', () => {
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
    test(`is kept at home, with JavaScript ${javascript}`, async () => {
      const resident = await visitor(browser, { javascript, width: 360 });
      const page = await resident.page();
      await page.goto(`${demo.url}${BASE}/start`);
      await page.locator('input[type=radio][name="moved"]').first().check();
      await press(page, page.locator('main form[method=post] button[data-type=solid-fill]').first());
      await page.goto(`${demo.url}${BASE}/apply/visit`);
      await checkPage(page, resident);
      const time = await choose(page);
      await press(page, page.locator('main form[method=post] button[data-type=solid-fill]').first());
      assert.doesNotMatch(page.url(), /slot=taken/);
      await page.goto(`${demo.url}${BASE}/apply/visit`);
      const chosen = page.locator('details[open] .choice:has(input[name="visit"]:checked)');
      assert.equal((await chosen.innerText()).trim(), time);
      await checkPage(page, resident);
      await resident.close();
    });

    test(`is booked at the counter, with JavaScript ${javascript}`, async () => {
      const clerk = await visitor(browser, { javascript });
      clerk.expect(422);
      const page = await clerk.page();
      await logIn(page, demo.url, logins.editor);
      await page.goto(`${demo.url}/desk/cases/new`);
      await page.locator('form:has(input[value="moving-in-appointment"]) button[value="counter"]').click();
      await page.waitForURL(/\/desk\/cases\/new\/\d+$/);
      await checkPage(page, clerk);
      const fill = async () => {
        for (const [name, value] of Object.entries(person)) {
          const input = page.locator(`input[name="${name}"]`);
          if (await input.count()) await input.fill(value);
        }
      };
      await page.locator('input[name="desk-who"][value="person"]').check();
      await page.locator('select[name="applicant_address.prefecture"]').selectOption('北海道');
      await page.locator('[name="applicant_birth.era"]').selectOption('western');
      await page.locator('[name="moved_on.era"]').selectOption('western');
      const yesterday = new Date(Date.now() - 86_400_000);
      await page.locator('input[name="moved_on.year"]').fill(String(yesterday.getUTCFullYear()));
      await page.locator('input[name="moved_on.month"]').fill(String(yesterday.getUTCMonth() + 1));
      await page.locator('input[name="moved_on.day"]').fill(String(yesterday.getUTCDate()));
      for (const [name, value] of [['applying_as', 'self'], ['origin', 'abroad'], ['language_help', 'no']]) {
        await page.locator(`input[type=radio][name="${name}"][value="${value}"]`).check();
      }
      await fill();
      await page.locator('input[name="desk-has-none"]').check();
      const time = await choose(page);
      await press(page, page.locator('button[value="check"]'));
      if (!/\/check$/.test(page.url())) {
        // What was answered has brought up the name of the country.
        await fill();
        await press(page, page.locator('button[value="check"]'));
      }
      assert.match(page.url(), /\/check$/, await page.locator('main').innerText());
      assert.ok((await page.locator('main').innerText()).includes(time), time);
      await checkPage(page, clerk);
      await press(page, page.locator('form[action$="/check"] button[type=submit]'));
      assert.match(page.url(), /\/slip$/, await page.locator('main').innerText());
      await press(page, page.locator('a[href^="/desk/cases/"]').last());
      const words = await page.locator('main').innerText();
      assert.ok(words.includes('予約の日時') && words.includes(time), words);
      await checkPage(page, clerk);
      const number = new URL(page.url()).pathname.split('/').at(-1);
      await press(page, page.locator('main a[href^="/desk/booking/reservations/"]').first());
      const booked = await page.locator('main').innerText();
      assert.ok(booked.includes(`案件 ${number}`) && booked.includes('確定'), booked);
      assert.ok(!booked.includes('花子'), 'who it is stands with the application alone');
      await checkPage(page, clerk);
      await clerk.close();
    });
  }
});
