// Takes pictures of every page of pages.json at three sizes: `make screenshots`. With a word, only of pages whose name has it.

import { confirmStored, launch, logIn, picture, sizes, visitor } from './browser.js';
import { openPage, readPages } from './pages.js';
import { startDemo } from './program.js';

const { logins, pages: all } = readPages();
const pages = all.filter((page) => page.name.includes(process.argv[2] ?? ''));
if (pages.length === 0) {
  console.log('browser-tests/pages.json lists no page yet: no picture was taken.');
  process.exit(0);
}
const demo = await startDemo();
const browser = await launch();
try {
  // One log-in per account serves all sizes.
  const states = new Map();
  for (const name of new Set(pages.map((page) => page.as).filter(Boolean))) {
    const who = await visitor(browser);
    await logIn(await who.page(), demo.url, logins[name]);
    states.set(name, await who.context.storageState());
    await who.close();
  }
  for (const entry of pages) {
    for (const size of sizes) {
      const who = await visitor(browser, { ...size, context: entry.as ? { storageState: states.get(entry.as) } : {} });
      const page = await who.page();
      if (entry.confirm) await confirmStored(page, demo.url, states, entry.as, logins[entry.as]);
      await openPage(page, demo.url, entry);
      console.log(await picture(page, `${entry.name}-${size.name}`));
      await who.close();
    }
  }
} finally {
  await browser.close();
  await demo.stop();
}
