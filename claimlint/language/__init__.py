"""How a sentence is meant: sentences, cues and their scope, frames, citations. Only `model` knows spaCy."""
