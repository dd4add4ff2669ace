// /// client
// name = "notion (Node)"
// packages = ["@notionhq/client@5.26.0"]
// document = "npm:@notionhq/notion-mcp-server@2.5.2/scripts/notion-openapi.json"
// [faults.list]
// whose = "document"
// reason = "declares the blocks of a page as an object without members; the SDK reads `results` and `next_cursor`"
// [faults.users]
// whose = "document"
// reason = "declares the list of users as an object without members; the SDK reads `results`"
// [faults.query]
// whose = "document"
// reason = "declares the result of a query as an object without members; the SDK reads `results`"
// ///
import { Client } from "@notionhq/client";
import { URL, same, step, thrown } from "./steps.mjs";

const notion = new Client({ auth: "ntn_anything", baseUrl: URL, retry: false });
const parent = { page_id: "59833787-2cf9-4fdf-8782-e53db20768a5" };
const title = (content) => ({ title: [{ text: { content } }] });

const page = await step("create", async () => {
  const made = await notion.pages.create({ parent, properties: title("Tuscan kale") });
  same([typeof made.id, made.properties.title[0].text.content], ["string", "Tuscan kale"]);
  return made;
});

await step("read", async () => {
  const read = await notion.pages.retrieve({ page_id: page.id });
  same([read.id, read.properties.title[0].text.content], [page.id, "Tuscan kale"]);
});

await step("list", async () => {
  const paragraph = (content) => ({ paragraph: { rich_text: [{ text: { content } }] } });
  await notion.blocks.children.append({ block_id: page.id, children: [paragraph("One"), paragraph("Two"), paragraph("Three")] });
  const texts = [];
  let start_cursor;
  do {
    const listed = await notion.blocks.children.list({ block_id: page.id, page_size: 2, start_cursor });
    texts.push(...listed.results.map((block) => block.paragraph.rich_text[0].text.content));
    start_cursor = listed.next_cursor ?? undefined;
  } while (start_cursor);
  same(texts, ["One", "Two", "Three"]);
});

await step("update", async () => {
  await notion.pages.update({ page_id: page.id, properties: title("Kale") });
  same((await notion.pages.retrieve({ page_id: page.id })).properties.title[0].text.content, "Kale");
});

const source = await step("data source", async () => {
  const made = await notion.dataSources.create({ parent, properties: { Price: { number: {} } } });
  const read = await notion.dataSources.retrieve({ data_source_id: made.id });
  same([read.id, read.properties], [made.id, { Price: { number: {} } }]);
  return made;
});

await step("query", async () => {
  const { results } = await notion.dataSources.query({ data_source_id: source.id });
  same(Array.isArray(results), true);
});

await step("users", async () => {
  const { results } = await notion.users.list({});
  same(Array.isArray(results), true);
});

await step("me", async () => same((await notion.users.me({})).object, "user"));

await step("delete", async () => {
  await notion.pages.update({ page_id: page.id, archived: true });
  const read = await notion.pages.retrieve({ page_id: page.id });
  same([read.archived, read.properties.title[0].text.content], [true, "Kale"]);
});

await step("comment", async () => {
  const made = await notion.comments.create({ parent: { page_id: page.id }, rich_text: [{ text: { content: "Looks good" } }] });
  same(made.object, "comment");
});

await step("404", async () => {
  const error = await thrown(() => notion.pages.retrieve({ page_id: "00000000-0000-4000-8000-000000000000" }));
  same(error.status, 404);
});

await step("error", async () => {
  const error = await thrown(() => notion.pages.create({ parent: 5, properties: title("None") }));
  same([400, 422].includes(error.status), true);
});
