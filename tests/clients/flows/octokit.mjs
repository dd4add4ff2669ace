// /// client
// name = "octokit (Node)"
// packages = ["octokit@5.0.5"]
// document = "npm:@octokit/openapi@23.0.2/generated/api.github.com.json"
// mock = ["--unknown-parents", "adopt"]
// ///
import { Octokit } from "octokit";
import { URL, same, step, thrown } from "./steps.mjs";

const octokit = new Octokit({ auth: "ghp_anything", baseUrl: URL, retry: { enabled: false }, throttle: { enabled: false } });
const { actions, activity, gists, issues, pulls, repos, teams, users } = octokit.rest;
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

await step("labels", async () => {
  const one = { ...repo, issue_number: issue.number };
  await issues.addLabels({ ...one, labels: ["first", "second", "third"] });
  await issues.removeLabel({ ...one, name: "first" });
  const added = ["second", "third"];
  const listed = (await issues.listLabelsOnIssue(one)).data.map((label) => label.name);
  same([listed.includes("first"), added.filter((name) => listed.includes(name))], [false, added]);
  const shown = (await issues.get(one)).data.labels.map((label) => label.name);
  same([shown.includes("first"), added.filter((name) => shown.includes(name))], [false, added]);
  await issues.update({ ...one, labels: ["bug", "ui"] });
  same((await issues.get(one)).data.labels.map((label) => label.name), ["bug", "ui"]);
});

await step("comments", async () => {
  const one = { ...repo, issue_number: issue.number };
  for (const body of ["1", "2", "3"]) await issues.createComment({ ...one, body });
  const comments = await octokit.paginate(issues.listComments, { ...one, per_page: 2 });
  same(comments.map((comment) => comment.body), ["1", "2", "3"]);
  await issues.updateComment({ ...repo, comment_id: comments[0].id, body: "changed" });
  same((await issues.getComment({ ...repo, comment_id: comments[0].id })).data.body, "changed");
});

await step("milestone", async () => {
  const { data } = await issues.createMilestone({ ...repo, title: "v1" });
  await issues.update({ ...repo, issue_number: issue.number, milestone: data.number });
  same((await issues.get({ ...repo, issue_number: issue.number })).data.milestone.title, "v1");
});

await step("lock", async () => {
  const one = { ...repo, issue_number: issue.number };
  await issues.lock(one);
  same((await issues.get(one)).data.locked, true);
  await issues.unlock(one);
  same((await issues.get(one)).data.locked, false);
});

await step("release", async () => {
  const { data } = await repos.createRelease({ ...repo, tag_name: "v1.0.0", name: "One" });
  same([data.draft, data.prerelease], [false, false]);
  same((await repos.getReleaseByTag({ ...repo, tag: "v1.0.0" })).data.id, data.id);
  await repos.deleteRelease({ ...repo, release_id: data.id });
  same((await thrown(() => repos.getReleaseByTag({ ...repo, tag: "v1.0.0" }))).status, 404);
});

await step("pull request", async () => {
  const { data } = await pulls.create({ ...repo, title: "Change", head: "feature", base: "main" });
  const one = { ...repo, pull_number: data.number };
  same((await pulls.get(one)).data.title, "Change");
  same((await thrown(() => pulls.checkIfMerged(one))).status, 404);
  await pulls.merge(one);
  same((await pulls.checkIfMerged(one)).status, 204);
});

await step("secret", async () => {
  const one = { ...repo, secret_name: "TOKEN" };
  await actions.createOrUpdateRepoSecret({ ...one, encrypted_value: "c2VjcmV0", key_id: "1" });
  same((await actions.getRepoSecret(one)).data.name, "TOKEN");
  await actions.deleteRepoSecret(one);
  same((await thrown(() => actions.getRepoSecret(one))).status, 404);
});

await step("gist", async () => {
  const { data } = await gists.create({ description: "g", public: true, files: { "a.txt": { content: "hi" } } });
  await gists.update({ gist_id: data.id, description: "h" });
  const read = (await gists.get({ gist_id: data.id })).data;
  same([read.description, read.files["a.txt"].content], ["h", "hi"]);
});

await step("user", async () => {
  same((await users.getByUsername({ username: "octocat" })).data.login, "octocat");
});

await step("team", async () => {
  const { data } = await teams.create({ org: "acme", name: "Core" });
  same((await teams.getByName({ org: "acme", team_slug: data.slug })).data.name, "Core");
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
