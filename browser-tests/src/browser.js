// Debian's Chromium, driven by playwright-core, and the rules that every page has to keep.

import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Pictures are put here; the folder is not in git. */
export const picturesFolder = fileURLToPath(new URL('../out', import.meta.url));

/** WCAG 2.2 A and AA, which contain JIS X 8341-3:2016 AA. */
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

function executable() {
  if (process.env.YAKUBA_CHROMIUM) return process.env.YAKUBA_CHROMIUM;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      if (folder && existsSync(join(folder, name))) return join(folder, name);
    }
  }
  throw new Error('Chromium is missing: on Debian `apt-get install chromium`, or name one in YAKUBA_CHROMIUM.');
}

/**
 * A browser that talks to nobody but the pages under test. It has no WebGL, as on old machines, unless it is asked for: then the
 * processor draws.
 * @param {{webgl?: boolean}} [options]
 */
export function launch(options = {}) {
  const drawing = options.webgl ? ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'] : ['--disable-gpu', '--disable-3d-apis'];
  return chromium.launch({
    executablePath: executable(),
    args: [
      '--headless',
      '--no-sandbox',
      ...drawing,
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * A fresh visitor: own cookies, Japanese, 1280 pixels wide.
 *
 * Everything that must not happen on a page is collected in `visitor.faults`: messages of the
 * console at level error, uncaught exceptions, violations of the content security policy, answers
 * of 400 and above that the test did not announce, and requests to another host.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {object} [options]
 * @param {'on'|'off'|'blocked'} [options.javascript]  `off`: the browser runs none. `blocked`: the
 *   page's scripts do not arrive, as with a content blocker, but axe-core can still look at it.
 * @param {number} [options.width]   in CSS pixels
 * @param {number} [options.height]  in CSS pixels
 * @param {number} [options.zoom]    2 shows the page as at 200 %
 * @param {string} [options.language]
 * @param {object} [options.context] anything else for `browser.newContext`, such as `storageState`
 */
export async function visitor(browser, options = {}) {
  const { javascript = 'on', width = 1280, height = 900, zoom = 1, language = 'ja-JP' } = options;
  const context = await browser.newContext({
    javaScriptEnabled: javascript !== 'off',
    viewport: { width: Math.round(width / zoom), height: Math.round(height / zoom) },
    deviceScaleFactor: zoom,
    locale: language,
    timezoneId: 'Asia/Tokyo',
    reducedMotion: 'reduce',
    ...options.context,
  });
  context.setDefaultTimeout(15_000);
  if (javascript === 'blocked') {
    await context.route('**/*', (route) =>
      route.request().resourceType() === 'script'
        ? route.fulfill({ status: 200, contentType: 'text/javascript', body: '' })
        : route.fallback(),
    );
  }
  const faults = [];
  const expected = new Set();
  let host = null;
  context.on('page', (page) => {
    page.on('console', (message) => {
      // Chromium reports every answer of 400 and above; those are judged below, by their address.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        faults.push(`console: ${message.text()} (${page.url()})`);
      }
    });
    page.on('pageerror', (cause) => faults.push(`exception: ${cause.message} (${page.url()})`));
    page.on('request', (request) => {
      const address = new URL(request.url());
      if (!address.protocol.startsWith('http')) return;
      host ??= address.host;
      if (address.host !== host) faults.push(`request to another host: ${request.url()}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400 && !expected.has(response.status())) {
        faults.push(`answer ${response.status()}: ${response.url()}`);
      }
    });
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      if (reason !== 'net::ERR_ABORTED') faults.push(`request failed (${reason}): ${request.url()}`);
    });
  });
  return {
    context,
    faults,
    javascript,
    /** Announces that answers with this status are what the test is about. */
    expect: (status) => expected.add(status),
    /** Announces that from now on answers of 400 and above are faults unless they have this status. */
    expectOnly: (status) => {
      expected.clear();
      expected.add(status);
    },
    page: () => context.newPage(),
    close: () => context.close(),
  };
}

/** Problems that axe-core finds on the page, one text each, with the rule and the element. */
export async function accessibilityProblems(page) {
  await page.evaluate(axeSource);
  const result = await page.evaluate(
    (tags) => globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }),
    rules,
  );
  return result.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${violation.help}\n    ${node.html}\n    ${node.failureSummary}`),
  );
}

/** What sticks out at 320 CSS pixels (1280 at 400 % zoom), where nothing may scroll sideways. */
export async function overflowAt320(page) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 900 });
  const found = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    // A table may scroll inside its own frame: what is inside such a frame does not count.
    const framed = (element) => {
      for (let up = element.parentElement; up; up = up.parentElement) {
        if (up !== document.body && up !== document.documentElement && getComputedStyle(up).overflowX !== 'visible') return true;
      }
      return false;
    };
    const wide = [...document.body.querySelectorAll('*')].filter((element) => element.getBoundingClientRect().right > room + 1 && !framed(element));
    const words = wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120));
    return [`the page is ${document.documentElement.scrollWidth} px wide in a window of ${room} px`, ...words];
  });
  if (before) await page.setViewportSize(before);
  return found;
}

