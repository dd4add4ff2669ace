"""Files of pages → blocks: text lines, table rows, code and anchors, each with its line."""
