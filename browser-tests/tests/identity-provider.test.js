// The provider that log-in tests use, walked through by hand once: code, token, claims.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { launch, visitor } from '../src/browser.js';
import { startIdentityProvider } from '../src/identity-provider.js';

test('the identity provider logs a person in and names them', async () => {
  const back = createServer((_request, response) => response.setHeader('Content-Type', 'text/html').end('<h1>back</h1>'));
  await new Promise((resolve) => back.listen(0, '127.0.0.1', resolve));
  const redirect = `http://localhost:${back.address().port}/callback`;
  const provider = await startIdentityProvider({ redirect, accounts: { taro: { email: 'taro@example.jp', name: '役場 太郎' } } });
  const browser = await launch();
  try {
    const places = await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json();
    assert.equal(places.issuer, provider.issuer);
    const start = new URL(places.authorization_endpoint);
    const verifier = 'v'.repeat(64);
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(verifier))).toString('base64url');
    start.search = new URLSearchParams({
      client_id: provider.clientId,
      redirect_uri: redirect,
      response_type: 'code',
      scope: 'openid email profile',
      state: 's',
      nonce: 'n',
      code_challenge: digest,
      code_challenge_method: 'S256',
    });
    const who = await visitor(browser, { javascript: 'off' });
    const page = await who.page();
    await page.goto(start.href);
    await provider.pass(page, 'taro');
    await page.waitForURL(`${redirect}**`);
    const answer = new URL(page.url()).searchParams;
    assert.equal(answer.get('state'), 's');

    const token = await fetch(places.token_endpoint, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${provider.clientId}:${provider.clientSecret}`)}` },
      body: new URLSearchParams({ grant_type: 'authorization_code', code: answer.get('code'), redirect_uri: redirect, code_verifier: verifier }),
    });
    const body = await token.json();
    assert.equal(token.status, 200, JSON.stringify(body));
    const claims = JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url'));
    assert.equal(claims.sub, 'taro');
    assert.equal(claims.nonce, 'n');
    assert.equal(claims.email, 'taro@example.jp');
    assert.equal(claims.name, '役場 太郎');
    await who.close();
  } finally {
    await browser.close();
    await provider.stop();
    back.close();
  }
});
