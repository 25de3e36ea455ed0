"""The adapter of ir_measures, which computes the measures of ranked retrieval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

NAMES = {
    "ndcg@10": "nDCG@10",
    "mrr": "RR",
    **{f"recall@{depth}": f"R@{depth}" for depth in (1, 5, 10, 100)},
    **{f"hit_rate@{depth}": f"Success@{depth}" for depth in (1, 5, 10)},
}


def measure_rankings(
    grades: Mapping[str, Sequence[int]],
    rankings: Mapping[str, Sequence[int | None]],
    *,
    depth: int,
) -> dict[str, dict[str, float]]:
    """Return each measure's value for each question, 0 where nothing was found.

    Args:
        grades: For each question the grades of its relevant passages.
        rankings: For each question, best first, which of these passages each place shows.
        depth: How many places were asked for; measures that look further are left out.
    """
    import ir_measures
    from ir_measures import Qrel, ScoredDoc

    names = {
        ir_measures.parse_measure(name): ours
        for ours, name in NAMES.items()
        if int(ours.partition("@")[2] or 1) <= depth
    }
    values = {ours: dict.fromkeys(grades, 0.0) for ours in names.values()}
    judged = [
        Qrel(question, str(number), grade)
        for question, listed in grades.items()
        for number, grade in enumerate(listed)
    ]
    # The scores say the order and nothing else, so that no tie is broken in another way.
    ranked = [
        ScoredDoc(question, f"other {place}" if number is None else str(number), -float(place))
        for question, ranking in rankings.items()
        for place, number in enumerate(ranking)
    ]
    for metric in ir_measures.iter_calc(list(names), judged, ranked):
        values[names[metric.measure]][metric.query_id] = float(metric.value)
    return values
