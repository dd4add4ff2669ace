"""Services that send callbacks and webhooks, rightly and wrongly."""
