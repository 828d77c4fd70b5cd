"""What can go wrong when someone runs the employer's commands: a plain sentence that ends in a next step."""

from __future__ import annotations


class EmployerError(Exception):
    """A failure that the person at the command line is told: what happened, and what to do now."""

    def __init__(self, sentence: str, next_step: str) -> None:
        super().__init__(f"{sentence} {next_step}")
        self.sentence = sentence
        self.next_step = next_step
