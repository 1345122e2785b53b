// A resident without a mouse finds a time, books it, looks it up and cancels it. Everything is found by the role and the name that a screen reader says.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, mailedCode, visitor } from '../src/browser.js';
import { dayAhead } from '../src/days.js';
import { startDemo } from '../src/program.js';

describe('booking with the keyboard alone', () => {
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

  /**
   * Goes on with Tab until what has this role and name has the focus.
   * @param {import('playwright-core').Page} page
   * @param {'link' | 'button' | 'textbox' | 'combobox' | 'radio'} role
   * @param {string | RegExp} name
   */
  async function goTo(page, role, name) {
    const wanted = page.getByRole(role, { name }).and(page.locator(':focus'));
    for (let step = 0; step < 250; step += 1) {
      if ((await wanted.count()) > 0) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`${page.url()}: no Tab reaches ${role} ${name}`);
  }

  async function press(page, role, name, key = 'Enter') {
    await goTo(page, role, name);
    await Promise.all([page.waitForEvent('domcontentloaded'), page.keyboard.press(key)]);
  }

  async function type(page, name, text) {
    await goTo(page, 'textbox', name);
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(text);
  }

  /** Goes down a list, as somebody does who cannot type kana into it, until an option is chosen. */
  async function choose(page, name, option) {
    await goTo(page, 'combobox', name);
    const focused = page.locator('select:focus');
    for (let step = 0; step < 60; step += 1) {
      if ((await focused.locator('option:checked').innerText()) === option) return;
      await page.keyboard.press('ArrowDown');
    }
    assert.fail(`${page.url()}: ${name} offers no ${option}`);
  }

  for (const javascript of ['on', 'off']) {
    test(`a court is found, booked and given back with JavaScript ${javascript}`, async () => {
      const address = `keyboard-${javascript}@example.jp`;
      const who = await visitor(browser, { javascript });
      const page = await who.page();
      await page.goto(`${demo.url}/resident/sign-in`);
      await type(page, /^メールアドレス/, address);
      await press(page, 'button', 'コードを送る');
      await type(page, /^コード/, await mailedCode(browser, demo.url, address));
      await press(page, 'button', 'ログイン');

      await page.goto(`${demo.url}/booking`);
      // The first thing that Tab reaches leads past the menus.
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      assert.equal(new URL(page.url()).hash, '#main');
      const [year, month, day] = dayAhead(javascript === 'on' ? 'thursday' : 'friday').split('-').map(Number);
      await type(page, '年', String(year));
      await type(page, '月', String(month));
      await type(page, '日', String(day));
      await choose(page, '使いみち', 'バドミントン');
      await type(page, '人数', '4');
      await press(page, 'button', '空きを探す');
      assert.match(await page.getByRole('status').first().innerText(), /空きがあります/);
      await press(page, 'link', /総合体育館 第1コート$/);
      await press(page, 'button', /^この時間にする/);

      await choose(page, /使いみち/, 'バドミントン');
      await type(page, /人数/, '4');
      await type(page, /氏名/, '見本 花子');
      await type(page, /電話番号/, '000-000-0001');
      await goTo(page, 'radio', /市内/);
      await page.keyboard.press('Space');
      await press(page, 'button', '内容を確認する');
      await press(page, 'button', /予約する/);
      assert.match(page.url(), /\/booking\/cart\/done/);

      await page.goto(`${demo.url}/booking/mine`);
      await press(page, 'button', /^見る 総合体育館 第1コート/);
      await press(page, 'button', /取り消す/);
      assert.match(await page.locator('main').innerText(), /取り消しました/);
      await who.close();
    });
  }
});
