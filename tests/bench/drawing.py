"""Owns the page that draws the rows of a run: bars with their goals and yardsticks, and the run before. It needs nothing
but itself, and says in words whatever it shows in colour."""
import html

from bench.goals import number

STYLE = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1c2430; --soft: #5a6573; --rule: #d5dae0;
        --met: #2f8f5b; --missed: #d2601a; --none: #7488a1; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14181e; --ink: #e4e9ef; --soft: #9aa6b4; --rule: #333c47;
          --met: #4cb57e; --missed: #ee8a4a; --none: #8fa3bb; }
}
body { margin: 2rem auto; max-width: 76rem; padding: 0 1rem; background: var(--ground); color: var(--ink);
       font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .3rem; } a { color: inherit; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th { font-weight: normal; color: var(--soft); } th, td { text-align: left; padding: .25rem .6rem .25rem 0; vertical-align: top; }
tbody tr { border-top: 1px solid var(--rule); } tbody th { color: inherit; } tr:target { outline: 2px solid var(--soft); }
.what { width: 25%; } .numbers { width: 21%; } .goal { width: 13%; } .before { width: 12%; }
small { display: block; color: var(--soft); }
.missed strong { color: var(--missed); } .met strong { color: var(--met); }
svg { display: block; width: 100%; height: 28px; }
.bar, .old { fill: var(--none); } .met .bar, .met .old { fill: var(--met); } .missed .bar, .missed .old { fill: var(--missed); }
.old { opacity: .45; } .spread { stroke: var(--ink); stroke-width: 1; }
.limit { stroke: var(--ink); stroke-width: 3; } .one { stroke: var(--ink); stroke-width: 2; stroke-dasharray: 3 3; }
.legend { display: grid; grid-template-columns: 8rem 1fr; gap: .1rem 1rem; max-width: 40rem; margin: 1rem 0; color: var(--soft); }
@media (max-width: 45rem) {
  table, tbody, tr, th, td { display: block; } thead { display: none; }
  .what, .numbers, .goal, .before { width: auto; }
}
"""

LEGEND = (('<rect class="bar" width="70%" y="3" height="12"/>', "this run"),
          ('<line class="spread" x1="20%" x2="70%" y1="9" y2="9"/>', "from the least to the most of its runs"),
          ('<rect class="old" width="70%" y="19" height="5"/>', "the run before"),
          ('<line class="limit" x1="50%" x2="50%" y1="0" y2="28"/>', "the goal"),
          ('<line class="one" x1="50%" x2="50%" y1="0" y2="28"/>', "the yardstick, or the recorded count"))


def mark_of_yardstick(row):
    """Where the yardstick is on the scale of the row's value: a ratio has it at 1, a difference nowhere."""
    if row.unit == "x":
        return 1
    return row.yardstick if row.ours is None else None


def drawing(row, value_before=None):
    """A row's bar, from zero to its value, and its marks."""
    limit, one = row.goal.limit if row.goal else None, mark_of_yardstick(row)
    shown = [each for each in (0, row.value, value_before, limit, one, *(row.spread or ())) if each is not None]
    least, most = min(shown), max(shown)
    whole = (most - least) * 1.02 or 1  # a mark at the end has its whole width

    def at(value):
        return f"{100 * (value - least) / whole:.2f}%"

    def bar(name, value, y, height):
        return (f'<rect class="{name}" x="{at(min(0, value))}" width="{100 * abs(value) / whole:.2f}%" y="{y}" '
                f'height="{height}"/>')

    def line(name, x1, x2, y1, y2):
        return f'<line class="{name}" x1="{at(x1)}" x2="{at(x2)}" y1="{y1}" y2="{y2}"/>'

    parts = [bar("bar", row.value, 3, 12)]
    if value_before is not None:
        parts.append(bar("old", value_before, 19, 5))
    if row.spread:
        parts.append(line("spread", *row.spread, 9, 9))
    parts += [line(name, value, value, 0, 28) for name, value in (("one", one), ("limit", limit)) if value is not None]
    return f'<svg aria-hidden="true">{"".join(parts)}</svg>'  # the other columns say the same


def change(value, value_before):
    """The run before in words."""
    if value_before is None:
        return "not measured"
    return number(value_before) + (f" ({value / value_before - 1:+.0%})" if value_before else "")


def numbers(row):
    behind = [f"{name} {number(value)}" for name, value in (("ours", row.ours), ("yardstick", row.yardstick)) if value is not None]
    if row.spread:
        behind.append(f"{number(row.spread[0])} to {number(row.spread[1])}")
    return f"{number(row.value)} {row.unit}".strip(), ", ".join(behind)


def css_class(row):
    return {"": "", "met": "met", "NOT MET": "missed"}[row.verdict()]


def table_row(position, row, values_before):
    value, behind = numbers(row)
    cells = [f'<th scope="row">{html.escape(row.what)}</th>']
    value_before = None
    if values_before is not None:
        value_before = values_before.get((row.set_up, row.what))
    cells.append(f"<td>{drawing(row, value_before)}</td>")
    cells.append(f"<td>{html.escape(value)}<small>{html.escape(behind)}</small></td>")
    cells.append(f"<td>{html.escape(str(row.goal))}<br><strong>{row.verdict()}</strong></td>" if row.goal else "<td></td>")
    if values_before is not None:
        cells.append(f"<td>{html.escape(change(row.value, value_before))}</td>")
    return f'<tr id="row-{position}" class="{css_class(row)}">{"".join(cells)}</tr>'


def section(set_up, rows, values_before):
    heads = [("what", ""), ("", ""), ("numbers", "value"), ("goal", "goal")]
    if values_before is not None:
        heads.append(("before", "run before"))
    head = "".join(f'<td class="{name}"></td>' if not text else f'<th scope="col" class="{name}">{text}</th>'
                   for name, text in heads)
    lines = "\n".join(table_row(position, row, values_before) for position, row in rows)
    return f"<h2>{html.escape(set_up)}</h2>\n<table><thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody></table>"


def summary(rows):
    """How many goals are met, and links to the others."""
    missed = [(position, row) for position, row in rows if row.verdict() == "NOT MET"]
    links = "\n".join(f'<li><a href="#row-{position}">{html.escape(f"{row.set_up}: {row.what}")}</a>: '
                      f'{html.escape(numbers(row)[0])}, goal {html.escape(str(row.goal))}</li>' for position, row in missed)
    met = sum(row.verdict() == "met" for _, row in rows)
    text = f"<p>Goals met: {met}, not met: {len(missed)}.</p>"
    return f"{text}\n<details><summary>Goals that are not met</summary>\n<ul>\n{links}\n</ul></details>" if missed else text


def named(run):
    return html.escape(f"{run.get('plan', 'unknown')}, {run.get('when', 'at an unknown time')}")


def page(rows, run, before=None):
    """The whole page. `run` and `before` have "plan" and "when"; `before` also "rows", as `bench.json` has them."""
    values_before = before and {(each["set_up"], each["what"]): each["value"] for each in before["rows"]}
    numbered = list(enumerate(rows))
    set_ups = dict.fromkeys(row.set_up for row in rows)  # some are measured in several parts of a run
    sections = "\n".join(section(set_up, [each for each in numbered if each[1].set_up == set_up], values_before)
                         for set_up in set_ups)
    legend = "\n".join(f'<svg aria-hidden="true">{shape}</svg><span>{text}</span>' for shape, text in LEGEND)
    compared = f"The run before: {named(before)}." if before else "There is no run before to compare with."
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Measurements of wamp-fcgi</title>
<style>{STYLE}</style>
</head>
<body>
<h1>Measurements of wamp-fcgi</h1>
<p>This run: {named(run)}. {compared} Each row has a scale of its own, from zero. Ratios (x) are of values measured in turn,
so they hold on a busy machine too; other figures may differ between two runs because the machine did something else.</p>
{summary(numbered)}
<div class="legend">
{legend}
</div>
{sections}
</body>
</html>
"""