/** A text of やさしい日本語 without the readings in brackets behind its kanji. */
export function withoutReadings(text) {
  return text.replace(/(?<=[\p{Script=Han}々〇])（[ぁ-ゖー、]+）/gu, '');
}

/** What an element shows, without the readings: those above kanji, and those in brackets where no `<ruby>` can be. */
export async function wordsWithoutReadings(locator) {
  const shown = await locator.evaluate((element) => {
    const readings = [...element.querySelectorAll('rt')];
    for (const reading of readings) reading.style.display = 'none';
    const text = element.innerText;
    for (const reading of readings) reading.style.removeProperty('display');
    return text;
  });
  return withoutReadings(shown);
}

/** What a page must have so that everybody finds their way: language, title, one heading, main. */
export async function structureProblems(page) {
  return page.evaluate(() => {
    const problems = [];
    if (!document.documentElement.lang) problems.push('<html> has no lang');
    if (!document.title.trim()) problems.push('the page has no title');
    if (document.querySelectorAll('h1').length !== 1) problems.push(`the page has ${document.querySelectorAll('h1').length} <h1>, not one`);
    if (document.querySelectorAll('main, [role=main]').length !== 1) problems.push('the page has not exactly one <main>');
    const words = document.querySelector('main')?.innerText ?? '';
    if (!words.trim()) problems.push('<main> is empty');
    const markup = /<\/?(?:div|p|span|table|form|input|textarea|ul|li|a|h[1-6])[\s>]/.exec(words);
    if (markup) problems.push(`markup is shown as text: ${words.slice(markup.index, markup.index + 120)}`);
    return problems;
  });
}

/**
 * Walks through the page with the Tab key. Whatever takes the focus must be visible and marked.
 *
 * The page itself writes down what takes the focus, at that moment: asking after each press takes twice as long.
 * @returns {Promise<string[]>} problems
 */
export async function keyboardProblems(page, most = 60) {
  await page.evaluate(() => {
    document.activeElement?.blur?.();
    const walk = { seen: new Set(), problems: [], isOver: false };
    globalThis.keyboardWalk = walk;
    document.addEventListener('focusin', ({ target: element }) => {
      // Round again.
      if (walk.seen.has(element)) walk.isOver = true;
      if (walk.isOver) return;
      walk.seen.add(element);
      const words = element.outerHTML.slice(0, 120);
      const box = element.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) walk.problems.push(`takes the focus but cannot be seen: ${words}`);
      const marks = (one) => {
        const style = getComputedStyle(one);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
      };
      // A control inside a label (a hidden radio button, say) may be marked by its label.
      const label = element.closest('label') ?? element.labels?.[0];
      if (!marks(element) && !(label && marks(label))) walk.problems.push(`the focus is not marked: ${words}`);
    });
  });
  const pressesAtOnce = 15;
  for (let pressed = 0; pressed < most; pressed += pressesAtOnce) {
    await Promise.all(Array.from({ length: Math.min(pressesAtOnce, most - pressed) }, () => page.keyboard.press('Tab')));
    const isOver = await page.evaluate(() => globalThis.keyboardWalk.isOver || document.activeElement === document.body);
    if (isOver) break;
  }
  return page.evaluate(() => globalThis.keyboardWalk.problems);
}

/**
 * Every rule at once for the page that is open: axe-core, structure, 320 pixels, and what
 * the visitor ran into so far. Throws one error that lists all of it.
 *
 * Where the browser runs no JavaScript, axe-core cannot look; use a visitor with `blocked` for it.
 */
