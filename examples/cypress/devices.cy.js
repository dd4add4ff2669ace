// One world per spec file, so specs that run in parallel against the same mock don't interfere.
const world = Cypress.spec.name.replace(/[^A-Za-z0-9]+/g, "-");
const mock = Cypress.env("MOCK_URL");
const control = (method, path, body = {}) =>
  cy.request({ method, url: `${mock}/__mock__/worlds/${world}/${path}`, body, headers: { "Content-Type": "application/json" } });

describe("devices", () => {
  beforeEach(() => {
    control("POST", "reset");
    cy.visit("/devices/", { qs: { api: mock, token: `alice-token~${world}` } });
  });

  it("shows that trust has expired", () => {
    cy.contains("li", "Alice's iPad").contains("button", "Trust").click();
    cy.contains("li", "Alice's iPad").should("contain", "Trusted until");
    control("POST", "clock/advance", { by: "P31D" });
    cy.contains("button", "Reload").click();
    cy.contains("li", "Alice's iPad").should("contain", "Trust expired");
  });

  it("recovers from a backend that fails once", () => {
    control("POST", "faults", { operation: "trustDevice", status: 500, times: 1 });
    cy.contains("li", "Alice's iPad").contains("button", "Trust").click();
    cy.contains("li", "Alice's iPad").should("contain", "Failed to trust device");
    cy.contains("li", "Alice's iPad").contains("button", "Try again").click();
    cy.contains("li", "Alice's iPad").should("contain", "Trusted until");
  });
});
