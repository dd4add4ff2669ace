"""Side-by-side measurement of this mock with its peers and with the limits of its own web server."""