export async function checkPage(page, who) {
  const problems = [];
  if (who.javascript !== 'off') problems.push(...(await accessibilityProblems(page)));
  problems.push(...(await structureProblems(page)));
  problems.push(...(await overflowAt320(page)).map((text) => `320 px: ${text}`));
  problems.push(...who.faults.splice(0));
  if (problems.length > 0) {
    throw new Error(`${page.url()} (JavaScript ${who.javascript}):\n- ${problems.join('\n- ')}`);
  }
}

/** The sizes at which pictures are taken. */
export const sizes = [
  { name: '360', width: 360, height: 800, zoom: 1 },
  { name: '1280', width: 1280, height: 900, zoom: 1 },
  { name: '1280-at-200', width: 1280, height: 900, zoom: 2 },
];

/** A picture of the whole page that is open, as browser-tests/out/NAME.png. */
export async function picture(page, name) {
  await mkdir(picturesFolder, { recursive: true });
  const path = join(picturesFolder, `${name}.png`);
  await page.screenshot({ path, fullPage: true, animations: 'disabled' });
  return path;
}

/**
 * Logs in as a member of staff through the page a person would use.
 * @param {import('playwright-core').Page} page
 * @param {string} url  the program's address
 * @param {{path: string, account: string, password: string}} login
 */
export async function logIn(page, url, login) {
  await page.goto(new URL(login.path, url).href);
  const form = page.locator('form', { has: page.locator('input[type=password]') });
  await form.locator('input[autocomplete~=username]').fill(login.account);
  await form.locator('input[type=password]').fill(login.password);
  await Promise.all([
    page.waitForURL((address) => address.pathname !== login.path),
    form.locator('button[type=submit], button:not([type]), input[type=submit]').first().click(),
  ]);
}

/**
 * The newest code that a resident got by mail: where no mail is sent, administrators read it on a page.
 * @param {import('playwright-core').Browser} browser
 * @param {string} url  the program's address
 * @param {string} address  the resident's mail address
 * @returns {Promise<string>} six digits
 */
export async function mailedCode(browser, url, address) {
  const who = await visitor(browser);
  const page = await who.page();
  await logIn(page, url, { path: '/login', account: 'takahashi', password: 'sumikawa-de-tamesu' });
  await page.goto(`${url}/desk/mail`);
  const code = (await page.locator('main section', { hasText: address }).first().innerText()).match(/^\d{6}$/m)?.[0];
  await who.close();
  if (!code) throw new Error(`no code for ${address}`);
  return code;
}

/**
 * Proves freshly who the signed-in member of staff is, as pages of administration ask, with the password.
 * @param {import('playwright-core').Page} page
 * @param {string} url  the program's address
 * @param {{password: string}} login
 */
export async function confirmIdentity(page, url, login) {
  await page.goto(new URL('/account/confirm', url).href);
  const form = page.locator('form', { has: page.locator('input[type=password]') });
  await form.locator('input[type=password]').fill(login.password);
  await Promise.all([
    page.waitForURL((address) => address.pathname !== '/account/confirm'),
    form.locator('button[type=submit], button:not([type])').first().click(),
  ]);
}

/** When the log-ins of some stored states gave their proof of identity last, in milliseconds. */
const proofs = new WeakMap();

/**
 * Gives a fresh proof of identity for a stored log-in, unless it did so in the last five minutes (a proof is good for ten). The session
 * gets a new name by it, so that the stored state is renewed as well.
 * @param {import('playwright-core').Page} page  a page of a visitor with the stored state
 * @param {string} url  the program's address
 * @param {Map<string, object>} states  the stored states by the log-ins' names
 * @param {string} name  the log-in's name
 * @param {{path: string, account: string, password: string}} login
 */
export async function confirmStored(page, url, states, name, login) {
  if (!proofs.has(states)) proofs.set(states, new Map());
  const given = proofs.get(states);
  if (Date.now() - (given.get(name) ?? 0) < 5 * 60_000) return;
  await confirmIdentity(page, url, login);
  states.set(name, await page.context().storageState());
  given.set(name, Date.now());
}

/** Gives a page's browser a passkey device that always says yes. */
export async function addAuthenticator(page) {
  const tools = await page.context().newCDPSession(page);
  await tools.send('WebAuthn.enable');
  await tools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}
