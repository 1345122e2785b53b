// Two people make one application: the applicant names the other, who reads and agrees on a device of their own: with and without JavaScript.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, logIn, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { binary, startDemo } from '../src/program.js';

const { logins } = readPages();

const PROCEDURE = `
format: yakuba-procedure/1
key: shared-garden
title: {ja: 市民農園の共同利用, easy: 畑（はたけ）を 一緒（いっしょ）に 借（か）りる, en: A shared garden plot}
summary: {ja: 二人で一区画を借りる申込みです。, easy: 二人（ふたり）で 畑（はたけ）を 借（か）ります。, en: Two people rent one plot.}
department: environment
category: community
guide:
  who: {ja: 市内に住む方, easy: 市（し）に 住（す）む 人（ひと）, en: Residents}
  afterwards: {ja: 区画を決めて郵送します。, easy: 手紙（てがみ）を 送（おく）ります。, en: We write to you.}
  minutes: 3
co_applicants:
  who: {ja: 一緒に借りる方, easy: 一緒（いっしょ）に 借（か）りる 人（ひと）, en: who rents it with you}
  days: 7
  sees: [plot]
  declares: {ja: 利用の決まりを守り、一緒に借ります。, easy: 決（き）まりを 守（まも）ります。, en: I keep the rules and rent it as well.}
  asks: [name, birth_date]
retention: {years: 1, basis: 文書管理規程}
personal_data_purpose: {ja: 区画を決めるため, easy: 場所（ばしょ）を 決（き）めます。, en: To allot a plot}
form:
  pages:
    - key: plot
      title: {ja: 区画, easy: 場所（ばしょ）, en: The plot}
      fields:
        - {key: plot, type: text, label: {ja: 希望する区画, easy: 場所（ばしょ）, en: Plot}, max_length: 40}
    - key: applicant
      title: {ja: 申し込む方, easy: あなた, en: You}
      fields:
        - {key: secret, type: text, label: {ja: 連絡できる時間, easy: 時間（じかん）, en: When to call}, max_length: 40}
`;

describe('an application of two', () => {
  let demo;
  let browser;

  before(async () => {
    demo = await startDemo();
    browser = await launch();
    const file = join(demo.data, 'garden.yaml');
    await writeFile(file, PROCEDURE);
    const today = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
    execFileSync(binary(), ['--data', demo.data, 'procedures', 'import', file, '--live-from', today], { env: { ...process.env, ...demo.environment } });
  });

  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  /** What the administrator reads where no mail is sent: the newest link for an address. */
  async function linkFor(address) {
    const who = await visitor(browser);
    const page = await who.page();
    await logIn(page, demo.url, logins.administrator);
    await page.goto(`${demo.url}/desk/mail`);
    const mail = page.locator('main section', { hasText: address }).first();
    const [link] = (await mail.innerText()).match(/http:\/\/\S+\/together\/\S+/);
    await who.close();
    return link;
  }

  for (const javascript of ['on', 'off']) {
    test(`named, asked, agreed, with JavaScript ${javascript}`, async () => {
      const address = `jiro-${javascript}@example.jp`;
      const applicant = await visitor(browser, { javascript });
      applicant.expect(422);
      const page = await applicant.page();
      const base = `${demo.url}/procedures/shared-garden`;
      await page.goto(base);
      await checkPage(page, applicant);
      await page.locator('main form button[type=submit]').first().click();
      await page.locator('input[name="plot"]').fill('三番区画');
      await page.locator('main form[method=post] button[data-type=solid-fill]').first().click();
      await page.locator('input[name="secret"]').fill('夜だけ');
      await page.locator('main form[method=post] button[data-type=solid-fill]').first().click();
      assert.match(page.url(), /\/together$/);
      await checkPage(page, applicant);
      // Nobody is named yet: it does not go on.
      await page.locator('button[value="next"]').click();
      await checkPage(page, applicant);
      await page.locator('input[name="name"]').fill('佐藤 次郎');
      await page.locator('input[name="email"]').fill(address);
      await page.locator('button[value="add"]').click();
      await page.locator('button[value="next"]').click();
      assert.match(page.url(), /\/check/);
      await checkPage(page, applicant);
      await page.locator('main form[action$="/check"] button[type=submit]').click();
      assert.match(page.url(), /\/together/);
      assert.match(await page.locator('main').innerText(), /同意待ち/);
      await checkPage(page, applicant);

      const other = await visitor(browser, { javascript });
      other.expect(422);
      const own = await other.page();
      await own.goto(await linkFor(address));
      await checkPage(own, other);
      assert.doesNotMatch(await own.locator('main').innerText(), /三番区画/);
      await own.locator('input[name="name"]').fill('佐藤次郎');
      await own.locator('main form button[type=submit]').click();
      const text = await own.locator('main').innerText();
      assert.match(text, /三番区画/);
      assert.doesNotMatch(text, /夜だけ/);
      await checkPage(own, other);
      await own.locator('form[action="/together"] button[type=submit]').click();
      await checkPage(own, other);
      await own.locator('input[name="answer"][value="agree"]').check();
      await own.locator('input[name="declares"]').check();
      await own.locator('input[name="born_year"]').fill('1990');
      await own.locator('input[name="born_month"]').fill('1');
      await own.locator('input[name="born_day"]').fill('31');
      await own.locator('form[action="/together"] button[type=submit]').click();
      assert.match(await own.locator('main').innerText(), /受付になっています/);
      await checkPage(own, other);
      await page.goto(`${base}/done`);
      assert.match(await page.locator('main').innerText(), /受付番号/);
      await other.close();
      await applicant.close();
    });
  }
});
