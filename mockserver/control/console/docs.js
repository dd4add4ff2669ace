// Swagger UI on the contract as the running mock serves it; calls go to the mock, into the world named by `?world=`.

const world = new URLSearchParams(location.search).get("world") ?? "main";
document.getElementById("world").textContent = world;
document.getElementById("console").href = `../?world=${encodeURIComponent(world)}`;

window.SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null, // the badge would ask a server on the internet
  presets: [window.SwaggerUIBundle.presets.apis],
  requestInterceptor: (request) => {
    if (world !== "main" && !request.loadSpec) request.headers["Mock-World"] = world;
    return request;
  },
});
