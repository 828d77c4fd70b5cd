"""Reading a policy, and what is said of one that can't be used."""

from __future__ import annotations

import pytest

from report.catalogue import CHECKS, METRICS, Better
from report.policy import PolicyError, default, default_toml, parse


def test_the_default_policy_is_whole() -> None:
    policy = default()
    assert policy.valid_for_hours == 24
    assert policy.purpose.ru is not None
    assert len(policy.criteria) >= 10


def test_every_criterion_of_the_default_policy_has_a_check_that_measures_it() -> None:
    measured = {metric for check in CHECKS.values() for metric in check.metrics}
    assert set(default().criteria) <= measured


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version = "default-1"', 'versoin = "1"', "policy.toml: versoin: no such key; did you mean version?"),
        ("used_for", "usedfor", "[purpose] usedfor: no such key; did you mean used_for?"),
        (
            "network.jitter_ms",
            "network.jiter_ms",
            'criteria."network.jiter_ms": no such metric; did you mean network.j',
        ),
        ("pass = 60\nfail = 85", "pass = 85\nfail = 60", "fail = 60 must be at or above pass = 85"),
        ("pass = 60", 'pass = "sixty"', 'criteria."computer.cpu_busy_percent"'),
        ('codec = "g711_plc"', 'codec = "mp3"', "line.codec"),
        ("valid_for_hours = 24", "valid_for_hours = -1", "valid_for_hours"),
        ('schema = "readiness-policy/1"\n', "", "schema: this key is required"),
    ],
)
def test_an_error_names_the_file_the_key_and_the_nearest(old: str, new: str, said: str) -> None:
    text = default_toml().decode()
    assert old in text
    with pytest.raises(PolicyError) as error:
        parse(text.replace(old, new, 1).encode())
    assert said in str(error.value)
    assert str(error.value).startswith("policy.toml: ")


@pytest.mark.parametrize("toml", [b"\xff\xfe", b"a = ", b"a = " + b"[" * 5000, b"", b"[[[["])
def test_what_is_not_a_policy_is_refused_in_words(toml: bytes) -> None:
    with pytest.raises(PolicyError):
        parse(toml)


def test_a_metric_without_a_better_direction_takes_no_limits() -> None:
    name = next(m.name for m in METRICS.values() if m.better is Better.NEITHER)
    toml = default_toml() + f'\n[criteria."{name}"]\npass = 1\n'.encode()
    with pytest.raises(PolicyError, match="takes no limits"):
        parse(toml)
