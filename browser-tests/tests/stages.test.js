// A case of a procedure with a stage of its own: a clerk takes it there and back, and reads who takes it on.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, logIn, picture, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();
const PROCEDURE = 'information-disclosure';

async function press(page, button) {
  await Promise.all([page.waitForLoadState('load'), button.click()]);
}

describe('a stage of its own', () => {
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

  test('is passed by whom the procedure names', async () => {
    const clerk = await visitor(browser, { javascript: 'off' });
    const page = await clerk.page();
    await logIn(page, demo.url, { ...logins.editor, account: 'nakamura' });
    // A case before its decision, wherever the demo left it.
    let found = false;
    for (const stage of ['received', 'checked']) {
      await page.goto(`${demo.url}/desk/cases?procedure=${PROCEDURE}&stage=${stage}`);
      const cases = page.locator('table a[href^="/desk/cases/"]');
      if ((await cases.count()) > 0) {
        await press(page, cases.first());
        found = true;
        break;
      }
    }
    assert.ok(found, 'the demo has a case before its decision');
    const step = (name) => page.locator(`button[name="step"][value="${name}"]`);
    while ((await step('back').count()) > 0) await press(page, step('back'));
    if ((await step('check').count()) > 0) await press(page, step('check'));
    await press(page, step('forward'));
    await checkPage(page, clerk);
    await picture(page, 'case-own-stage');
    const main = page.locator('main');
    assert.match(await main.innerText(), /決定：「決定」の権限がある職員が行います。/);
    assert.equal(await page.locator('input[name="outcome"]').count(), 0, 'no form for the decision');
    const here = new URL(page.url()).pathname;

    await page.goto(`${demo.url}/desk/cases?stage=${PROCEDURE}%2Fhead_approval`);
    await checkPage(page, clerk);
    await picture(page, 'inbox-own-stage');
    assert.ok((await page.locator(`table a[href="${here}"]`).count()) > 0, 'the inbox finds it');

    await page.goto(`${demo.url}${here}`);
    await press(page, step('back'));
    assert.equal(await step('forward').count(), 1);
    await clerk.close();
  });
});
