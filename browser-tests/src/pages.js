// The list of pages that are tested and photographed: pages.json.

import { readFileSync } from 'node:fs';
import { withDays } from './days.js';

/**
 * @typedef {object} Page
 * @property {string} name      used for the picture's file name and in the test's name
 * @property {string} path      path and query; `{saturday}` stands for a Saturday ahead, so do the other days of the week
 * @property {string} [as]      the log-in to use, a key of `logins`; without it a visitor
 * @property {boolean} [confirm] whether the page asks for a fresh proof of identity: it is given first
 * @property {string} [contains] a text that <main> must show, with JavaScript and without
 * @property {number} [status]  the expected status, 200 when left out
 * @property {string} [through] a route that is opened on the way to the one to `open`, in the same manner
 * @property {string} [open]    a route such as `/desk/cases/{number}`: not the page at `path` is meant but the first page of this
 *   route that it links to. `{number}` stands for digits, any other name in braces for any segment; after a `?` comes what the
 *   query must begin with.
 */

/** @returns {{logins: Record<string, {path: string, account: string, password: string}>, pages: Page[]}} */
export function readPages(file = new URL('../pages.json', import.meta.url)) {
  const { logins = {}, pages = [] } = JSON.parse(readFileSync(file, 'utf8'));
  const names = new Set();
  for (const page of pages) {
    if (!page.name || !page.path?.startsWith('/')) throw new Error(`pages.json: a page needs a name and a path: ${JSON.stringify(page)}`);
    if (page.open && !page.open.startsWith('/')) throw new Error(`pages.json: "${page.name}" opens a route, which begins with /.`);
    if (page.confirm && !page.as) throw new Error(`pages.json: "${page.name}" needs a log-in to confirm.`);
    if (names.has(page.name)) throw new Error(`pages.json: two pages have the name "${page.name}".`);
    if (page.as && !logins[page.as]) throw new Error(`pages.json: "${page.name}" uses the log-in "${page.as}", which is not listed.`);
    page.path = withDays(page.path);
    names.add(page.name);
  }
  return { logins, pages };
}

/**
 * Opens the page that a line means: the one at its path, or the one that it links to.
 * @param {import('playwright-core').Page} page
 * @param {string} url  the program's address
 * @param {Page} entry
 * @returns {Promise<import('playwright-core').Response>} the answer for that page
 */
export async function openPage(page, url, entry) {
  let answer = await page.goto(new URL(entry.path, url).href);
  for (const route of [entry.through, entry.open]) {
    if (route) answer = await follow(page, entry.path, route);
  }
  return answer;
}

/** Opens the first page of a route that the one on show links to. */
async function follow(page, from, route) {
  const [path, query] = route.split('?');
  const segments = path.split('/').map((part) => (part === '{number}' ? '\\d+' : part.startsWith('{') ? '[^/]+' : part));
  const wanted = new RegExp(`^${segments.join('/')}$`);
  const links = await page.locator('main a[href]').evaluateAll((all) => all.map((link) => link.href));
  const found = links.map((link) => new URL(link)).find((link) => wanted.test(link.pathname) && (!query || link.search.startsWith(`?${query}`)));
  if (!found) throw new Error(`${from} links to no page of ${route}`);
  return page.goto(found.href);
}
