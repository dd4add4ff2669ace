"""Page layouts: each module recognises one family of pages, and divides a page into operations and sections."""
