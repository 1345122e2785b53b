// Staff sign in: with a password, through a real OpenID Connect provider, with a passkey.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Provider from 'oidc-provider';
import { addAuthenticator, checkPage, launch, visitor } from '../src/browser.js';
import { listen, vouch } from '../src/identity-provider.js';
import { freePort, startDemo } from '../src/program.js';

const client = { id: 'yakuba', secret: 'a-secret-for-this-test-only' };

/** A provider on this machine which vouches for whoever types a name, with the claims given. */
async function startProvider(port, callback, claimsOf) {
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [callback],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    pkce: { required: () => true },
    cookies: { keys: ['only for this test'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...claimsOf(id) }) }),
  });
  return listen(provider, port);
}

describe('signing in', () => {
  let demo;
  let browser;
  let provider;
  let person;

  before(async () => {
    // The program asks the provider only when somebody wants to sign in there, so it may start first.
    const port = await freePort();
    demo = await startDemo({
      environment: {
        YAKUBA_OIDC_ISSUER: `http://127.0.0.1:${port}`,
        YAKUBA_OIDC_CLIENT_ID: client.id,
        YAKUBA_OIDC_CLIENT_SECRET: client.secret,
        YAKUBA_OIDC_NAME: '市の認証基盤',
        YAKUBA_OIDC_LINK: 'email',
      },
    });
    provider = await startProvider(port, `${demo.url}/login/oidc/callback`, (id) =>
      id === 'stranger'
        ? { email: 'stranger@elsewhere.example', email_verified: true }
        : { email: person.email, email_verified: id !== 'unverified', preferred_username: person.login },
    );
    browser = await launch();
    // The demo's own sign-in page shows its log-ins.
    const who = await visitor(browser);
    const page = await who.page();
    await page.goto(`${demo.url}/login`);
    const login = (await page.locator('main dt').first().innerText()).trim();
    const password = (await page.locator('main dd').first().innerText()).trim();
    person = { login, password };
    await signIn(page);
    await page.goto(`${demo.url}/account`);
    const row = page.locator('main dt', { hasText: 'メールアドレス' });
    person.email = (await row.locator('xpath=following-sibling::dd[1]').innerText()).trim();
    await who.close();
  });

  after(async () => {
    await browser?.close();
    await demo?.stop();
    await provider?.stop();
  });

  async function signIn(page) {
    await page.goto(`${demo.url}/login`);
    await page.locator('input[autocomplete~=username]').fill(person.login);
    await page.locator('input[type=password]').fill(person.password);
    await Promise.all([page.waitForURL((address) => address.pathname !== '/login'), page.locator('main form button[type=submit]').first().click()]);
  }

  for (const javascript of ['on', 'blocked', 'off']) {
    test(`the pages of one's own account keep every rule with JavaScript ${javascript}`, async () => {
      const who = await visitor(browser, { javascript });
      const page = await who.page();
      await page.goto(`${demo.url}/login`);
      await checkPage(page, who);
      await signIn(page);
      for (const path of ['/account', '/account/password', '/account/codes', '/account/confirm']) {
        await page.goto(demo.url + path);
        await checkPage(page, who);
      }
      await who.close();
    });
  }

  test('a verified e-mail address at the provider opens the account', async () => {
    const context = await browser.newContext({ locale: 'ja-JP' });
    const page = await context.newPage();
    await page.goto(`${demo.url}/login?next=/account`);
    await page.getByRole('link', { name: /市の認証基盤/ }).click();
    await vouch(page, 'known', demo.url);
    await page.waitForURL(`${demo.url}/account`);
    assert.ok((await page.locator('main').innerText()).includes('外部の認証'));
    await context.close();
  });

  for (const name of ['stranger', 'unverified']) {
    test(`${name} at the provider opens nothing`, async () => {
      const context = await browser.newContext({ locale: 'ja-JP' });
      const page = await context.newPage();
      await page.goto(`${demo.url}/login/oidc`);
      await vouch(page, name, demo.url);
      assert.match(await page.locator('main').innerText(), /アカウントはありません/);
      await page.goto(`${demo.url}/account`);
      assert.equal(new URL(page.url()).pathname, '/login');
      await context.close();
    });
  }

  test('an answer of the provider that this browser did not ask for is refused', async () => {
    const context = await browser.newContext({ locale: 'ja-JP' });
    const page = await context.newPage();
    await page.goto(`${demo.url}/login/oidc/callback?code=x&state=y`);
    assert.match(await page.locator('main').innerText(), /時間が切れました/);
    await context.close();
  });

  test('a passkey is added, signs in without a name, confirms, and is removed', async () => {
    const context = await browser.newContext({ locale: 'ja-JP' });
    const page = await context.newPage();
    await addAuthenticator(page);
    await signIn(page);
    await page.goto(`${demo.url}/account`);
    await page.locator('#passkey-name').fill('試験の鍵');
    await Promise.all([page.waitForURL(/done=passkey-added/), page.getByRole('button', { name: 'パスキーを追加' }).click()]);
    assert.ok((await page.locator('main').innerText()).includes('試験の鍵'));

    await page.locator('form[action="/logout"] button').first().evaluate((button) => button.form.submit());
    await page.waitForURL(/\/login/);
    await page.goto(`${demo.url}/login?next=/account`);
    await Promise.all([
      page.waitForURL((address) => address.pathname === '/account'),
      page.getByRole('button', { name: 'パスキーでログイン' }).click(),
    ]);

    await page.goto(`${demo.url}/account/confirm?next=/account`);
    await Promise.all([
      page.waitForURL((address) => address.pathname === '/account'),
      page.getByRole('button', { name: 'パスキーで確認' }).click(),
    ]);
    await Promise.all([page.waitForURL(/done=passkey-removed/), page.getByRole('button', { name: '試験の鍵を削除' }).click()]);
    await context.close();
  });
});
