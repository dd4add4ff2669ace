"""Services whose writes are done later."""
