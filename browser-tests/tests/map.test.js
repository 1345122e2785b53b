// Maps: a resident picks a place with the mouse and with the keyboard, without WebGL and without JavaScript; the desk sees it.

import assert from 'node:assert/strict';
import { writeFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { archive } from '../src/archive.js';
import { checkPage, keyboardProblems, launch, logIn, mailedCode, picture, visitor } from '../src/browser.js';
import { readPages } from '../src/pages.js';
import { startDemo } from '../src/program.js';

const { logins } = readPages();
const PROCEDURE = 'patronage';
const BOX = 'input[name="venue.coordinates"]';
const clerk = { ...logins.editor, account: 'nakamura' };
const MAP = 'section[data-map]';

/** A day a month ahead, in the era 令和. */
function dayAhead() {
  const [year, month, day] = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10).split('-').map(Number);
  return { year: String(year - 2018), month: String(month), day: String(day) };
}

/** What is typed into an input, by the end of its name. */
const typed = {
  family: '髙橋',
  given: '美咲',
  family_kana: 'タカハシ',
  given_kana: 'ミサキ',
  postal_code: '999-0001',
  city: '澄川市',
  town: '本町二丁目',
  block: '3-4',
  applicant_phone: '090-0000-0000',
  applicant_email: 'someone@sumikawa.example',
  ...dayAhead(),
};

let addresses = 0;

/** Answers what comes before the page that asks for the place. */
async function toThePlace(page, url) {
  const press = (button) => Promise.all([page.waitForLoadState('load'), button.click()]);
  await page.goto(`${url}/procedures/${PROCEDURE}`);
  await press(page.locator('main a[href$="/start"], main form[action$="/start"] button').first());
  for (let step = 0; step < 15 && (await page.locator(BOX).count()) === 0; step++) {
    if (page.url().endsWith('/email')) {
      const address = `map-${process.pid}-${++addresses}@sumikawa.example`;
      await page.locator('main input[type=email]').fill(address);
      await press(page.locator('main button[value=send]'));
      await page.locator('main input[name=code]').fill(await mailedCode(page.context().browser(), url, address));
    }
    await answerAndGoOn(page);
  }
  assert.equal(await page.locator(BOX).count(), 1, `no question about a place: ${page.url()} ${await page.locator('main').innerText()}`);
}

/** Answers every empty question of the page that is open, and sends it. */
async function answerAndGoOn(page) {
  const form = page.locator('main form[method=post]').first();
  for (const input of await form.locator('input:visible, textarea:visible').all()) {
    const type = await input.getAttribute('type');
    const name = (await input.getAttribute('name')) ?? '';
    if (type === 'radio' || type === 'checkbox') {
      const chosen = await form.locator(`input[name="${name}"]`).evaluateAll((all) => all.some((one) => one.checked));
      if (!chosen) await input.check();
    } else if (type === 'file') {
      await input.setInputFiles({ name: 'plan.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n%%EOF\n') });
    } else if (!name.endsWith('.coordinates') && !(await input.inputValue())) {
      const digits = (await input.getAttribute('inputmode')) === 'numeric';
      await input.fill(typed[name.split('.').at(-1)] ?? (digits ? '2' : '見本の内容です'));
    }
  }
  for (const select of await form.locator('select:visible').all()) {
    if (!(await select.inputValue())) await select.selectOption({ index: 1 });
  }
  await Promise.all([page.waitForLoadState('load'), page.locator('main form[method=post] button[data-type=solid-fill]').first().click()]);
}

const shown = (page) => page.locator(`${MAP}[data-map-state=shown]`).first().waitFor({ timeout: 60_000 });

async function openMap(page) {
  await page.locator('[data-map-open]').click();
  await shown(page);
}

/** The colour of the middle of an element, as the eye sees it. */
async function colourInTheMiddle(page, locator) {
  const png = (await locator.screenshot()).toString('base64');
  return page.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    return [...pen.getImageData(Math.round(image.width / 2) + 40, Math.round(image.height / 2) + 40, 1, 1).data].slice(0, 3);
  }, png);
}

