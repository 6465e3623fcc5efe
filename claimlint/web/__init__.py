"""`claimlint serve`: one local page on which a draft is written, checked and mended.

A request passes `guard` (who asks, from where, how much), is answered in `app`, and reaches files through `folder` only
and the linter through `desk` only, one check at a time (`turns`). Everything that a draft says is escaped by the
templates that the report uses too.
"""
