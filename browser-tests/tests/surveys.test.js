// A survey from the resident's phone, without JavaScript, to the results at the desk.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, logIn, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const SURVEY = '/surveys/residents-digital-2026';
const { logins } = readPages();

describe('surveys', () => {
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

  /** How many answers the list at the desk tells. */
  async function answersAtTheDesk() {
    const who = await visitor(browser);
    const page = await who.page();
    await logIn(page, demo.url, logins.administrator);
    await page.goto(`${demo.url}/desk/surveys`);
    const row = page.locator('tr', { has: page.locator('a[href="/desk/surveys/residents-digital-2026"]') });
    const cells = await row.locator('td').allInnerTexts();
    await who.close();
    return Number(cells.at(-1).replace(/\D/g, ''));
  }

  /** Chooses something on a page of the form: the first radio button of each group, the first box of each list. */
  async function choose(page) {
    for (const group of await page.locator('main form fieldset').all()) {
      const control = group.locator('input[type=radio], input[type=checkbox]').first();
      if (await control.count()) await control.check();
    }
  }

  for (const javascript of ['off', 'blocked']) {
    test(`a resident answers on a phone with JavaScript ${javascript}, and every page keeps the rules`, async () => {
      const before = await answersAtTheDesk();
      const who = await visitor(browser, { javascript, width: 360 });
      const page = await who.page();
      await page.goto(`${demo.url}${SURVEY}`);
      await checkPage(page, who);
      await page.getByRole('button', { name: '回答を始める' }).click();
      let pages = 0;
      while (page.url().includes('/answer/')) {
        await checkPage(page, who);
        await choose(page);
        await page.getByRole('button', { name: '次へ' }).click();
        pages += 1;
        assert.ok(pages < 12, `the form does not end: ${page.url()}`);
      }
      assert.match(page.url(), /\/check$/);
      await checkPage(page, who);
      // What was chosen can be changed, and one comes back.
      await page.locator('main a[href*="back=check"]').first().click();
      await page.getByRole('button', { name: '確認に戻る' }).click();
      assert.match(page.url(), /\/check$/);
      await page.getByRole('button', { name: 'この内容で送る' }).click();
      assert.match(page.url(), /\/done$/);
      await checkPage(page, who);
      // Back and once more: it counts once.
      await page.goBack();
      const again = page.getByRole('button', { name: 'この内容で送る' });
      if (await again.count()) await again.click();
      await page.goto(`${demo.url}${SURVEY}`);
      assert.ok((await page.locator('main').innerText()).includes('この端末から回答済みです'));
      await who.close();
      assert.equal(await answersAtTheDesk(), before + 1);
    });
  }

  test('the results at the desk show charts, tables and tables of two questions, and hide small counts', async () => {
    const who = await visitor(browser);
    const page = await who.page();
    await logIn(page, demo.url, logins.administrator);
    await page.goto(`${demo.url}/desk${SURVEY}/results`);
    await checkPage(page, who);
    assert.ok((await page.locator('main svg.chart__drawing--rows').count()) >= 10);
    await page.locator('select[name=row]').selectOption('age_group');
    await page.locator('select[name=column]').selectOption('used_online');
    await page.getByRole('button', { name: '集計する' }).click();
    await checkPage(page, who);
    const table = page.locator('#cross-counts, table:has(caption:text("人数"))').first();
    assert.ok(await table.count());
    const counts = (await page.locator('main table td').allInnerTexts()).map((text) => text.trim());
    for (const count of counts) assert.ok(!/^[1-4]$/.test(count), `${count} people are shown`);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Excel' }).click(),
    ]);
    assert.match(download.suggestedFilename(), /\.xlsx$/);
    await who.close();
  });

  test('a survey from a file is opened, and a resident without an account confirms an address for it', async () => {
    const file = [
      'format: yakuba-survey/1',
      'key: park-once',
      'title: 公園のアンケート',
      'summary: 公園の使い方をお聞きします。',
      'department: dx_office',
      'audience: residents',
      'anonymity: one_per_person',
      "opens: '2026-11-01'",
      "closes: '2099-12-31'",
      'quotas: [{field: often, at_most: 100}]',
      'small_count_below: 5',
      'form:',
      '  pages:',
      '    - key: one',
      '      title: 質問',
      '      fields:',
      '        - {key: often, type: choice, label: よく行きますか, options: [{value: yes, label: はい}, {value: no, label: いいえ}]}',
    ].join('\n');
    const clerk = await visitor(browser, { javascript: 'off' });
    const desk = await clerk.page();
    await logIn(desk, demo.url, logins.administrator);
    await desk.goto(`${demo.url}/desk/surveys`);
    await desk
      .locator('input[type=file]')
      .setInputFiles({ name: 'park.yaml', mimeType: 'application/yaml', buffer: Buffer.from(file.replace('value: yes', 'value: "yes"').replace('value: no', 'value: "no"')) });
    await desk.getByRole('button', { name: '取り込む' }).click();
    assert.match(desk.url(), /\/desk\/surveys\/park-once\?done=uploaded$/);
    await checkPage(desk, clerk);
    await desk.locator('main form[action$="/open"] button').click();
    await checkPage(desk, clerk);
    assert.ok((await desk.locator('main').innerText()).includes('選択肢ごとの定員'));
    await clerk.close();
    const who = await visitor(browser, { javascript: 'blocked', width: 360 });
    const page = await who.page();
    await page.goto(`${demo.url}/surveys/park-once`);
    await page.getByRole('button', { name: '回答を始める' }).click();
    assert.match(page.url(), /\/surveys\/park-once\/email$/);
    await checkPage(page, who);
    await page.locator('input[name=email]').fill('park@example.jp');
    await page.getByRole('button', { name: '番号を送る' }).click();
    assert.match(page.url(), /\/email\?sent=1$/);
    await checkPage(page, who);
    await who.close();
  });

  test('staff surveys ask for the sign-in', async () => {
    const who = await visitor(browser, { javascript: 'off' });
    const page = await who.page();
    await page.goto(`${demo.url}/surveys`);
    assert.ok(!(await page.locator('main').innerText()).includes('職員向け'));
    await page.goto(`${demo.url}/surveys/staff-work-2026`);
    assert.match(page.url(), /\/login\?next=/);
    await logIn(page, demo.url, logins.editor);
    await page.goto(`${demo.url}/surveys/staff-work-2026`);
    await page.getByRole('button', { name: '回答を始める' }).click();
    assert.match(page.url(), /\/answer\//);
    await who.close();
  });
});
