"""Documentation pages and an overlay in, the OpenAPI contract out, with evidence for every fact.

The way: `blocks` (lines of a page) → `outline` (its operations and sections) → `rows` (its tables) → `tree`,
`schemas`, `parameters`, `responses`, `security` (what they state) → `reader` (one page) →
`assemble` (all pages) → `contradictions` → `naming`, `overlay` → `finish`. `build` walks it, `cli` calls it.
Build time only; nothing here is shipped.
"""
