"""What the server says no to."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - it is an answer, no error of ours
    """A request that is answered with a status and one line of plain English."""

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message
        super().__init__(message)
