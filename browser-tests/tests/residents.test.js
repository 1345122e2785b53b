// Residents sign in: by a code, with a passkey, through a provider in the shape of デジタル認証アプリ.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import Provider from 'oidc-provider';
import { addAuthenticator, checkPage, launch, visitor } from '../src/browser.js';
import { listen, vouch } from '../src/identity-provider.js';
import { freePort, startDemo } from '../src/program.js';

const CLIENT = 'sumikawa-city';
const PERSON = { name: '山田 太郎', address: '東京都千代田区霞が関一丁目3番1号', birthdate: '19900131' };

/** A provider that wants a signed assertion and PKCE, signs with ES256, and tells the claims at its user-info endpoint. */
async function startProvider(port, callback, publicKey) {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      {
        client_id: CLIENT,
        redirect_uris: [callback],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'RS256',
        id_token_signed_response_alg: 'ES256',
        jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'city-1', use: 'sig', alg: 'RS256' }] },
      },
    ],
    jwks: { keys: [{ ...own, kid: 'provider-1', use: 'sig', alg: 'ES256' }] },
    claims: { openid: ['sub'], name: ['name'], address: ['address'], birthdate: ['birthdate'] },
    pkce: { required: () => true },
    cookies: { keys: ['only for this test'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...(id === 'nameless' ? {} : PERSON) }) }),
  });
  return listen(provider, port);
}

