// Runs cases of console_cases.js and status_cases.js in one Chromium, on request.
// usage: driver.js CHROMIUM URL FOLDER SECONDS (FOLDER is for pictures; SECONDS limits each wait)
// Each line of standard input is {"case": NAME, ...facts}, each line of standard output {"ok": true, ...findings} or
// {"error": TEXT}.
'use strict';

const readline = require('node:readline');
const { chromium } = require('playwright-core');
const cases = { ...require('./console_cases.js'), ...require('./status_cases.js') };

const [program, url, folder, seconds] = process.argv.slice(2);

// Reports what must not happen in any case.
async function watch(page, faults) {
  const origin = new URL(url).origin;
  page.setDefaultTimeout(1000 * Number(seconds));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) faults.push(`asked ${request.url()}`);
  });
  page.on('pageerror', (error) => faults.push(`threw ${error.stack}`));
  page.on('dialog', (dialog) => {
    faults.push('a dialog opened');
    dialog.dismiss();
  });
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) faults.push(message.text());
  });
  await page.addInitScript(() =>
    addEventListener('securitypolicyviolation', (event) => console.error(`Content Security Policy: ${event.violatedDirective}`)),
  );
}

async function run(browser, { case: name, context: options, ...given }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const faults = [];
  let page;
  try {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(url).origin });
    page = await context.newPage();
    await watch(page, faults);
    const found = await cases[name]({ page, url, folder, ...given });
    if (faults.length > 0) throw new Error(faults.join('\n'));
    return { ok: true, ...found };
  } catch (error) {
    const shown = await page?.locator('main').ariaSnapshot().catch(String);
    return { error: `${error.stack}\n${faults.join('\n')}\nThe page shows:\n${shown}` };
  } finally {
    await context.close();
  }
}

async function main() {
  const browser = await chromium.launch({ executablePath: program, headless: true, args: ['--no-sandbox'] });
  for await (const line of readline.createInterface({ input: process.stdin }))
    process.stdout.write(`${JSON.stringify(await run(browser, JSON.parse(line)))}\n`);
  await browser.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
