"""Configuration of the documentation site, for Sphinx. `make docs` builds it into `build/docs`, without network access.

The sources are the Markdown files where they are: in `docs/`, and the README files of the folders that they link to.
"""

from __future__ import annotations

from mockserver import __version__

project = "flashback-mock"
release = version = __version__
copyright = ""  # noqa: A001 - the name is Sphinx's
root_doc = "docs/index"
include_patterns = [
    "docs/*.md",
    "*.md",
    *(
        f"{folder}/{below}README.md"
        for folder in (
            "bench",
            "contract_tests",
            "docs_to_openapi",
            "examples",
            "fixtures",
            "mockserver",
            "spec",
            "tests",
        )
        for below in ("", "*/", "suites/*/")
    ),
    "packages/js/README.md",
]
exclude_patterns = ["**/node_modules", "**/.work"]
extensions = ["myst_parser"]
myst_enable_extensions = ["attrs_block", "colon_fence"]
myst_heading_anchors = 4
nitpicky = True

html_extra_path = ["llms.txt"]
html_theme = "furo"
html_title = f"flashback-mock {release}"
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
