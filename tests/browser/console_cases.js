// What a user does with the console's page, and must see. Each case gets a new page and the page's URL.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const SECRET = 'kkjH68GiuUZ';
const EVIL = '<img/src=x/onerror=document.title="hit">';

const field = (page, name) => page.getByLabel(name, { exact: true });
const button = (page, name) => page.getByRole('button', { name, exact: true });
const answer = (page) => page.getByRole('region', { name: 'Answer', exact: true });

async function open(page, url, service) {
  await page.goto(url);
  await field(page, 'Service').locator('option').first().waitFor({ state: 'attached' });
  if (service) await choose(page, service);
}

// Selects by the path, with which an option's text begins.
async function choose(page, service) {
  const texts = await field(page, 'Service').locator('option').allTextContents();
  const found = texts.find((text) => text === service || text.startsWith(`${service} `));
  assert.ok(found, `${service} is not among ${texts}`);
  await field(page, 'Service').selectOption({ label: found });
}

async function sign(page, key = 'myapp1', secret = SECRET) {
  await field(page, 'Key').fill(key);
  await field(page, 'Secret').fill(secret);
}

async function seen(page, text) {
  await answer(page).getByText(text).first().waitFor();
}

async function call(page, procedure, args = '', kwargs = '') {
  await field(page, 'Procedure').fill(procedure);
  await field(page, 'Arguments').fill(args);
  await field(page, 'Keyword arguments').fill(kwargs);
  await button(page, 'Call').click();
  await answer(page).locator('strong').first().waitFor();
}

const shown = (page) => answer(page).locator('pre').first().textContent();

// No displayed text has become an element, and no script has run.
async function isText(page) {
  assert.equal(await page.locator('img').count(), 0);
  assert.equal(await page.title(), 'wamp-fcgi console');
}

