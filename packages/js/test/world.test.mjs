// The built package against a real mock. FLASHBACK_MOCK_BIN names the folder of its programs.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { CannotRun, connect, MockRefused, MockWorld, startMock } from "../dist/esm/index.js";

const require = createRequire(import.meta.url);
const BIN = fileURLToPath(new URL("../dist/esm/bin.js", import.meta.url));
const IPAD = { fingerprint: "fp-alice-ipad" };
let mock;

before(async () => (mock = await startMock()));
after(() => mock.stop());

const trust = (world) =>
  fetch(`${world.url}/devices/trust`, {
    method: "POST",
    headers: { Authorization: `Bearer ${world.token("alice")}`, "Content-Type": "application/json" },
    body: JSON.stringify(IPAD),
  });

test("a world remembers, expires and forgets", async () => {
  const world = mock.world("remembers");
  assert.equal((await trust(world)).status, 200);
  assert.equal(typeof (await world.record("devices", "dev-03")).trustExpiresAt, "string");
  const before = Date.parse((await world.clock()).now);
  assert.ok(Date.parse((await world.advance("P31D")).now) - before >= 31 * 86_400_000);
  await world.reset();
  assert.equal((await world.record("devices", "dev-03")).trustExpiresAt, undefined);
  assert.deepEqual(await world.requests(), []);
});

test("worlds are apart, and copies begin where they were made", async () => {
  const [one, other] = [mock.world("one"), mock.world("other")];
  await trust(one);
  const copy = await one.fork("copy", true);
  await one.rewind();
  await other.reset();
  for (const [world, trusted] of [[one, false], [other, false], [copy, true]])
    assert.equal("trustExpiresAt" in (await world.record("devices", "dev-03")), trusted, world.name);
});

test("a saved state is loaded, and one that does not fit is refused", async () => {
  const [world, copy] = [mock.world("saved"), mock.world("loaded")];
  await trust(world);
  const text = await world.save();
  await copy.load(text);
  assert.equal("trustExpiresAt" in (await copy.record("devices", "dev-03")), true);
  await assert.rejects(copy.load("state: 2\nrecords: {}", "cart.yaml"), /cart\.yaml:1/);
});

test("faults, requests and verification", async () => {
  const world = mock.world("faults");
  await world.fail("trustDevice", 503);
  assert.deepEqual([(await trust(world)).status, (await trust(world)).status], [503, 200]);
  await world.verify({ operation: "trustDevice", status: 503, body: IPAD }, { operation: "trustDevice", status: 200 });
  await assert.rejects(world.verify({ operation: "listDevices" }), /did not call the API as expected:\n.*listDevices/s);
  assert.deepEqual((await world.requests({ status: "5XX" })).map(({ answer }) => answer.status), [503]);
  assert.match(await world.why(1), /POST \/devices\/trust -> 503/);
});

test("records are written, changed and deleted", async () => {
  const world = mock.world("records");
  await world.reset(); // creates it
  const record = await world.record("devices", "dev-01");
  await world.put("devices", "new/1", { ...record, id: "new/1" });
  await world.change("devices", "new/1", { city: "Bern" });
  assert.equal((await world.record("devices", "new/1")).city, "Bern");
  await world.delete("devices", "new/1");
  await assert.rejects(world.record("devices", "new/1"), (error) => error instanceof MockRefused && error.status === 404);
});

test("a running mock is used, with its users", async () => {
  const other = await connect(mock.url);
  assert.deepEqual(other.users, mock.users);
  assert.equal(other.world("w").token(), "alice-token~w");
  assert.deepEqual(new MockWorld("w", mock.url).headers(), { "Mock-World": "w" });
  await other.stop(); // this process didn't start it
  assert.ok((await mock.world("w").reset()).records.devices > 0);
});

test("problems name their cause", async () => {
  await assert.rejects(startMock({ spec: "missing.yaml" }), (error) => error instanceof CannotRun && /missing\.yaml/.test(error.message));
  await assert.rejects(connect("http://127.0.0.1:9"), /the mock server doesn't respond/);
  await assert.rejects(mock.world("w").advance("soon"), /400 .*by/);
});

test("CommonJS has the same exports", () => {
  const common = require("../dist/cjs/index.js");
  assert.equal(new common.MockWorld("w", mock.url).token("t"), "t~w");
  assert.equal(typeof require("../dist/cjs/cypress.js").mockPlugin, "function");
});

test("the command passes arguments and the exit code on", () => {
  const version = spawnSync(process.execPath, [BIN, "--version"], { encoding: "utf8" });
  assert.match(version.stdout, /\d+\.\d+\.\d+/);
  assert.equal(spawnSync(process.execPath, [BIN, "mock", "missing.yaml"]).status, 2);
  const env = { ...process.env, FLASHBACK_MOCK_BIN: "/nowhere" };
  const missing = spawnSync(process.execPath, [BIN, "mock"], { env, encoding: "utf8" });
  assert.deepEqual([missing.status, missing.stderr.split(":")[1].trim()], [3, "FLASHBACK_MOCK_BIN"]);
});

test("Cypress calls the methods of a world as tasks", async () => {
  const { mockPlugin } = await import("../dist/esm/cypress.js");
  const { mockWorld } = await import("../dist/esm/cypress-support.js");
  const registered = {};
  process.env.MOCK_URL = mock.url;
  const config = await mockPlugin((event, what) => (registered[event] = what), { env: {} });
  delete process.env.MOCK_URL;
  globalThis.Cypress = { spec: { name: "a b.cy.js" }, env: (name) => config.env[name] };
  globalThis.cy = { task: (name, call) => registered.task[name](call) };
  const world = mockWorld();
  assert.equal(world.token("bob"), "bob-token~a-b-cy-js");
  assert.equal((await world.freeze("2031-01-01T00:00:00Z")).frozen, true);
  assert.equal(await world.verify(), null);
  await assert.rejects(async () => world.constructorOf(), /a world has no method constructorOf/);
  await registered["after:run"]();
});
