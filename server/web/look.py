"""Invented data for the page of components: each state once, long words and right-to-left names among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Look:
    """What the components are shown with."""

    states: tuple[tuple[str | None, bool], ...] = (
        (None, False),
        (None, True),
        ("hasIssues", False),
        ("edited", False),
        ("approved", False),
        ("rejected", False),
    )
    days: tuple[tuple[date, int], ...] = field(
        default=tuple((date(2026, 11, 11) + timedelta(days=n), (n * 7) % 11) for n in range(14))
    )
    long_name: str = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung"
    arabic: str = "مضخة المياه عند الطاحونة القديمة"
    chinese: str = "下渡村公共取水点年度巡查"


LOOK = Look()
