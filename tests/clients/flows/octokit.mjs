// /// client
// name = "octokit (Node)"
// packages = ["octokit@5.0.5"]
// document = "npm:@octokit/openapi@23.0.2/generated/api.github.com.json"
// mock = ["--unknown-parents", "adopt"]
// ///
import { Octokit } from "octokit";
import { URL, same, step, thrown } from "./steps.mjs";

const octokit = new Octokit({ auth: "ghp_anything", baseUrl: URL, retry: { enabled: false }, throttle: { enabled: false } });
const { activity, issues, users } = octokit.rest;
const repo = { owner: "octocat", repo: "hello-world" };

await step("login", async () => {
  const { data } = await users.getAuthenticated();
  same(typeof data.login, "string");
});

const issue = await step("create", async () => {
  const { data } = await issues.create({ ...repo, title: "Found a bug", body: "It fails.", labels: ["bug"] });
  same([data.title, data.body, data.state], ["Found a bug", "It fails.", "open"]);
  same(data.labels.map((label) => label.name), ["bug"]);
  return data;
});

await step("read", async () => {
  const { data } = await issues.get({ ...repo, issue_number: issue.number });
  same([data.id, data.title], [issue.id, "Found a bug"]);
});

await step("list", async () => {
  const numbers = [issue.number];
  for (const title of ["Two", "Three", "Four"]) numbers.push((await issues.create({ ...repo, title })).data.number);
  const listed = await octokit.paginate(issues.listForRepo, { ...repo, per_page: 2 });
  const found = listed.map((item) => item.number);
  same(new Set(found).size, found.length);
  same(numbers.filter((number) => !found.includes(number)), []);
});

await step("pages", async () => {
  const pages = [];
  for (const title of ["Five", "Six", "Seven"]) await issues.create({ ...repo, title });
  for await (const { data } of octokit.paginate.iterator(issues.listForRepo, { ...repo, per_page: 2 })) pages.push(data.length);
  same(pages.length > 1 && Math.max(...pages) === 2, true);
});

await step("update", async () => {
  await issues.update({ ...repo, issue_number: issue.number, state: "closed" });
  const { data } = await issues.get({ ...repo, issue_number: issue.number });
  same([data.state, data.title], ["closed", "Found a bug"]);
});

await step("delete", async () => {
  const { data } = await issues.createComment({ ...repo, issue_number: issue.number, body: "Me too" });
  const comment = { ...repo, comment_id: data.id };
  same((await issues.getComment(comment)).data.body, "Me too");
  await issues.deleteComment(comment);
  same((await thrown(() => issues.getComment(comment))).status, 404);
});

await step("404", async () => {
  const error = await thrown(() => issues.get({ ...repo, issue_number: 987654321 }));
  same([error.name, error.status], ["HttpError", 404]);
});

await step("error", async () => {
  const error = await thrown(() => issues.create({ ...repo, title: { no: "text" } }));
  same([error.status, typeof error.response.data.message], [422, "string"]);
});

await step("star", async () => {
  same((await thrown(() => activity.checkRepoIsStarredByAuthenticatedUser(repo))).status, 404);
  await activity.starRepoForAuthenticatedUser(repo);
  same((await activity.checkRepoIsStarredByAuthenticatedUser(repo)).status, 204);
  await activity.unstarRepoForAuthenticatedUser(repo);
  same((await thrown(() => activity.checkRepoIsStarredByAuthenticatedUser(repo))).status, 404);
});

await step("other repository", async () => {
  const { data } = await issues.listForRepo({ owner: "octocat", repo: "spoon-knife" });
  same(data.filter((item) => item.title === "Two"), []);
});
