// A paper application that lacks answers: received with its gaps, which staff fill in when the answers come.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkPage, launch, logIn, picture, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();
const PROCEDURE = 'library-card';

async function press(page, button) {
  await Promise.all([page.waitForLoadState('load'), button.click()]);
}

describe('a paper with gaps', () => {
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

  test('is received and completed', async () => {
    const clerk = await visitor(browser, { javascript: 'off' });
    const page = await clerk.page();
    await logIn(page, demo.url, { ...logins.editor, account: 'mori' });
    await page.goto(`${demo.url}/desk/cases/new`);
    await press(page, page.locator(`form:has(input[value="${PROCEDURE}"]) button[value="paper"]`));
    for (const [part, value] of [['year', 2026], ['month', 11], ['day', 20]]) {
      await page.fill(`input[name="desk-arrived_${part}"]`, String(value));
    }
    await page.locator('input[name="desk-who"][value="person"]').check();
    await page.locator('input[name$=".family"]').first().fill('髙橋');
    await page.locator('input[name$=".given"]').first().fill('美咲');
    await page.locator('input[name$=".family_kana"]').first().fill('タカハシ');
    await page.locator('input[name$=".given_kana"]').first().fill('ミサキ');
    clerk.expect(422);
    await press(page, page.locator('button[value="check"]').last());
    await page.locator('#gaps-heading').waitFor();
    await checkPage(page, clerk);
    await picture(page, 'paper-gaps');
    // Answers may bring up further questions, which are asked before anything counts as a gap.
    for (let round = 0; round < 5 && !page.url().endsWith('/check'); round++) {
      clerk.expect(422);
      const gaps = page.locator('button[value="gaps"]');
      await press(page, (await gaps.count()) > 0 ? gaps : page.locator('button[value="check"]').last());
    }
    assert.match(page.url(), /\/check$/);
    await checkPage(page, clerk);
    await press(page, page.locator('form[action$="/check"] button'));
    await press(page, page.locator('main a[href^="/desk/cases/"]').last());
    await page.locator('#gaps').waitFor();
    await checkPage(page, clerk);
    await picture(page, 'paper-case');
    await press(page, page.locator('#gaps a[href$="/complete"]'));
    await checkPage(page, clerk);
    await picture(page, 'paper-complete');
    await page.locator('input[name$=".postal_code"]').first().fill('999-0001');
    await press(page, page.locator('button[data-look-up]').first());
    assert.equal(await page.locator('input[name$=".town"]').first().inputValue(), '本町');
    await page.locator('input[name$=".block"]').first().fill('3-4');
    await press(page, page.locator('main form[action$="/complete"] button[data-type="solid-fill"]'));
    assert.match(page.url(), /completed-partly/);
    // What is still missing is asked for, and the answer that comes by post is entered.
    const at = page.url().split('?')[0];
    await press(page, page.getByRole('button', { name: '補正を求める' }));
    await press(page, page.locator('a[href$="/correction/answer"]'));
    await checkPage(page, clerk);
    await picture(page, 'behalf-correction');
    // Or the applicant takes it back by telephone.
    await page.goto(`${at}/withdraw`);
    await checkPage(page, clerk);
    await picture(page, 'behalf-withdraw');
    await page.locator('input[name="channel"][value="phone"]').check();
    await page.fill('textarea[name="said"]', '本人から電話。別の図書館を使うため。');
    await press(page, page.locator('form[action$="/withdraw"] button'));
    assert.match(page.url(), /withdrawal-entered/);
    await checkPage(page, clerk);
    await clerk.close();
  });

  test('a wrong decision is corrected, and one is revoked', async () => {
    const head = await visitor(browser, { javascript: 'off' });
    const page = await head.page();
    await logIn(page, demo.url, logins.head);
    for (const how of ['/correct', '/revoke']) {
      await page.goto(`${demo.url}/desk/cases?stage=decided`);
      await press(page, page.locator('main tbody a[href^="/desk/cases/"]').first());
      await press(page, page.locator(`a[href$="/decision${how}"]`));
      await checkPage(page, head);
      await picture(page, `decision${how.replace('/', '-')}`);
      await page.fill('textarea[name="because"]', '宛先の氏名を書き誤ったため');
      await page.locator('input[name="no_remedy"]').check();
      await press(page, page.locator('button[value="check"]'));
      await checkPage(page, head);
      await picture(page, `decision${how.replace('/', '-')}-check`);
      await press(page, page.locator('button[value="decide"]'));
      assert.match(page.url(), /decision-(corrected|revoked)/);
      await checkPage(page, head);
    }
    await head.close();
  });
});
