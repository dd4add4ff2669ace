import { expect, test } from "vitest";
import { useWorld } from "flashback-mock/vitest/world";
const world = useWorld();
test("a trusted device is remembered", async () => {
  const headers = { Authorization: `Bearer ${world.token("alice")}`, "Content-Type": "application/json" };
  await fetch(`${world.url}/devices/trust`, { method: "POST", headers, body: JSON.stringify({ fingerprint: "fp-alice-ipad" }) });
  expect(await world.record("devices", "dev-03")).toHaveProperty("trustExpiresAt");
});
