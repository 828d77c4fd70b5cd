"""What the desk asks of the store."""

from __future__ import annotations

from datetime import timedelta

from employer.desk import queries
from employer.desk.queries import State
from tests.employer.desk.office import Office, headset_missing, load


def found(office: Office, search: str = "", state: State | None = None) -> list[tuple[str, State]]:
    with office.receiver.store.reading() as connection:
        rows = queries.operators(connection, office.clock.now, search=search, state=state)
    return [(row.operator.name, row.state) for row in rows]


def test_the_newest_report_comes_first_and_those_without_one_last(office: Office) -> None:
    for name in ("A", "B", "C"):
        office.operator(name, name)
    first, second = office.computer(office.operator("B", "B")), office.computer(office.operator("C", "C"))
    office.send(first, [load()])
    office.clock.now += timedelta(minutes=1)
    office.send(second, [load(95)])
    assert found(office) == [("C", State.NOT_READY), ("B", State.READY), ("A", State.NONE)]


def test_the_counts_are_those_of_the_lists(office: Office) -> None:
    office.send(office.computer(office.operator("Anna", "1")), [load(20)])
    office.send(office.computer(office.operator("Anastasia", "2")), [headset_missing()])
    office.operator("Boris", "3")
    for search in ("", "an", "zz"):
        with office.receiver.store.reading() as connection:
            counts = queries.counts(connection, office.clock.now, search)
        assert counts == {state: len(found(office, search, state)) for state in State}
        assert sum(counts.values()) == len(found(office, search))


def test_two_computers_of_one_operator_are_one_operator(office: Office) -> None:
    operator = office.operator("Anna", "1")
    office.send(office.computer(operator), [load(95)])
    office.clock.now += timedelta(seconds=1)
    office.send(office.computer(operator), [load(20)])
    assert found(office) == [("Anna", State.READY)]


def test_a_code_in_a_search_finds_its_operator(office: Office) -> None:
    row = office.send(office.computer(office.operator("Anna", "1")), [load()])
    office.operator("Boris", "2")
    assert found(office, row.short_code.replace("-", "")) == [("Anna", State.READY)]


def test_a_history_is_cut_into_pages_without_gaps(office: Office) -> None:
    operator = office.operator("Anna", "1")
    computer = office.computer(operator)
    sent = [office.send(computer, [load()]).id for _ in range(5)]
    with office.receiver.store.reading() as connection:
        pages = [queries.reports_of(connection, operator.id, limit=2, offset=n) for n in (0, 2, 4)]
        assert queries.reports_count(connection, operator.id) == 5
    assert [report.id for page in pages for report in page] == sent[::-1]
