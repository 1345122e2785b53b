// The list of pages that are tested and photographed: pages.json.

import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Page
 * @property {string} name      used for the picture's file name and in the test's name
 * @property {string} path      path and query
 * @property {string} [as]      the log-in to use, a key of `logins`; without it a visitor
 * @property {boolean} [confirm] whether the page asks for a fresh proof of identity: it is given first
 * @property {string} [contains] a text that <main> must show, with JavaScript and without
 * @property {number} [status]  the expected status, 200 when left out
 */

/** @returns {{logins: Record<string, {path: string, account: string, password: string}>, pages: Page[]}} */
export function readPages(file = new URL('../pages.json', import.meta.url)) {
  const { logins = {}, pages = [] } = JSON.parse(readFileSync(file, 'utf8'));
  const names = new Set();
  for (const page of pages) {
    if (!page.name || !page.path?.startsWith('/')) throw new Error(`pages.json: a page needs a name and a path: ${JSON.stringify(page)}`);
    if (page.confirm && !page.as) throw new Error(`pages.json: "${page.name}" needs a log-in to confirm.`);
    if (names.has(page.name)) throw new Error(`pages.json: two pages have the name "${page.name}".`);
    if (page.as && !logins[page.as]) throw new Error(`pages.json: "${page.name}" uses the log-in "${page.as}", which is not listed.`);
    names.add(page.name);
  }
  return { logins, pages };
}
