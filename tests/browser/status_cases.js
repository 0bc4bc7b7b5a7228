// What a user must see on the page of a status. Each case gets a new page and the page's URL.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

module.exports = {
  async status_looks_well({ page, url, folder, picture }) {
    await page.goto(`${url}?html&full`);
    await page.getByText('wamp-fcgi: ready').waitFor();
    const bar = page.getByRole('meter', { name: 'Workers', exact: true });
    assert.equal(await bar.evaluate((element) => getComputedStyle(element).backgroundSize), '100% 100%');
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'the page scrolls to the side');
    await page.evaluate(axe);
    const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    const told = found.violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html} ${node.failureSummary}`));
    assert.deepEqual(told, []);
    await page.screenshot({ path: `${folder}/status-${picture}.png`, fullPage: true });
    return { ground: await page.evaluate(() => getComputedStyle(document.body).backgroundColor) };
  },

  async status_shows_names_as_text({ page, url, name }) {
    await page.goto(`${url}?html`);
    await page.getByRole('cell', { name, exact: true }).first().waitFor();
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.title(), 'wamp-fcgi: ready');
  },

  async status_is_refreshed({ page, url }) {
    await page.goto(`${url}?html&refresh=1`);
    await page.waitForRequest((request) => request.isNavigationRequest());
  },
};
