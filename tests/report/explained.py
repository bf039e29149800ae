"""Documents with every part that explains them, by hand: a placed fleet with values, and one without a plan."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.explain.value import Label, Listed
from optimizer.report.compose import compose
from optimizer.report.explain_parts import (
    ChangePart,
    ConditionPart,
    ConfirmationPart,
    ConflictMemberPart,
    ConflictPart,
    CostPart,
    CountryCostPart,
    LiftedPart,
    MovePart,
    PermittedPart,
    PolicyCostPart,
    RepairPart,
    ValuePart,
)
from optimizer.rules.registry import compile_limits
from optimizer.schema.limit_kind import LimitKind
from optimizer.strategy.outcome import Status
from tests.report.small_fleet import COMMAND, VERSIONS, impossible_case, no_placement, small_result

if TYPE_CHECKING:
    from optimizer.report.document import ResultDocument


def move(lower: int | None, upper: int | None, *, label: Label = Label.CONFIRMED, infeasible: bool = False) -> MovePart:
    return MovePart(
        label=label,
        steps=1,
        change=0.01,
        change_exact="1/100",
        change_text="+1 percentage point",
        lower=lower,
        lower_exact=None if lower is None else str(lower),
        upper=upper,
        upper_exact=None if upper is None else str(upper),
        lower_per_step=lower,
        upper_per_step=upper,
        infeasible=infeasible,
        sites_opened=(),
        sites_closed=(),
        sentence="One more point in Malaysia is worth something.",
    )


def value(
    group: str, listed: Listed, loosened: MovePart | None, tightened: MovePart | None, screened: float | None = None
) -> ValuePart:
    return ValuePart(
        group=group,
        rule=group.partition("[")[0],
        scope="MY",
        kind=LimitKind.POLICY,
        setting="7/100",
        unit="TPP",
        step=0.01,
        step_exact="1/100",
        step_text="1 percentage point",
        listed=listed,
        binding_periods=("2025Q1", "2025Q2"),
        screened=screened,
        loosened=loosened,
        tightened=tightened,
        range_lower=None,
        range_upper=None,
        sentence=f"Why {group} matters.",
        citation="Supplement No. 10 to part 748, paragraph 6",
    )


def explained_result() -> ResultDocument:
    """Return the small fleet with three lists of values and a policy cost. Its money resolution is 50,000."""
    values = (
        value("destination_share[MY]", Listed.BINDING_VALUABLE, move(110_000, 130_000), move(90_000, None), 120_000.0),
        value("outside_tier1_share", Listed.SLACK_VALUABLE, move(1_234, 70_000), move(None, None, infeasible=True)),
        value(
            "site_power[ohio]", Listed.BINDING_WORTHLESS, move(0, 4_321, label=Label.NOT_DISTINGUISHABLE), None, 4_321.0
        ),
    )
    cost = PolicyCostPart(
        baseline="unrestricted",
        total=cost_of(("destination_share", "home_share"), 200_000, 260_000),
        by_rule=(cost_of(("destination_share",), 150_000, 210_000), cost_of(("home_share",), 0, 5_678)),
        interaction_lower=-15_678,
        interaction_upper=110_000,
        countries=(CountryCostPart(country="MY", name="Malaysia", tpp_with=80_000, tpp_without=180_000),),
        by_country=(
            lifted("MY", "Malaysia", ("destination_share[MY]", "national_cap[MY]"), 150_000, 210_000),
            lifted("IN", "India", ("destination_share[IN]",), None, None, label=Label.SCREENED, screened=70_000.0),
            lifted("CN", "China", ("closed_destination[CN]",), 0, 60_000, label=Label.NOT_DISTINGUISHABLE),
        ),
        sentence="The policy costs $200,000 to $260,000 against `unrestricted`.",
    )
    return small_result().model_copy(update={"values": values, "policy_cost": cost})


def lifted(
    country: str,
    name: str,
    groups: tuple[str, ...],
    lower: int | None,
    upper: int | None,
    *,
    label: Label = Label.CONFIRMED,
    screened: float | None = None,
) -> LiftedPart:
    return LiftedPart(
        country=country,
        name=name,
        groups=groups,
        label=label,
        lower=lower,
        lower_exact=None if lower is None else str(lower),
        upper=upper,
        upper_exact=None if upper is None else str(upper),
        screened=screened,
    )


def cost_of(rules: tuple[str, ...], lower: int, upper: int) -> CostPart:
    return CostPart(rules=rules, lower=lower, lower_exact=str(lower), upper=upper, upper_exact=str(upper))


def explained_conflict() -> ResultDocument:
    """Return a fleet that cannot be placed, with two conflicts, a condition and a way out of each family."""
    case = impossible_case()
    outcome = replace(no_placement(Status.INFEASIBLE), case=case, limits=compile_limits(case))
    document = compose(outcome, command=COMMAND, versions=VERSIONS)
    permitted = permitted_plan()
    repairs = (
        repair(
            "needs government",
            "change of law",
            change("home_share[US]", "50%", "49%", "-1 percentage point"),
            permitted,
        ),
        repair(
            "yours to change", "contract", change("commitment[big]", "150 units", "100 units", "-50 units"), permitted
        ),
        repair("yours to buy", "power to buy", change("site_power[ohio]", "0.1 MW", "0.2 MW", "+0.1 MW"), permitted),
    )
    return document.model_copy(
        update={
            "conflict": conflict("commitment[big]", "site_power[ohio]"),
            "other_conflicts": (conflict("commitment[cold]", "closed_destination[RU]", minimal=False),),
            "conditions": (
                ConditionPart(
                    groups=("commitment[big]", "site_power[ohio]"),
                    needed=150,
                    needed_exact="150",
                    available=100,
                    available_exact="100",
                    unit="units",
                    sentence="150 units are promised at ohio and 100 have power.",
                ),
            ),
            "repairs": repairs,
            "confirmation": ConfirmationPart(
                backend="scip",
                status=Status.INFEASIBLE,
                objective=None,
                objective_exact=None,
                best_bound=None,
                best_bound_exact=None,
                agrees=True,
                seconds=1.0,
                sentence="scip agrees that there is no plan.",
            ),
        }
    )


def conflict(*groups: str, minimal: bool = True) -> ConflictPart:
    return ConflictPart(
        members=tuple(
            ConflictMemberPart(
                name=group,
                groups=(group,),
                rule=group.partition("[")[0],
                kind=LimitKind.CONTRACT,
                settings=("150",),
                periods=("2025Q2",),
                sentence=f"What {group} asks for.",
                citation="contract 13",
            )
            for group in groups
        ),
        proven_minimal=minimal,
        seconds=2.5,
        solves=7,
        sentence=f"{' and '.join(groups)} cannot hold together.",
    )


def change(group: str, today: str, suggested: str, difference: str) -> ChangePart:
    return ChangePart(
        group=group,
        kind=LimitKind.CONTRACT,
        today=today,
        suggested=suggested,
        change=difference,
        today_exact=None,
        suggested_exact=None,
        change_exact=None,
        unit="units",
        from_period="2025Q2",
        relative_change=float(Fraction(1, 3)),
        citation="contract 13",
    )


def repair(family: str, label: str, changed: ChangePart, plan: PermittedPart) -> RepairPart:
    return RepairPart(
        family=family,
        label=label,
        changes=(changed,),
        set_options=(f"limits.{changed.group}.setting=1",),
        least=True,
        plan=plan,
        command=f"placement solve small --set limits.{changed.group}.setting=1",
        sentence=f"Change {changed.group} and a plan exists.",
    )


def permitted_plan() -> PermittedPart:
    placed = small_result()
    return PermittedPart(
        status=Status.OPTIMAL,
        objective=753_229,
        objective_exact="753229",
        best_bound=753_229,
        best_bound_exact="753229",
        gap=0.0,
        verified=True,
        units_placed=180,
        placements=placed.placements,
        openings=placed.openings,
    )