describe('maps', () => {
  let demo;
  let drawing;
  let plain;

  before(async () => {
    demo = await startDemo();
    drawing = await launch({ webgl: true });
    plain = await launch();
  });

  after(async () => {
    await drawing?.close();
    await plain?.close();
    await demo?.stop();
  });

  for (const width of [360, 1280]) {
    test(`a place is picked by a press, by dragging and by keyboard, ${width} wide`, { timeout: 240_000 }, async () => {
      const resident = await visitor(drawing, { width });
      resident.expect(422);
      const page = await resident.page();
      const asked = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await toThePlace(page, demo.url);
      assert.deepEqual(asked.filter((path) => path.startsWith('/assets/map') || path.startsWith('/map/')), [], 'nothing of the map is fetched before it is asked for');
      resident.faults.splice(0);
      await openMap(page);
      await checkPage(page, resident);
      const box = page.locator(BOX);
      assert.equal(await box.inputValue(), '');

      const canvas = page.locator('.maplibregl-canvas');
      await canvas.scrollIntoViewIfNeeded();
      const area = await canvas.boundingBox();
      await page.mouse.click(area.x + area.width / 3, area.y + area.height / 3);
      const pressed = await box.inputValue();
      assert.match(pressed, /^34\.\d{6}, 13[45]\.\d{6}$/);
      const [latitude, longitude] = pressed.split(', ').map(Number);
      assert.ok(latitude > 34.4 && longitude < 135, `left of the middle and above it: ${pressed}`);

      const pin = page.locator('.map-pin');
      const from = await pin.boundingBox();
      await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
      await page.mouse.down();
      await page.mouse.move(from.x + 60, from.y + 70, { steps: 5 });
      await page.mouse.up();
      const dragged = await box.inputValue();
      assert.ok(Number(dragged.split(', ')[0]) < latitude, `dragged down: ${pressed} → ${dragged}`);

      // By keyboard alone: move the map, set the pin in its middle.
      await canvas.focus();
      for (let press = 0; press < 3; press++) {
        await page.keyboard.press('ArrowUp');
        await page.waitForTimeout(400);
      }
      await page.locator('.map-pick button').focus();
      await page.keyboard.press('Enter');
      const middle = await box.inputValue();
      assert.ok(Number(middle.split(', ')[0]) > 34.4, `moved up: ${middle}`);
      assert.ok((await page.locator('.map-pick [role=status]').innerText()).includes(middle));

      // What is typed moves the pin; what is emptied takes it away.
      await box.fill('３４．４１００、１３５．０１００');
      assert.ok(await pin.isVisible());
      await box.fill('');
      assert.equal(await pin.count(), 0);
      await box.fill('34.399, 135.002');
      await page.waitForTimeout(300);
      assert.deepEqual(await keyboardProblems(page, 80), []);
      await checkPage(page, resident);
      await picture(page, `map-picks-${width}`);

      await resident.close();
    });
  }

  test('without WebGL the question stays as it was', { timeout: 120_000 }, async () => {
    const resident = await visitor(plain, { width: 360 });
    resident.expect(422);
    const page = await resident.page();
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await toThePlace(page, demo.url);
    resident.faults.splice(0);
    assert.equal(await page.locator(MAP).getAttribute('data-map-state'), 'none');
    assert.equal(await page.locator(MAP).isVisible(), false);
    assert.ok(await page.locator(BOX).isVisible());
    assert.deepEqual(asked.filter((path) => path.startsWith('/assets/map')), []);
    await checkPage(page, resident);
    await resident.close();
  });

  test('without JavaScript the question stays as it was', { timeout: 120_000 }, async () => {
    const resident = await visitor(plain, { javascript: 'off', width: 360 });
    resident.expect(422);
    const page = await resident.page();
    await toThePlace(page, demo.url);
    resident.faults.splice(0);
    assert.equal(await page.locator(MAP).isVisible(), false);
    assert.ok(await page.locator(BOX).isVisible());
    await checkPage(page, resident);
    await resident.close();
  });

  test('a picked place is sent with the application, and the desk sees it on a small map', { timeout: 240_000 }, async () => {
    const resident = await visitor(drawing, { width: 360 });
    resident.expect(422);
    const page = await resident.page();
    await toThePlace(page, demo.url);
    await openMap(page);
    await page.locator('.map-pick button').click();
    assert.equal(await page.locator(BOX).inputValue(), '34.400000, 135.000000');
    for (let step = 0; step < 10 && !page.url().endsWith('/check'); step++) await answerAndGoOn(page);
    assert.match(page.url(), /\/check$/, await page.locator('main').innerText());
    assert.ok((await page.locator('main').innerText()).includes('(34.4, 135)'));
    resident.faults.splice(0);
    await checkPage(page, resident);
    await Promise.all([page.waitForURL(/\/done/), page.locator('main form[action$="/check"] button').click()]);
    await resident.close();

    for (const [browser, width] of [[drawing, 1280], [drawing, 360], [plain, 360]]) {
      const desk = await visitor(browser, { width });
      const work = await desk.page();
      await logIn(work, demo.url, clerk);
      await work.goto(`${demo.url}/desk/cases?procedure=${PROCEDURE}&sort=newest`);
      await work.goto(await work.locator('main tbody a[href^="/desk/cases/"]').first().evaluate((link) => link.href));
      const map = work.locator(MAP);
      if (browser === drawing) {
        await map.scrollIntoViewIfNeeded();
        await shown(work);
        assert.ok(await work.locator('.map-pin').isVisible());
        await picture(work, `map-desk-${width}`);
      } else {
        assert.equal(await map.isVisible(), false);
      }
      assert.equal(await work.locator('main a[href^="https://maps.gsi.go.jp/"]').getAttribute('href'), 'https://maps.gsi.go.jp/#17/34.4/135/');
      await checkPage(work, desk);
      await desk.close();
    }
  });

  test('a base map in the data folder is drawn, asked for by ranges', { timeout: 180_000, skip: process.env.YAKUBA_URL && 'needs the data folder' }, async () => {
    const file = join(demo.data, 'base.pmtiles');
    await writeFile(file, archive());
    try {
      const resident = await visitor(drawing);
      resident.expect(422);
      const page = await resident.page();
      const answers = [];
      page.on('response', (response) => {
        if (response.url().endsWith('/map/base.pmtiles')) answers.push([response.status(), response.request().headers().range]);
      });
      await toThePlace(page, demo.url);
      resident.faults.splice(0);
      await openMap(page);
      assert.ok(answers.length > 0);
      for (const [status, range] of answers) {
        assert.equal(status, 206);
        assert.match(range, /^bytes=\d+-\d+$/);
      }
      // Land as the style draws it, not the plain ground.
      assert.deepEqual(await colourInTheMiddle(page, page.locator('.maplibregl-canvas')), [0xf7, 0xf6, 0xf2]);
      assert.equal(await page.locator('.map__attribution').innerText(), '見本の地図');
      await checkPage(page, resident);
      await resident.close();
    } finally {
      await rm(file);
    }
  });

  for (const width of [360, 1280]) {
    test(`facilities stand on a map and in a list, ${width} wide`, { timeout: 120_000 }, async () => {
      const who = await visitor(drawing, { width });
      const page = await who.page();
      await page.goto(`${demo.url}/booking`);
      const map = page.locator('#facilities-map');
      await map.scrollIntoViewIfNeeded();
      await shown(page);
      await checkPage(page, who);
      assert.equal(await map.locator('[data-map-instead]').isVisible(), false);
      await picture(page, `map-facilities-${width}`);

      // A layer is switched off and on with the keyboard.
      const box = map.locator('input[data-map-layer]').first();
      await box.focus();
      await page.keyboard.press('Space');
      assert.equal(await box.isChecked(), false);
      await page.keyboard.press('Space');

      // A press on a sign tells what it is; on a number it comes nearer.
      const area = await map.locator('.maplibregl-canvas').boundingBox();
      const popup = page.locator('.map-popup');
      search: for (let row = 1; row < 20; row++) {
        for (let column = 1; column < 20; column++) {
          await page.mouse.click(area.x + (area.width * column) / 20, area.y + (area.height * row) / 20);
          if (await popup.count()) break search;
        }
      }
      const link = popup.locator('a[href^="/booking/"]').first();
      const name = await link.innerText();
      await checkPage(page, who);
      await page.goto(await link.evaluate((one) => one.href));
      assert.equal(await page.locator('h1').innerText(), name);
      await page.locator('#facility-map').scrollIntoViewIfNeeded();
      await shown(page);
      await checkPage(page, who);
      await picture(page, `map-facility-${width}`);
      await who.close();
    });
  }

  test('without WebGL the list says what the map would', async () => {
    const who = await visitor(plain);
    const page = await who.page();
    await page.goto(`${demo.url}/booking`);
    const map = page.locator('#facilities-map');
    assert.ok(await map.locator('[data-map-instead]').isVisible());
    assert.equal(await map.locator('input:visible').count(), 0);
    const list = await map.locator('a[href^="#"]').getAttribute('href');
    assert.ok(await page.locator(list).isVisible());
    await checkPage(page, who);
    await who.close();
  });

  test('a page without a map loads nothing of it', async () => {
    const who = await visitor(drawing);
    const page = await who.page();
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(demo.url, { waitUntil: 'networkidle' });
    assert.deepEqual(asked.filter((path) => path.includes('map')), []);
    await who.close();
  });
});
