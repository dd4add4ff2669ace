"""Builds the OpenAPI contract from documentation pages and an overlay, with evidence for every fact.

In order: `blocks` (lines of a page) → `outline` (its operations and sections) → `rows` (its tables) → `tree`,
`schemas`, `parameters`, `responses`, `security` (what they state) → `reader` (one page) →
`assemble` (all pages) → `contradictions` → `naming`, `overlay` → `finish`. `build` runs the steps, `cli` calls `build`.
It runs at build time only; nothing here is part of the installed package.
"""
