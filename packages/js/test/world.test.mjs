// The built package against a real mock. FLASHBACK_MOCK_BIN names the folder of its programs.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { CannotRun, connect, control, MockRefused, MockWorld, startMock } from "../dist/esm/index.js";

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

const JOB = { type: "object", properties: { id: { type: "string" }, status: { enum: ["pending", "done", "failed"] } } };
const content = { "application/json": { schema: JOB } };
const ANSWER = { 200: { description: "ok", content } };
const ID = { name: "id", in: "path", required: true, schema: { type: "string" } };
const API = {
  openapi: "3.1.0",
  info: { title: "Jobs", version: "1" },
  paths: {
    "/jobs": { post: { operationId: "start", requestBody: { content }, responses: ANSWER } },
    "/jobs/{id}": { get: { operationId: "get", parameters: [ID], responses: ANSWER } },
  },
  webhooks: { finished: { post: { requestBody: { content }, responses: { 204: { description: "ok" } } } } },
};
const BEHAVIOURS = {
  collections: { jobs: { becomes: { status: { pending: { after: "PT1M", is: "done", fails: "failed" } } } } },
  operations: {
    start: { create: { jobs: { "*": "$body", status: "pending" } }, reply: "$record" },
    get: { find: { jobs: { id: "$path.id" } }, reply: "$record" },
  },
};

test("an https mock is trusted, jobs fail, and deliveries are listed, held, dropped and sent again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "flashback-mock-test-"));
  for (const [name, value] of Object.entries({ api: API, behaviours: BEHAVIOURS }))
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(value));
  const received = [];
  const receiver = createServer((request, response) => {
    received.push(request.headers["webhook-id"]);
    request.resume().on("end", () => response.writeHead(received.length === 1 ? 500 : 204).end());
  });
  await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const to = `http://127.0.0.1:${receiver.address().port}/hook`;
  process.env.XDG_DATA_HOME = folder; // the local authority of this test
  const secure = await startMock({ spec: join(folder, "api.json"), args: ["--behaviours", join(folder, "behaviours.json")], tls: true });
  try {
    assert.match(secure.url, /^https:/);
    const world = secure.world("main");
    await assert.rejects(new MockWorld("main", secure.url).info(), /certificate/); // nobody else trusts it

    await world.failJob("start");
    const send = async (method, path, body) =>
      (await control(secure.address, "POST", "worlds/main/requests", { method, path, body })).answer.body;
    for (const id of ["a", "b"]) await send("POST", "/jobs", { id });
    await world.advance("PT1M");
    assert.deepEqual([(await send("GET", "/jobs/a")).status, (await send("GET", "/jobs/b")).status], ["failed", "done"]);

    const first = await world.notify("finished", to, { id: "a", status: "done" });
    assert.deepEqual([first.state, first.attempts, first.status], ["waiting", 1, 500]);
    await world.advance("PT1H");
    const { deliveries, paused, secret } = await world.deliveries({ event: "finished", state: "delivered" });
    assert.deepEqual([deliveries.map(({ id }) => id), paused, secret.startsWith("whsec_")], [[first.id], false, true]);
    assert.equal((await world.resend(first.id)).state, "delivered");
    assert.deepEqual(received, [first.id, first.id, first.id]);

    assert.equal((await world.pauseDeliveries()).paused, true);
    const [held, dropped] = [await world.notify("finished", to), await world.notify("finished", to)];
    assert.deepEqual([held.state, (await world.drop(dropped.id)).state], ["waiting", "dropped"]);
    assert.equal((await world.resumeDeliveries()).paused, false);
    assert.equal(received.at(-1), held.id);
    await world.verify({ operation: "finished", status: 204, count: { min: 3, max: 3 } });
    assert.deepEqual((await world.requests({ verdict: "undelivered" })).map(({ answer }) => answer.status), [500]);
  } finally {
    await secure.stop();
    receiver.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
