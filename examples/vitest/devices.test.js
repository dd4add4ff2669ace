import { useWorld } from "flashback-mock/vitest/world";
import { expect, test } from "vitest";
import { connect } from "../devices/api.js";
import { summaryOf, trustOf } from "../devices/trust.js";

// Real requests to a real server: there are no handlers to write or to keep in sync with the backend.
const world = useWorld();
const api = connect({ api: world.url, token: world.token("alice") });

test("trusting a device is remembered", async () => {
  await api.trust("dev-03");
  expect(summaryOf(await api.devices())).toBe("3 of 7 devices are trusted");
});

test("trust expires", async () => {
  await api.trust("dev-03");
  await world.advance("P31D");
  const ipad = (await api.devices()).find(({ id }) => id === "dev-03");
  expect(trustOf(ipad).state).toBe("expired");
});

test.each([
  ["truncated", "cannot be reached, or the connection broke"],
  ["malformed", "cannot be read"],
  ["empty", "cannot be read"],
])("a %s response becomes an error message", async (body, message) => {
  await world.faults({ rules: [{ operation: "listDevices", body }] });
  await expect(api.devices()).rejects.toThrow(message);
});

test("a rate limit error contains the time to wait", async () => {
  await world.faults({ rules: [{ limit: { calls: 1, seconds: 60 } }] });
  await api.devices();
  await expect(api.devices()).rejects.toMatchObject({ status: 429, retryAfter: expect.any(Number) });
});
