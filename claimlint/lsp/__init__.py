"""The language server: what the command line says of drafts, in an editor, while they are written.

It speaks the Language Server Protocol through pygls; only `server` and what it wires together import that.
"""
