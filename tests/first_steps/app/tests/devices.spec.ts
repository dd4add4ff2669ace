import { expect, test } from "flashback-mock/playwright";
for (const round of [1, 2, 3, 4, 5, 6]) {
  test(`trust expires ${round}`, async ({ page, world }) => {
    await page.goto(`/?${new URLSearchParams({ api: world.url, token: world.token("alice") })}`);
    const ipad = page.getByRole("listitem").filter({ hasText: "Alice's iPad" });
    await expect(ipad).toContainText("not trusted");
    await page.getByRole("button", { name: "Trust iPad" }).click();
    await expect(ipad).not.toContainText("not trusted");
    await world.advance("P31D");
    await page.reload();
    await expect(ipad).toContainText("not trusted");
    await world.verify({ operation: "trustDevice", status: 200 });
    expect((await world.requests({ operation: "listDevices" })).length).toBe(3);
  });
}