describe('residents signing in', () => {
  let demo;
  let browser;
  let provider;
  let folder;

  before(async () => {
    const port = await freePort();
    const key = generateKeyPairSync('rsa', { modulusLength: 2048 });
    folder = await mkdtemp(join(tmpdir(), 'yakuba-key-'));
    const file = join(folder, 'key.pem');
    await writeFile(file, key.privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
    demo = await startDemo({
      environment: {
        YAKUBA_RESIDENT_OIDC_ISSUER: `http://127.0.0.1:${port}`,
        YAKUBA_RESIDENT_OIDC_CLIENT_ID: CLIENT,
        YAKUBA_RESIDENT_OIDC_KEY_FILE: file,
        YAKUBA_RESIDENT_OIDC_KEY_ID: 'city-1',
        YAKUBA_RESIDENT_OIDC_NAME: 'デジタル認証アプリ',
      },
    });
    provider = await startProvider(port, `${demo.url}/resident/sign-in/provider/callback`, key.publicKey);
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await demo?.stop();
    await provider?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** What the administrator reads where no mail is sent: the newest code for an address. */
  async function codeFor(address) {
    const who = await visitor(browser);
    const page = await who.page();
    await page.goto(`${demo.url}/login?next=/desk/mail`);
    await page.locator('input[autocomplete~=username]').fill('takahashi');
    await page.locator('input[type=password]').fill('sumikawa-de-tamesu');
    await Promise.all([page.waitForURL(/\/desk\/mail/), page.locator('main form button[type=submit]').first().click()]);
    await checkPage(page, who);
    const mail = page.locator('main section', { hasText: address }).first();
    const code = (await mail.innerText()).match(/^\d{6}$/m)?.[0];
    await who.close();
    assert.ok(code, `no code for ${address}`);
    return code;
  }

  async function signInByCode(page, address, check = async () => {}) {
    await page.goto(`${demo.url}/resident`);
    await page.waitForURL(/\/resident\/sign-in/);
    await check();
    await page.locator('input[name=email]').fill(address);
    await Promise.all([page.waitForURL(/sign-in\/code/), page.getByRole('button', { name: 'コードを送る' }).click()]);
    await check();
    await page.locator('input[name=code]').fill(await codeFor(address));
    await Promise.all([
      page.waitForURL((url) => url.pathname === '/resident'),
      page.locator('main form[action="/resident/sign-in/code"] button').click(),
    ]);
    await check();
    assert.ok((await page.locator('main').innerText()).includes(address));
  }

  for (const javascript of ['on', 'blocked', 'off']) {
    test(`a code opens the account with JavaScript ${javascript}, and every page keeps the rules`, async () => {
      const who = await visitor(browser, { javascript, width: 360 });
      const page = await who.page();
      await signInByCode(page, `${javascript}@example.jp`, () => checkPage(page, who));
      await page.goto(`${demo.url}/visit/code`);
      await page.locator('main form[action="/visit/code"] button').click();
      await page.locator('.figure').waitFor();
      await checkPage(page, who);
      await page.goto(`${demo.url}/resident/delete`);
      await checkPage(page, who);
      await Promise.all([page.waitForURL(/done=deleted/), page.locator('main form[action="/resident/delete"] button').click()]);
      await page.goto(`${demo.url}/resident`);
      assert.match(page.url(), /\/resident\/sign-in/);
      await who.close();
    });
  }

  test('a passkey is added and signs in', async () => {
    const context = await browser.newContext({ locale: 'ja-JP' });
    const page = await context.newPage();
    await addAuthenticator(page);
    await signInByCode(page, 'key@example.jp');
    await page.locator('[data-passkey=add] input').fill('試験の鍵');
    await Promise.all([page.waitForURL(/done=passkey-added/), page.getByRole('button', { name: 'パスキーを追加' }).click()]);
    await Promise.all([page.waitForURL(/done=signed-out/), page.locator('main form[action="/resident/sign-out"] button').click()]);
    await Promise.all([
      page.waitForURL((url) => url.pathname === '/resident'),
      page.getByRole('button', { name: 'パスキーでログイン' }).click(),
    ]);
    assert.ok((await page.locator('main').innerText()).includes('key@example.jp'));
    await Promise.all([page.waitForURL(/done=passkey-removed/), page.getByRole('button', { name: '試験の鍵を削除' }).click()]);
    await context.close();
  });

  test('the provider vouches for who somebody is, and signs in the same account afterwards', async () => {
    const context = await browser.newContext({ locale: 'ja-JP' });
    const page = await context.newPage();
    await signInByCode(page, 'taro@example.jp');
    await page.getByRole('link', { name: 'デジタル認証アプリで本人確認' }).click();
    await vouch(page, 'taro', demo.url);
    await page.waitForURL((url) => url.pathname === '/resident');
    assert.deepEqual(provider.causes, []);
    const text = await page.locator('main').innerText();
    for (const part of [PERSON.name, PERSON.address, '1990年1月31日', 'taro@example.jp']) assert.ok(text.includes(part), part);
    // A visitor of its own looks: the rules let no page of this city call another host, but a person may go there.
    const who = await visitor(browser, { context: { storageState: await context.storageState() } });
    const own = await who.page();
    await own.goto(`${demo.url}/resident`);
    await checkPage(own, who);
    await who.close();
    await page.locator('main form[action="/resident/sign-out"] button').click();
    await page.waitForURL(/done=signed-out/);
    await page.getByRole('link', { name: 'デジタル認証アプリでログイン' }).click();
    await vouch(page, 'taro', demo.url);
    await page.waitForURL((url) => url.pathname === '/resident');
    assert.ok((await page.locator('main').innerText()).includes('taro@example.jp'));
    await context.close();
  });

  /** The one button of the form that posts to an address. */
  const press = (page, action, name) => page.locator(`main form[action="${action}"] button`, { hasText: name }).first().click();

  for (const javascript of ['on', 'off']) {
    test(`what the provider vouched for fills an application, which only its owner opens, with JavaScript ${javascript}`, async () => {
      const base = '/procedures/tax-certificate';
      const address = `certificate-${javascript}@example.jp`;
      const context = await browser.newContext({ locale: 'ja-JP', javaScriptEnabled: javascript !== 'off' });
      const signing = await context.newPage();
      await signing.goto(demo.url + base);
      assert.match(await signing.locator('main').innerText(), /本人確認が必要です/);
      await signInByCode(signing, address);
      await signing.goto(demo.url + base);
      await signing.getByRole('link', { name: 'デジタル認証アプリで本人確認をする' }).click();
      await vouch(signing, `certificate-${javascript}`, demo.url);
      await signing.waitForURL((url) => url.pathname === base);
      assert.deepEqual(provider.causes, []);

      // From here on a visitor of its own, whose pages may call no other host.
      const who = await visitor(browser, { javascript, width: 360, context: { storageState: await context.storageState() } });
      await context.close();
      const page = await who.page();
      await page.goto(demo.url + base);
      await checkPage(page, who);
      await press(page, `${base}/start`, '申請をはじめる');
      await page.locator('input[name=january][value=yes]').check();
      await page.locator('main form button[type=submit]').first().click();
      await page.waitForURL(/\/applicant$/);
      await page.locator('input[name=who][value=person]').check();
      await checkPage(page, who);
      await press(page, `${base}/applicant`, '次へ');
      await page.waitForURL(/\/apply\/certificates$/);
      await page.locator('input[name="certificates.0.kind"][value=income]').check();
      await page.locator('input[name="certificates.0.year"]').fill('2026');
      await page.locator('input[name="certificates.0.number"]').fill('1');
      await page.locator('input[name=use][value=loan]').check();
      await page.locator('input[name=paid_recently][value=no]').check();
      await page.locator('input[name=express][value=no]').check();
      await page.locator('main button[name=action][value=next]').click();
      await page.waitForURL(/\/apply\/representation$/);
      await page.locator('input[name=applying_as][value=self]').check();
      await page.locator('main button[name=action][value=next]').click();
      await page.waitForURL(/\/apply\/applicant$/);
      await checkPage(page, who);
      const filled = async (name) => page.locator(`[name="applicant_${name}"]`).inputValue();
      assert.equal(await filled('name.family'), '山田');
      assert.equal(await filled('name.given'), '太郎');
      assert.equal(await filled('address.prefecture'), '東京都');
      assert.equal(await filled('address.city'), '千代田区');
      assert.equal(await filled('address.town'), '霞が関一丁目');
      assert.equal(await filled('birth.month'), '1');
      assert.equal(await filled('email'), address);
      assert.match(await page.locator('main').innerText(), /変えると、確認済みではなくなります/);
      await page.locator('[name="applicant_name.family_kana"]').fill('ヤマダ');
      await page.locator('[name="applicant_name.given_kana"]').fill('タロウ');
      await page.locator('[name="applicant_address.postal_code"]').fill('100-0013');
      await page.locator('[name=applicant_phone]').fill('03-5253-2111');
      await page.locator('input[type=file][name=identity]').setInputFiles({
        name: '免許証.pdf',
        mimeType: 'application/pdf',
        buffer: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n'),
      });
      await page.locator('main button[name=action][value=next]').click();
      await page.waitForURL(/\/check$/);
      await checkPage(page, who);
      assert.equal((await page.locator('main').getByText('確認済み', { exact: true }).count()), 4);
      // The list has it while it is being filled in.
      await page.goto(`${demo.url}/cases`);
      await checkPage(page, who);
      assert.match(await page.locator('main').innerText(), /入力の途中の手続/);
      await press(page, '/cases/drafts/continue', '続きから入力する');
      await page.waitForURL(/\/check$/);
      await press(page, `${base}/check`, '申請する');
      await page.waitForURL(/\/done$/);
      await checkPage(page, who);
      await page.goto(`${demo.url}/cases`);
      await checkPage(page, who);
      const handle = await page.locator('main form[action="/cases/own"] input[name=case]').first().inputValue();
      await press(page, '/cases/own', '状況を見る');
      await page.waitForURL(/\/cases\/view$/);
      await checkPage(page, who);
      assert.ok((await page.locator('main').innerText()).includes(`${address} にメールでお知らせします`));
      await press(page, '/cases/mail', 'メールを止める');
      await page.waitForURL(/done=mail-off/);
      await checkPage(page, who);

      // Another resident who knows what the form sends gets what nobody's case gets.
      const stranger = await visitor(browser, { javascript });
      stranger.expect(404);
      const theirs = await stranger.page();
      await signInByCode(theirs, `stranger-${javascript}@example.jp`);
      for (const sent of [handle, '0'.repeat(64)]) {
        const answer = await stranger.context.request.post(`${demo.url}/cases/own`, { form: { case: sent }, headers: { origin: demo.url } });
        assert.equal(answer.status(), 404);
        assert.ok(!(await answer.text()).includes('山田'));
      }
      await theirs.goto(`${demo.url}/cases`);
      await checkPage(theirs, stranger);
      assert.match(await theirs.locator('main').innerText(), /申請した手続はまだありません/);
      await stranger.close();

      // Signing out ends what was opened from the list, in the same browser.
      await page.goto(`${demo.url}/resident`);
      await page.locator('main form[action="/resident/sign-out"] button').click();
      await page.waitForURL(/done=signed-out/);
      await page.goto(`${demo.url}/cases/view`);
      assert.equal(new URL(page.url()).pathname, '/cases');
      await checkPage(page, who);
      await who.close();
    });
  }

  test('who is not told whole is signed in but not verified, and nobody takes another one over', async () => {
    const context = await browser.newContext({ locale: 'ja-JP' });
    const page = await context.newPage();
    await page.goto(`${demo.url}/resident/sign-in/provider`);
    await vouch(page, 'nameless', demo.url);
    await page.waitForURL((url) => url.pathname === '/resident');
    assert.match(await page.locator('main').innerText(), /本人確認はまだ/);
    await context.close();

    const other = await browser.newContext({ locale: 'ja-JP' });
    const theirs = await other.newPage();
    await signInByCode(theirs, 'other@example.jp');
    await theirs.goto(`${demo.url}/resident/sign-in/provider`);
    await vouch(theirs, 'taro', demo.url);
    assert.match(await theirs.locator('main').innerText(), /ほかのアカウントで使われています/);
    await other.close();
  });

  test('an answer of the provider that this browser did not ask for is refused', async () => {
    const context = await browser.newContext({ locale: 'ja-JP' });
    const page = await context.newPage();
    await page.goto(`${demo.url}/resident/sign-in/provider/callback?code=x&state=y`);
    assert.match(await page.locator('main').innerText(), /時間が切れました/);
    await context.close();
  });
});
