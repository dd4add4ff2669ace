/**
 * Controls a world of the mock from a test of Cypress.
 *
 * ```ts
 * import { mockWorld } from "flashback-mock/cypress/support";
 * const world = mockWorld();
 * beforeEach(() => world.reset());
 * it("shows that trust has expired", () => { world.advance("P31D"); });
 * ```
 */
import type { WorldMethod } from "./cypress.js";
import type { MockWorld } from "./world.js";

interface Chainable<T> {
  then(callback: (value: T) => unknown): unknown;
}

/** The methods of a world as commands of Cypress. */
export type CypressWorld = {
  [Name in WorldMethod]: (...args: Parameters<MockWorld[Name]>) => Chainable<Awaited<ReturnType<MockWorld[Name]>>>;
} & { readonly name: string; readonly url: string; token(user?: string): string };

declare const Cypress: { spec: { name: string }; env(name: string): unknown };
declare const cy: { task(name: string, argument: unknown): Chainable<never> };

/** A world; by default one for each spec file, so that files that run in parallel don't interfere. */
export function mockWorld(name = Cypress.spec.name.replace(/[^A-Za-z0-9]+/g, "-")): CypressWorld {
  const url = String(Cypress.env("MOCK_URL"));
  const users = (Cypress.env("MOCK_USERS") ?? {}) as Record<string, string>;
  const own = {
    name,
    url,
    token: (user = Object.keys(users)[0] ?? "") => `${users[user] ?? user}~${name}`,
  };
  return new Proxy(own, {
    get: (target, key) =>
      key in target
        ? target[key as keyof typeof target]
        : (...args: unknown[]) => cy.task("flashback-mock", { world: name, method: key, args }),
  }) as CypressWorld;
}
