// A clerk makes a procedure from the pattern and asks for it to be put live; the digital office sends it back, then puts it live; a
// resident reads it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { press } from '../src/applying.js';
import { checkPage, launch, logIn, picture, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();
const FORMS = '/desk/procedures/forms';

describe('a procedure of a clerk', () => {
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
    test(`is made, sent back and put live, with JavaScript ${javascript}`, async () => {
      const key = `lobby-${javascript}`;
      const title = `ロビーの展示の申込み ${javascript}`;
      const clerk = await visitor(browser, { javascript });
      const page = await clerk.page();
      await logIn(page, demo.url, logins.editor);
      const save = () => press(page, page.getByRole('button', { name: '保存', exact: true }));
      const open = (path = '') => page.goto(`${demo.url}${FORMS}/${key}${path}`);

      await page.goto(`${demo.url}${FORMS}`);
      await page.locator('input[name="title"]').fill(title);
      await page.locator('input[name="key"]').fill(key);
      await press(page, page.getByRole('button', { name: '下書きを作る' }));
      assert.match(await page.locator('#publication ~ p').first().innerText(), /デジタル推進課/, 'it says whom to ask');
      assert.equal(await page.getByRole('button', { name: '公開を依頼する' }).count(), 0, 'texts of the pattern are left');

      await open('/settings/basics');
      await page.locator('[name="summary_ja"]').fill('市役所のロビーに作品を展示するための申込みです。');
      await save();
      await open('/settings/guide');
      await page.locator('[name="who_ja"]').fill('市内で活動する個人と団体');
      await page.locator('[name="afterwards_ja"]').fill('1週間ほどで、使える日をお知らせします。');
      await save();
      // A question, and one that only shows with one of its answers: the condition is chosen in words.
      await open('/field?page=request&kind=choice');
      await page.locator('[name="label_ja"]').fill('展示するもの');
      await page.locator('[name="option-0-label_ja"]').fill('絵画・写真');
      await page.locator('[name="option-1-label_ja"]').fill('そのほか');
      await save();
      await open('/field?page=request&kind=text');
      await page.locator('[name="label_ja"]').fill('そのほかの内容');
      await page.locator('[name="show_if-question"]').selectOption({ label: '展示するもの' });
      await page.locator('[name="show_if-answer"]').fill('そのほか');
      await save();
      assert.match(await page.locator('main').innerText(), /条件：「展示するもの」が「そのほか」/);

      await page.locator('[name="remark"]').fill('来月の展示から使います。');
      await press(page, page.getByRole('button', { name: '公開を依頼する' }));
      await checkPage(page, clerk);
      await picture(page, 'designer-asked');

      const office = await visitor(browser, { javascript });
      const desk = await office.page();
      await logIn(desk, demo.url, logins['section-head']);
      await desk.goto(`${demo.url}/desk`);
      await press(desk, desk.getByRole('link', { name: /公開の依頼 \d+件/ }));
      await checkPage(desk, office);
      await press(desk, desk.getByRole('link', { name: title, exact: true }));
      assert.match(await desk.locator('main').innerText(), /来月の展示から使います。/);
      await desk.locator('[name="answer"]').fill('展示できる期間を、案内文に書いてください。');
      await press(desk, desk.getByRole('button', { name: '差し戻す' }));
      await checkPage(desk, office);
      await picture(desk, 'designer-sent-back');

      await page.goto(`${demo.url}/desk`);
      await press(page, page.getByRole('link', { name: /差し戻された下書き \d+件/ }));
      await press(page, page.getByRole('link', { name: title, exact: true }));
      assert.match(await page.locator('main').innerText(), /展示できる期間を、案内文に書いてください。/);
      await open('/settings/guide');
      await page.locator('[name="when_ja"]').fill('使う日の1か月前まで');
      await save();
      await open();
      await press(page, page.getByRole('button', { name: '依頼し直す' }));

      await desk.goto(`${demo.url}${FORMS}/${key}`);
      await press(desk, desk.getByRole('button', { name: '公開する', exact: true }));
      assert.match(await desk.locator('main').innerText(), /公開する日を決めました。/);

      const resident = await visitor(browser, { javascript, width: 360 });
      const phone = await resident.page();
      await phone.goto(`${demo.url}/procedures/${key}`);
      await checkPage(phone, resident);
      assert.match(await phone.locator('main').innerText(), /使う日の1か月前まで/);
      for (const one of [clerk, office, resident]) await one.close();
    });
  }
});
