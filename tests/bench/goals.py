"""Owns the goals, the rows of the table, and the table's format."""
import dataclasses
import operator
import statistics


@dataclasses.dataclass
class Goal:
    at_most: bool
    limit: float

    def met(self, value):
        return (operator.le if self.at_most else operator.ge)(value, self.limit)

    def __str__(self):
        return f"{'<=' if self.at_most else '>='} {self.limit:g}"


def at_most(limit):
    return Goal(True, limit)


def at_least(limit):
    return Goal(False, limit)


@dataclasses.dataclass
class Row:
    """`value` is compared with the goal; `ours` and `yardstick` are the values behind it, `spread` its minimum and
    maximum."""

    set_up: str
    what: str
    value: float
    unit: str = ""
    ours: float = None
    yardstick: float = None
    spread: tuple = None
    goal: Goal = None

    def for_json(self):
        return {**dataclasses.asdict(self), "goal": str(self.goal) if self.goal else None, "met": self.verdict() == "met"
                if self.goal else None}

    def verdict(self):
        if not self.goal:
            return ""
        return "met" if self.goal.met(self.value) else "NOT MET"


def ratio_row(set_up, what, ours, theirs, values, unit="", goal=None):
    """A row for the median of the ratios of paired runs."""
    return Row(set_up, what, statistics.median(values), "x", ours, theirs, (min(values), max(values)), goal)


def number(value):
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) >= 10 else f"{value:.2f}"


HEADINGS = ("set-up", "what", "ours", "yardstick", "value", "spread", "goal", "")


def cells(row):
    spread = f"{number(row.spread[0])}..{number(row.spread[1])}" if row.spread else ""
    return (row.set_up, row.what, number(row.ours), number(row.yardstick), f"{number(row.value)} {row.unit}".strip(),
            spread, str(row.goal or ""), row.verdict())


def table(rows):
    lines = [HEADINGS, *map(cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)
