// A real OpenID Connect provider on this machine (the npm package oidc-provider), for log-in tests.

import { createServer } from 'node:http';

/**
 * Starts a provider that knows one client. It asks for an account and accepts any password;
 * whoever logs in as `taro` gets the claims of `accounts.taro`, or only a subject.
 *
 * The package's own log-in page is used: fill in `input[name=login]` and `input[name=password]`,
 * press the button, then confirm on the next page. `pass(page, account)` does that.
 *
 * @param {object} options
 * @param {string} options.redirect  where the program wants people back, its whole address
 * @param {Record<string, object>} [options.accounts]  claims by account: `{taro: {email: '…', name: '…'}}`
 * @returns {Promise<{issuer: string, clientId: string, clientSecret: string,
 *   pass: (page: import('playwright-core').Page, account: string) => Promise<void>,
 *   stop: () => Promise<void>}>}
 */
export async function startIdentityProvider({ redirect, accounts = {} }) {
  // The package warns about its in-memory store and its version of Node.js, once, when it is loaded.
  const speak = [console.info, console.warn];
  console.info = console.warn = () => {};
  try {
    const { default: Provider } = await import('oidc-provider');
    const server = createServer();
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = `http://localhost:${server.address().port}`;
    const clientId = 'yakuba';
    const clientSecret = 'a-secret-of-the-tests-only-0123456789';
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          redirect_uris: [redirect],
          grant_types: ['authorization_code'],
          response_types: ['code'],
        },
      ],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
      conformIdTokenClaims: false,
      ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
      cookies: { keys: ['a-key-of-the-tests-only'] },
      findAccount: (_context, id) => ({
        accountId: id,
        claims: () => ({ sub: id, preferred_username: id, ...accounts[id] }),
      }),
    });
    // What the program sees when something goes wrong is short; a failing test wants the cause.
    provider.on('server_error', (_context, cause) => console.error('identity provider:', cause));
    server.on('request', provider.callback());
    return {
      issuer,
      clientId,
      clientSecret,
      async pass(page, account) {
        await page.locator('input[name=login]').fill(account);
        await page.locator('input[name=password]').fill('any');
        await page.locator('button[type=submit]').click();
        await page.locator('form[action$="/confirm"] button, form:has(input[name=prompt][value=consent]) button').first().click();
      },
      stop: () =>
        new Promise((resolve) => {
          server.closeAllConnections();
          server.close(resolve);
        }),
    };
  } finally {
    [console.info, console.warn] = speak;
  }
}

/**
 * Lets a provider of the package answer on a port of this machine. A test of its own claims and keys makes the provider itself.
 *
 * @param {import('oidc-provider').default} provider
 * @param {number} port
 * @returns {Promise<{causes: string[], stop: () => Promise<void>}>}  what went wrong, in words, as it happens
 */
export async function listen(provider, port) {
  const causes = [];
  for (const event of ['grant.error', 'authorization.error', 'userinfo.error', 'server_error']) {
    provider.on(event, (_context, cause) => causes.push(`${event}: ${cause.message} ${cause.error_detail ?? ''}`));
  }
  const server = createServer(provider.callback());
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    causes,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Types a name on the provider's own pages until it sends the browser back. */
export async function vouch(page, name, home) {
  for (let step = 0; step < 6 && !page.url().startsWith(home); step++) {
    const login = page.locator('input[name=login]');
    if (await login.count()) {
      await login.fill(name);
      await page.locator('input[name=password]').fill('anything');
    }
    await Promise.all([page.waitForLoadState('load'), page.locator('button[type=submit]').first().click()]);
    await page.waitForTimeout(200);
  }
}