async function isWithoutViolations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const told = found.violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html} ${node.failureSummary}`));
  assert.deepEqual(told, []);
}

const isTooWide = (page) => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

module.exports = {
  async lists_the_services({ page, url, services }) {
    await open(page, url);
    assert.deepEqual(await field(page, 'Service').locator('option').allTextContents(), services);
  },

  async calls({ page, url }) {
    await open(page, url, '/');
    await call(page, 'com.example.add2', '[2, 3]');
    await seen(page, '200');
    assert.equal(await shown(page), '{"args": [5]}');
    await answer(page).getByText(/^Headers/).click();
    await seen(page, 'application/json; charset=UTF-8');
    await seen(page, / ms$/);
  },

  async asks_below_its_mount_wherever_it_is({ page, url }) {
    await open(page, url.replace('console', 'a%20b/console'), 'listed');
    await call(page, 'com.example.add2', '[2, 3]');
    await seen(page, '200');
  },

  async keeps_integers_of_64_bits_and_binary_values({ page, url }) {
    await open(page, url, '/');
    const values = '[9007199254740993, -9223372036854775808, 18446744073709551615, 1.0, "\\u0000AQID"]';
    await call(page, 'com.example.echo', values, '{"a": 9007199254740993}');
    await seen(page, '200');
    const text = await shown(page);
    assert.equal(text.replace(/\s+/g, ' '), `{ "args": [ ${values.slice(1, -1)} ], "kwargs": {"a": 9007199254740993} }`);
    const note = await answer(page).locator('[data-note]').getAttribute('data-note');
    assert.equal(note, 'binary, 3 bytes');
  },

  async explains_errors({ page, url }) {
    await open(page, url, '/');
    await call(page, 'com.example.missing');
    await seen(page, 'wamp.error.no_such_procedure');
    await seen(page, /No callee has registered this procedure/);
    await call(page, 'com.example..wrong');
    await seen(page, 'wampfcgi.error.procedure_invalid');
    await seen(page, /no WAMP URI/);
    await choose(page, 'listed');
    await call(page, 'com.example.echo');
    await seen(page, '403');
    await seen(page, /not among those that the service/);
  },

  async checks_json_while_it_is_typed({ page, url }) {
    await open(page, url, '/');
    await field(page, 'Procedure').fill('com.example.add2');
    await field(page, 'Arguments').fill('[2, 3');
    await page.getByText('character 6: expected "," or "]", found the end', { exact: true }).waitFor();
    await field(page, 'Keyword arguments').fill('[]');
    await page.getByText('expected an object: { ... }', { exact: true }).waitFor();
    assert.equal(await field(page, 'Arguments').getAttribute('aria-invalid'), 'true');
    const asked = [];
    page.on('request', (request) => asked.push(request.postData()));
    await button(page, 'Call').click();
    await field(page, 'Arguments').fill('[2, 3]');
    await field(page, 'Keyword arguments').fill('');
    assert.equal(await field(page, 'Arguments').getAttribute('aria-invalid'), null);
    await button(page, 'Call').click();
    await seen(page, '200');
    assert.equal(asked.filter((body) => body?.includes('add2')).length, 1);
  },

  async reads_and_writes_json_as_it_is({ page, url, valid, invalid }) {
    await open(page, url);
    const read = (text) => page.evaluate((each) => compactJson(parseJson(each)), text);
    for (const text of valid) assert.equal(await read(` ${text}\n`), text);
    for (const text of invalid) await assert.rejects(read(text), /expected .*, found /, text);
    const long = JSON.stringify({ a: [{ b: 'x'.repeat(80), c: [] }, {}], 'd"': { e: 'y'.repeat(80) } });
    const formatted = await page.evaluate((each) => formatJson(parseJson(each)), long);
    assert.deepEqual(JSON.parse(formatted), JSON.parse(long));
    assert.ok(formatted.includes('\n'));
  },

  async formats_what_was_typed({ page, url }) {
    await open(page, url, '/');
    await field(page, 'Procedure').fill('com.example.echo');
    await field(page, 'Keyword arguments').fill('{"a":[1,2],"b":{"c":{"d":[9007199254740993,"\\u0000AQID"],"e":"long enough for lines"}}}');
    await button(page, 'Call').click();
    await seen(page, '200');
    assert.equal(
      await field(page, 'Keyword arguments').inputValue(),
      '{\n  "a": [1, 2],\n  "b": {\n    "c": {\n      "d": [9007199254740993, "\\u0000AQID"],\n      "e": "long enough for lines"\n    }\n  }\n}',
    );
  },

  async signs_and_calls({ page, url }) {
    await open(page, url, 'signed');
    await call(page, 'com.example.add2', '[2, 3]');
    await seen(page, /takes signed requests only/);
    await sign(page, 'myapp1', 'another secret');
    await call(page, 'com.example.add2', '[2, 3]');
    await seen(page, /not the one of this key/);
    await sign(page);
    await call(page, 'com.example.echo', '["Grüße ☃"]');
    await seen(page, '200');
    assert.equal(await shown(page), '{"args": ["Grüße ☃"]}');
    assert.ok(!(await page.content()).includes(SECRET));
  },

  // Browsers provide no WebCrypto on pages over plain http.
  async signs_without_webcrypto({ page, url }) {
    await page.addInitScript(() => Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined }));
    await open(page, url, 'signed');
    await sign(page);
    await call(page, 'com.example.add2', '[2, 3]');
    await seen(page, '200');
    assert.equal(await shown(page), '{"args": [5]}');
  },

  async makes_the_signatures_of_the_vectors({ page, url, rows, links }) {
    await open(page, url);
    for (const row of rows) {
      const text = row.key + row.timestamp + row.seq + row.nonce + row.content;
      const made = await page.evaluate(
        async ([secret, signed]) => {
          const [key, message] = [secret, signed].map((each) => new TextEncoder().encode(each));
          return [await signatureOf(secret, signed), Array.from(ownHmac(key, message), (byte) => byte.toString(16).padStart(2, '0')).join('')];
        },
        [row.secret, text],
      );
      assert.deepEqual(made, [row.signature_urlsafe, row.hmac_sha256_hex], row.name);
    }
    for (const row of links) {
      const made = await page.evaluate(([each]) => {
        const content = signedContent({ body: null, parameters: [...new URLSearchParams(each.query)] });
        return signatureOf(each.secret, each.key + each.timestamp + each.seq + each.nonce + content);
      }, [row]);
      assert.equal(made, row.signature_urlsafe, row.name);
    }
    const digests = await page.evaluate(() => [0, 55, 56, 63, 64, 65, 119, 120, 1000].map((length) => Array.from(sha256(new Uint8Array(length).fill(97)))));
    const expected = [0, 55, 56, 63, 64, 65, 119, 120, 1000].map((length) =>
      Array.from(require('node:crypto').createHash('sha256').update('a'.repeat(length)).digest()),
    );
    assert.deepEqual(digests, expected);
  },

  async streams_a_call({ page, url }) {
    await open(page, url, '/');
    await field(page, 'Procedure').fill('com.example.count');
    await field(page, 'Arguments').fill('[3, 0.01]');
    await button(page, 'Stream').click();
    await seen(page, 'The stream has ended.');
    const items = answer(page).getByRole('listitem');
    assert.equal(await items.count(), 4);
    assert.match(await items.first().textContent(), /progress · id 1 .*\{"args": \[1\]\}/);
    assert.match(await items.last().textContent(), /result · id 4 .*\{"args": \[3\]\}/);
    assert.ok(await button(page, 'Stop').isDisabled());
  },

  async stops_a_stream({ page, url }) {
    await open(page, url, '/');
    await field(page, 'Procedure').fill('com.example.count');
    await field(page, 'Arguments').fill('[1000, 0.05]');
    await button(page, 'Stream').click();
    await answer(page).getByRole('listitem').nth(2).waitFor();
    await button(page, 'Stop').click();
    await seen(page, 'You stopped the stream.');
    assert.ok(await button(page, 'Stop').isDisabled());
  },

  async shows_events_and_publishes({ page, url }) {
    await open(page, url, 'events');
    await button(page, 'Subscribe').click();
    await seen(page, 'wampfcgi.error.topic_missing');
    await field(page, 'Topic').fill('com.news.a com.news.b');
    await button(page, 'Subscribe').click();
    await seen(page, 'Stream is open');
    await choose(page, 'publish');
    await field(page, 'Topic').fill('com.news.b');
    await field(page, 'Arguments').fill('[9007199254740993]');
    await field(page, 'Options').fill('{"exclude_me": true}');
    await button(page, 'Publish').click();
    await seen(page, /"topic": "com.news.b"/);
    await seen(page, /9007199254740993/);
    await seen(page, /"id": /);
    await button(page, 'Stop').click();
    await seen(page, 'You stopped the stream.');
    await field(page, 'Topic').fill('com.denied');
    await choose(page, 'events');
    await button(page, 'Subscribe').click();
    await seen(page, 'wampfcgi.error.topic_denied');
  },

  async signs_a_stream_of_events({ page, url }) {
    await open(page, url, 'signed-events');
    await field(page, 'Topic').fill('com.news.');
    await field(page, 'Match').selectOption('prefix');
    await sign(page);
    await button(page, 'Subscribe').click();
    await seen(page, 'Stream is open');
  },

  async gets({ page, url }) {
    await open(page, url, 'link');
    assert.equal(await field(page, 'Procedure').inputValue(), 'com.example.echo');
    await field(page, 'Arguments').fill('[1');
    await field(page, 'Method').selectOption('GET');
    assert.ok(!(await field(page, 'Arguments').isVisible()));
    await field(page, 'Keyword arguments').fill('{"tag": ["a b", "ü"], "n": 1}');
    await button(page, 'Call').click();
    await seen(page, '200');
    assert.equal(await shown(page), '{"kwargs": {"tag": ["a b", "ü"], "n": "1"}}');
  },

  // Returns the request in the form of programs, for the test to run.
  async copies({ page, url, service, procedure, topic, args, kwargs, method, key }) {
    await open(page, url, service);
    if (procedure) await field(page, 'Procedure').fill(procedure);
    if (topic) await field(page, 'Topic').fill(topic);
    if (args) await field(page, 'Arguments').fill(args);
    if (kwargs) await field(page, 'Keyword arguments').fill(kwargs);
    if (method) await field(page, 'Method').selectOption(method);
    if (key) await sign(page, key);
    const texts = {};
    for (const language of ['curl', 'JavaScript', 'PHP', 'Python']) {
      await button(page, language).click();
      await button(page, 'Copy').click();
      await page.getByText('Copied.').waitFor();
      texts[language] = await page.evaluate(() => navigator.clipboard.readText());
      assert.ok(!texts[language].includes(SECRET));
    }
    return { texts };
  },

  async completes_procedures({ page, url, registered }) {
    await open(page, url, '/');
    await field(page, 'Procedure').focus();
    const has = (value) => page.locator('datalist option').evaluateAll((all, wanted) => all.some((each) => each.value === wanted), value);
    for (const name of ['com.example.add2', registered])
      await page.waitForFunction((wanted) => [...document.querySelectorAll('datalist option')].some((each) => each.value === wanted), name);
    await isText(page);
    await choose(page, 'listed');
    assert.ok(await has('com.example.add2'));
    assert.ok(!(await has('com.example.echo')));
  },

  async shows_all_as_text({ page, url }) {
    await open(page, url, '/');
    await call(page, 'com.example.echo', JSON.stringify([EVIL]), JSON.stringify({ [EVIL]: EVIL }));
    await seen(page, '200');
    assert.ok((await shown(page)).includes(JSON.stringify(EVIL)));
    await call(page, 'com.example.fail', JSON.stringify([`com.evil.${EVIL}`, [EVIL]]));
    await seen(page, /com\.evil\.<img/);
    await call(page, `com.evil.${EVIL}`);
    await seen(page, /no_such_procedure/);
    await choose(page, 'events');
    await field(page, 'Topic').fill(`com.news.${EVIL}`);
    await button(page, 'Subscribe').click();
    await seen(page, 'Stream is open');
    await choose(page, 'publish');
    await button(page, 'Publish').click();
    await seen(page, /com\.news\.<img/);
    await isText(page);
  },

  async takes_a_request_of_the_history_up_again({ page, url }) {
    await open(page, url, '/');
    await call(page, 'com.example.add2', '[2, 3]');
    await seen(page, '200');
    await choose(page, 'listed');
    await call(page, 'com.example.echo', '[1]');
    await seen(page, '403');
    await choose(page, 'events');
    await field(page, 'Topic').fill('com.denied');
    await button(page, 'Subscribe').click();
    await seen(page, 'wampfcgi.error.topic_denied');
    const history = page.getByRole('region', { name: 'History of this page' }).getByRole('button');
    const entries = await history.locator('strong, .mono').allTextContents();
    const events = ['403', 'com.denied', 'events '];
    assert.deepEqual(entries, [...events, '403', 'com.example.echo', 'listed [1]', '200', 'com.example.add2', '/ [2,3]']);
    await history.last().click();
    assert.equal(await field(page, 'Procedure').inputValue(), 'com.example.add2');
    assert.equal(await field(page, 'Arguments').inputValue(), '[2, 3]');
    await button(page, 'Call').click();
    await seen(page, '200');
  },

  async is_usable_by_keyboard_alone({ page, url }) {
    await open(page, url);
    const at = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);
    const tabTo = async (id, key = 'Tab') => {
      for (let presses = 0; (await at()) !== id; presses += 1) {
        assert.ok(presses < 20, `${key} does not lead to ${id}`);
        await page.keyboard.press(key);
      }
    };
    await tabTo('service');
    await page.keyboard.press('Home');
    await tabTo('uri');
    await page.keyboard.type('com.example.count');
    await tabTo('args');
    await page.keyboard.type('[1000, 0.05]');
    await tabTo('stream');
    await page.keyboard.press('Enter');
    await answer(page).getByRole('listitem').first().waitFor();
    await tabTo('stop');
    await page.keyboard.press('Space');
    await seen(page, 'You stopped the stream.');
    assert.equal(await at(), 'main');
    await tabTo('uri', 'Shift+Tab');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('com.example.add2');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('[2, 3]');
    await page.keyboard.press('Control+Enter');
    await seen(page, '200');
    assert.equal(await shown(page), '{"args": [5]}');
  },

  // Fills each part of the page, and leaves a picture of it in the folder.
  async looks_well({ page, url, folder, picture }) {
    await open(page, url, '/');
    await call(page, 'com.example.echo', '[9007199254740993, "Grüße ☃", {"orders": [{"id": 1, "total": 12.5, "paid": true}, {"id": 2, "total": 3, "paid": null}]}]', '{"binary": "\\u0000AQID"}');
    await seen(page, '200');
    await call(page, 'com.example.a_long_name_without_any_place_to_break_it_at_as_there_are_some_in_the_wild');
    await seen(page, /No callee/);
    await field(page, 'Procedure').fill('com.example.count');
    await field(page, 'Arguments').fill('[3, 0.01]');
    await button(page, 'Stream').click();
    await seen(page, 'The stream has ended.');
    await call(page, 'com.example.echo', '[9007199254740993, "Grüße ☃", {"orders": [{"id": 1, "total": 12.5, "paid": true}, {"id": 2, "total": 3, "paid": null}]}]', '{"binary": "\\u0000AQID"}');
    await seen(page, '200');
    assert.ok(!(await isTooWide(page)), 'the page scrolls to the side');
    await isWithoutViolations(page);
    await page.screenshot({ path: `${folder}/${picture}.png`, fullPage: true });
    await choose(page, 'signed-events');
    await field(page, 'Topic').fill('com.news.a');
    await sign(page, 'myapp1', 'another secret');
    await button(page, 'Subscribe').click();
    await seen(page, 'wampfcgi.error.signature_invalid');
    await answer(page).getByText(/^Headers/).first().click();
    await button(page, 'PHP').click();
    assert.ok(!(await isTooWide(page)), 'the form of events scrolls to the side');
    await isWithoutViolations(page);
    await page.screenshot({ path: `${folder}/${picture}-events.png`, fullPage: true });
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    return { ground };
  },
};
