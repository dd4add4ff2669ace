"""Every operation of a document asked over a socket, one valid and one invalid request each, every answer judged."""
