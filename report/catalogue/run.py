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
        says=N_("We measured {value}, and the limit is {limit}: too close to be sure."),
        advice={
            "any": N_(
                "Measure this again. Close other programs, and ask others at home to leave the line free meanwhile."
            )
        },
        params=("value", "limit"),
    ),
    FindingKind(
        code="run.not_enrolled",
        number=111,
        severity=Severity.INFO,
        category=Category.EMPLOYER,
        mender=Mender.OPERATOR,
        title=N_("not connected to an employer yet"),
        says=N_("This computer is not connected to an employer yet, so there is no server to measure the line to."),
        advice={"any": N_("Open the invitation link from your employer, then run the check again.")},
    ),
    FindingKind(
        code="run.employer_unreachable",
        number=112,
        severity=Severity.MAJOR,
        category=Category.EMPLOYER,
        mender=Mender.OPERATOR,
        title=N_("the company's server did not answer"),
        says=N_("The company's server did not answer when the check began, so the line could not be measured."),
        advice={"any": N_("Check that other sites open, wait a minute, then run the check again.")},
    ),
    FindingKind(
        code="run.employer_refused",
        number=113,
        severity=Severity.MAJOR,
        category=Category.EMPLOYER,
        mender=Mender.SUPPORT,
        title=N_("not let in by the company's server"),
        says=N_("The company's server did not let this computer measure the line."),
        advice={"any": N_("Tell support this number: they can let this computer in, or send you a new invitation.")},
    ),
    FindingKind(
        code="run.no_line_offered",
        number=114,
        severity=Severity.INFO,
        category=Category.EMPLOYER,
        mender=Mender.EMPLOYER,
        title=N_("no measurement of the line offered"),
        says=N_("The company's server offers nothing to measure the line against."),
        advice={"any": N_("There is nothing for you to do. Support can switch the measurement on.")},
    ),
)
