"""Fuzzing: whatever bytes come in, only what is promised may come out.

A target is a function from bytes to nothing that fails if a promise is broken: only a ClaimlintError is raised, with a message
of one line; offsets are exact; what is written can be parsed. `test_fuzz.py` runs all targets on the corpus and on some
thousand generated inputs, always the same. Long runs are guided by coverage, with atheris (not among the development
dependencies, since it is not made for every Python):

    cd tests && python -m fuzz markdown --seconds 600

With `--blind` atheris is not needed: words and pieces of the corpus are put together at random. What is found is left in the
folder that is printed first; a shrunk copy belongs into corpus/TARGET/, where `test_fuzz.py` runs it from then on.
"""
