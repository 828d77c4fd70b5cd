"""What can go wrong on the operator's side. Every error is a plain sentence that ends in a next step."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of ``readiness``."""

    READY = 0
    """Ready, with warnings too; for other commands: done."""
    NOT_READY = 1
    USAGE = 2
    NOT_DELIVERED = 3
    """The employer can't be reached, or said no. Wins over 1 and 4."""
    INCOMPLETE = 4
    INTERRUPTED = 130


class AgentError(Exception):
    """A failure that the person is told: what happened, and what to do now. Both are already translated."""

    exit_code: Exit = Exit.USAGE

    def __init__(self, sentence: str, next_step: str) -> None:
        super().__init__(f"{sentence} {next_step}")
        self.sentence = sentence
        self.next_step = next_step


class EmployerUnreachable(AgentError):
    """The employer didn't answer, or answered that it can't now. Trying later may heal it."""

    exit_code = Exit.NOT_DELIVERED

    def __init__(self, sentence: str, next_step: str, retry_after_s: float | None = None) -> None:
        super().__init__(sentence, next_step)
        self.retry_after_s = retry_after_s


class EmployerRefused(AgentError):
    """The employer answered no. Trying the same again can't heal it."""

    exit_code = Exit.NOT_DELIVERED

    def __init__(self, sentence: str, next_step: str, problem: str = "") -> None:
        super().__init__(sentence, next_step)
        self.problem = problem
        """The last part of the problem's ``type``."""


class BadReceipt(AgentError):
    """The employer's answer doesn't prove that it has the report."""

    exit_code = Exit.NOT_DELIVERED


class StateFolderError(AgentError):
    """The folder with keys, drafts and reports can't be read or written."""
