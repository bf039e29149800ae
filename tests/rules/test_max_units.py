"""Maximum units: a site holds only so many, of all accelerators, stock installed at the site included."""

from optimizer.rules.case import Case
from tests.builders import broken, case, chip, placing, site
from tests.rules.golden_text import assert_golden

RULE = "max_units[ohio,2025Q1]"


def fleet(**parts: object) -> Case:
    return case(
        sites=[site("ohio", "US", max_units=10), site("texas", "US")],
        accelerators=[chip("a"), chip("b")],
        delivered={"a": [50], "b": [50]},
        **parts,
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(fleet(installed=[{"site": "ohio", "accelerator": "a", "units": 3}]), "max_units", "max_units")


def test_all_accelerators_count_together() -> None:
    company = fleet()

    assert broken(company, placing(company, ohio={"a": 6, "b": 4}, texas=40)) == {}
    assert broken(company, placing(company, ohio={"a": 6, "b": 5})) == {RULE: 1}


def test_stock_at_the_site_counts_and_stock_elsewhere_in_its_country_does_not() -> None:
    at_site = fleet(installed=[{"site": "ohio", "accelerator": "a", "units": 3}])
    in_country = fleet(installed=[{"country": "US", "accelerator": "a", "units": 3}])

    assert broken(at_site, placing(at_site, ohio=7)) == {}
    assert broken(at_site, placing(at_site, ohio=8)) == {RULE: 1}
    assert broken(in_country, placing(in_country, ohio=10)) == {}


def test_the_planners_own_number_replaces_that_of_the_site() -> None:
    company = fleet(limits={"max_units[ohio]": {"setting": "12"}})

    assert broken(company, placing(company, ohio=12)) == {}
    assert broken(company, placing(company, ohio=13)) == {RULE: 1}
