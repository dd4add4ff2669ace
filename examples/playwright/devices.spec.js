import { expect, test } from "./fixtures.js";

const device = (app, name) => app.locator("#devices > li").filter({ has: app.getByRole("heading", { name }) });

test("trust expires after 31 days", async ({ app, world }) => {
  const ipad = device(app, "Alice's iPad");
  await ipad.getByRole("button", { name: "Trust" }).click();
  await expect(ipad).toContainText("Trusted until");

  await world.advance("P31D");
  await app.getByRole("button", { name: "Reload" }).click();
  await expect(ipad).toContainText("Trust expired");
});

test("the app recovers from a backend that fails once", async ({ app, world }) => {
  await world.fail("trustDevice", 500);
  const ipad = device(app, "Alice's iPad");
  await ipad.getByRole("button", { name: "Trust" }).click();
  await expect(ipad.getByRole("alert")).toHaveText("Failed to trust device");

  await ipad.getByRole("button", { name: "Try again" }).click();
  await expect(ipad).toContainText("Trusted until");
  await world.verify(
    { operation: "trustDevice", status: 500 },
    { operation: "trustDevice", status: 200, body: { fingerprint: "fp-alice-ipad" } },
  );
});

test("a click is undone", async ({ app, world }) => {
  const macbook = device(app, "Alice's MacBook");
  await macbook.getByRole("button", { name: "Stop trusting" }).click();
  await expect(macbook).toContainText("Not trusted");

  const [untrusted] = await world.requests({ operation: "untrustDevice" });
  await world.rewind(untrusted.number);
  await app.getByRole("button", { name: "Reload" }).click();
  await expect(macbook).toContainText("Trusted until");
});

for (const preset of ["offline", "backend-down"]) {
  test(`the app shows a message under ${preset}`, async ({ app, world }) => {
    await world.faults({ presets: [preset] });
    await app.getByRole("button", { name: "Reload" }).click();
    await expect(app.getByRole("alert")).toContainText("Your devices cannot be shown");

    await world.faults({});
    await app.getByRole("button", { name: "Try again" }).click();
    await expect(app.getByRole("status")).toHaveText("2 of 7 devices are trusted");
  });
}
