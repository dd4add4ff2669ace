import { mockWorld } from "flashback-mock/cypress/support";

// One world per spec file, so specs that run in parallel against the same mock don't interfere.
const world = mockWorld();

describe("devices", () => {
  beforeEach(() => {
    world.reset();
    cy.visit("/devices/", { qs: { api: world.url, token: world.token("alice") } });
  });

  it("shows that trust has expired", () => {
    cy.contains("li", "Alice's iPad").contains("button", "Trust").click();
    cy.contains("li", "Alice's iPad").should("contain", "Trusted until");
    world.advance("P31D");
    cy.contains("button", "Reload").click();
    cy.contains("li", "Alice's iPad").should("contain", "Trust expired");
  });

  it("recovers from a backend that fails once", () => {
    world.fail("trustDevice", 500);
    cy.contains("li", "Alice's iPad").contains("button", "Trust").click();
    cy.contains("li", "Alice's iPad").should("contain", "Failed to trust device");
    cy.contains("li", "Alice's iPad").contains("button", "Try again").click();
    cy.contains("li", "Alice's iPad").should("contain", "Trusted until");
  });
});
