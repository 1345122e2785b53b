// What residents do to apply, as stories need it: they fill pages in and press buttons, without caring what the pages ask.

import assert from 'node:assert/strict';

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

/**
 * Presses a button and waits for the page that follows.
 * @param {import('playwright-core').Page} page
 * @param {import('playwright-core').Locator} button
 */
export async function press(page, button) {
  await Promise.all([page.waitForLoadState('load'), button.click()]);
}

/**
 * Answers every empty question of the page that is open.
 * @param {import('playwright-core').Page} page
 */
export async function fill(page) {
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

/**
 * Applies for a procedure and returns the receipt number.
 * @param {import('playwright-core').Page} page
 * @param {import('./browser.js').Visitor} resident  whose page it is
 * @param {string} url  the program's address
 * @param {string} procedure  its key
 * @param {(page: import('playwright-core').Page) => Promise<void>} look  what is done on every page of the way
 */
export async function apply(page, resident, url, procedure, look = async () => {}) {
  await page.goto(`${url}/procedures/${procedure}`);
  await look(page);
  await press(page, page.locator('main a[href$="/start"], main form[action$="/start"] button').first());
  const ways = [];
  for (let step = 0; step < 30 && !page.url().endsWith('/check'); step++) {
    const path = new URL(page.url()).pathname;
    // Answers bring up more questions, and a page that lacks an answer says so with status 422.
    if (ways.at(-1) === path) resident.faults.splice(0);
    else ways.push(path);
    await look(page);
    resident.expect(422);
    await fill(page);
    await press(page, page.locator('main form[method=post] button[data-type=solid-fill]').first());
  }
  assert.match(page.url(), /\/check$/, `${ways.join(' ')}: ${await page.locator('main').innerText()}`);
  await look(page);
  await press(page, page.locator('main form[action$="/check"] button'));
  assert.match(page.url(), /\/done/);
  await look(page);
  const receipt = (await page.locator('main').innerText()).match(/[0-9A-Z]{6}-[0-9A-Z]{6}-[0-9A-Z]{6}/)?.[0];
  assert.ok(receipt, 'a receipt number is shown');
  return receipt;
}

/**
 * Opens the page of an application's status by its receipt number.
 * @param {import('playwright-core').Page} page
 * @param {string} url  the program's address
 * @param {string} receipt
 */
export async function openByReceipt(page, url, receipt) {
  await page.goto(`${url}/cases`);
  await page.locator('main form[action="/cases"] input[name=receipt]').fill(receipt);
  await press(page, page.locator('main form[action="/cases"] button'));
  await page.goto(`${url}/cases/view`);
}
