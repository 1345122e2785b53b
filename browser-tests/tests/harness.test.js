// The harness itself, against a small server with good and bad pages: it must see what is wrong.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { statSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { checkPage, keyboardProblems, launch, logIn, picture, sizes, visitor } from '../src/browser.js';

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'";

const shell = (main, head = '') =>
  `<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>試験</title><link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/style.css">${head}</head><body><main><h1>見出し</h1>${main}</main></body></html>`;

const files = {
  '/good': shell('<p>本文です。<a href="/good">この頁</a></p><p id="late"></p>', '<script src="/script.js" defer></script>'),
  '/no-label': shell('<form><input name="a"></form>'),
  '/pale': shell('<p class="pale">うすい文字</p>'),
  '/wide': shell('<div class="wide">はみ出す</div>'),
  '/inline': shell('<p>本文</p><script>document.title = "x";</script>'),
  '/error': shell('<p>本文</p>', '<script src="/broken.js" defer></script>'),
  '/missing-part': shell('<p>本文</p><img src="/none.png" alt="無い絵">'),
  '/elsewhere': shell('<p>本文</p><img src="http://127.0.0.1:9/x.png" alt="よその絵">'),
  '/markup': shell('<p>&lt;div class="table"&gt;</p>'),
  '/no-heading': '<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>試験</title><link rel="icon" href="/icon.svg"></head><body><main><p>本文</p></main></body></html>',
  '/unmarked': shell('<p><a class="unmarked" href="/good">印のないリンク</a></p>'),
  '/login': shell('<form method="post"><label>職員番号 <input name="account" autocomplete="username"></label><label>パスワード <input type="password" name="password" autocomplete="current-password"></label><button>ログイン</button></form>'),
};
const others = {
  '/style.css': ['text/css', 'body{font-size:18px;margin:16px}.pale{color:#ddd}.wide{width:900px}.unmarked:focus{outline:none}a{padding:4px}'],
  '/script.js': ['text/javascript', 'document.getElementById("late").textContent = "後から";'],
  '/broken.js': ['text/javascript', 'throw new Error("壊れている");'],
  '/icon.svg': ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'],
};

describe('the harness', () => {
  let server;
  let url;
  let browser;

  before(async () => {
    server = createServer((request, response) => {
      const path = new URL(request.url, 'http://localhost').pathname;
      response.setHeader('Content-Security-Policy', policy);
      if (request.method === 'POST') return response.writeHead(303, { Location: '/good' }).end();
      if (files[path]) return response.setHeader('Content-Type', 'text/html; charset=utf-8').end(files[path]);
      if (others[path]) return response.setHeader('Content-Type', `${others[path][0]}; charset=utf-8`).end(others[path][1]);
      return response.writeHead(404, { 'Content-Type': 'text/plain' }).end('not here');
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://localhost:${server.address().port}`;
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  async function open(path, options) {
    const who = await visitor(browser, options);
    const page = await who.page();
    await page.goto(url + path);
    return { who, page };
  }

  for (const javascript of ['on', 'blocked', 'off']) {
    test(`a good page passes with JavaScript ${javascript}`, async () => {
      const { who, page } = await open('/good', { javascript });
      await checkPage(page, who);
      assert.equal(await page.locator('#late').innerText(), javascript === 'on' ? '後から' : '');
      await who.close();
    });
  }

  const bad = [
    ['/no-label', /label: /],
    ['/pale', /color-contrast/],
    ['/wide', /320 px: the page is \d+ px wide/],
    ['/inline', /Content Security Policy/],
    ['/error', /exception: 壊れている/],
    ['/missing-part', /answer 404/],
    ['/elsewhere', /another host/],
    ['/no-heading', /0 <h1>/],
    ['/markup', /markup is shown as text/],
  ];
  for (const [path, reason] of bad) {
    test(`${path} does not pass`, async () => {
      const { who, page } = await open(path);
      await assert.rejects(() => checkPage(page, who), reason);
      await who.close();
    });
  }

  test('what is too wide is seen without JavaScript', async () => {
    const { who, page } = await open('/wide', { javascript: 'off' });
    await assert.rejects(() => checkPage(page, who), /320 px/);
    await who.close();
  });

  test('a focus without a mark is seen', async () => {
    const { who, page } = await open('/unmarked');
    assert.match((await keyboardProblems(page)).join(), /not marked/);
    await page.goto(`${url}/good`);
    assert.deepEqual(await keyboardProblems(page), []);
    await who.close();
  });

  test('a log-in form is filled in and sent, without JavaScript', async () => {
    const { who, page } = await open('/good', { javascript: 'off' });
    await logIn(page, url, { path: '/login', account: 'a', password: 'b' });
    assert.equal(new URL(page.url()).pathname, '/good');
    await who.close();
  });

  test('pictures are taken at three sizes', async () => {
    for (const size of sizes) {
      const { who, page } = await open('/good', size);
      assert.ok(statSync(await picture(page, `harness-${size.name}`)).size > 1000);
      await who.close();
    }
  });
});
