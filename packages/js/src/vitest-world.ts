/**
 * A world of the mock for each worker of Vitest. The global setup in `flashback-mock/vitest` starts the mock; Vitest
 * loads that module where its test functions don't exist, so this one is apart.
 */
import { beforeEach, inject } from "vitest";

import type {} from "./vitest.js"; // declares what `inject` returns
import { MockWorld, type Address } from "./world.js";

/** The world of this worker. It is reset before each test of the file that calls this function. */
export function useWorld(): MockWorld {
  const address: Address | undefined = inject("mock");
  if (!address) throw new Error('add `globalSetup: "flashback-mock/vitest"` to the configuration of Vitest');
  const world = new MockWorld(`vitest-${process.env["VITEST_POOL_ID"] ?? "1"}`, address);
  beforeEach(async () => {
    await world.reset();
  });
  return world;
}
