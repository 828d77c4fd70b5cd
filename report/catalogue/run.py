"""What can be said of a run as a whole, whatever it measures."""

from __future__ import annotations

from report.catalogue.kinds import N_, Category, CheckKind, FindingKind, Mender, Metric, Severity

METRICS: tuple[Metric, ...] = ()

CHECKS: tuple[CheckKind, ...] = ()

FINDINGS: tuple[FindingKind, ...] = (
    FindingKind(
        code="run.check_broke",
        number=101,
        severity=Severity.MAJOR,
        category=Category.SOFTWARE,
        mender=Mender.SUPPORT,
        title=N_("could not be measured"),
        says=N_("This part of the program stopped unexpectedly ({error}). It says nothing about your computer."),
        advice={"any": N_("Run this check again. If it happens twice, send this number to support.")},
        params=("error",),
    ),
    FindingKind(
        code="run.step_overran",
        number=102,
        severity=Severity.MAJOR,
        category=Category.SOFTWARE,
        mender=Mender.OPERATOR,
        title=N_("took too long"),
        says=N_("The measurement did not end in {seconds} seconds and was stopped."),
        advice={"any": N_("Close other programs and run this check again.")},
        params=("seconds",),
    ),
    FindingKind(
        code="run.cancelled",
        number=103,
        severity=Severity.INFO,
        category=Category.SOFTWARE,
        mender=Mender.OPERATOR,
        title=N_("stopped by you"),
        says=N_("You stopped the check before this was measured."),
        advice={"any": N_("Run this check again when you are ready.")},
    ),
    FindingKind(
        code="run.not_chosen",
        number=104,
        severity=Severity.INFO,
        category=Category.SOFTWARE,
        mender=Mender.OPERATOR,
        title=N_("not measured this time"),
        says=N_("This was left out of the run."),
        advice={"any": N_("Run the whole check to measure it.")},
    ),
    FindingKind(
        code="run.not_answered",
        number=105,
        severity=Severity.INFO,
        category=Category.SOFTWARE,
        mender=Mender.OPERATOR,
        title=N_("not measured without your answer"),
        says=N_("A question was not answered, so this was not measured."),
        advice={"any": N_("Run this check again and answer the question.")},
    ),
    FindingKind(
        code="run.undecided",
        number=106,
        severity=Severity.MAJOR,
        category=Category.SOFTWARE,
        mender=Mender.OPERATOR,
        title=N_("too close to the limit to tell"),
        says=N_("We measured {value}, so close to the limit of {limit} that chance could have decided."),
        advice={"any": N_("Measure this again. Close other programs and let nobody else use the line meanwhile.")},
        params=("value", "limit"),
    ),
)
