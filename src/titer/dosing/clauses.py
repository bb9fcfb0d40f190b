"""The clauses of a regimen's grammar, one small function for each kind; docs/regimens.md describes them for users."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from titer.dosing.tokens import END, Token, point_at
from titer.dosing.wording import show_number
from titer.errors import InputError, nearest

LONGEST_CYCLE = 366  # day
LONGEST_DURATION = 36_525  # day, a century
ROUTES = {
    "oral": ("oral", "orally", "po"),
    "iv": ("iv", "intravenous", "intravenously"),
    "sc": ("sc", "sq", "subcutaneous", "subcutaneously", "subcut"),
    "im": ("im", "intramuscular", "intramuscularly"),
    "id": ("id", "intradermal", "intradermally"),
    "topical": ("topical", "topically"),
    "intravesical": ("intravesical", "intravesically"),
}
ROUTE_OF = {word: route for route, words in ROUTES.items() for word in words}
HOURS = ("h", "hr", "hrs", "hour", "hours", "hourly")
DAYS = ("d", "day", "days")
WEEKS = ("w", "wk", "wks", "week", "weeks")
CYCLES = ("cycle", "cycles")
MINUTES = ("min", "mins", "minute", "minutes")
MONTHS = ("month", "months", "monthly", "year", "years")
PER_WEEK = {1: (1,), 2: (1, 4), 3: (1, 3, 5), 4: (1, 3, 5, 7), 5: (1, 2, 3, 4, 5), 6: (1, 2, 3, 4, 5, 6)}
A_DAY = {"daily": 1, "qd": 1, "od": 1, "bid": 2, "bd": 2, "tid": 3, "tds": 3, "qid": 4, "qds": 4}
RHYTHMS = {"weekly": ((1,), 7), "qw": ((1,), 7), "qwk": ((1,), 7), "biw": (PER_WEEK[2], 7), "tiw": (PER_WEEK[3], 7)}
RHYTHMS |= {"qod": ((1,), 2), "qow": ((1,), 14), "fortnightly": ((1,), 14)}
TWO_MEANINGS = ("biweekly", "bi", "semiweekly")  # "bi-weekly" comes as "bi"
REST = ("off", "rest", "break", "pause")
SHORTHAND = {7: "days", 12: "months", 52: "weeks"}  # British prescriptions write 5/7 for five days, 4/52 for four weeks
COUNTS = {"once": 1, "twice": 2, "thrice": 3}
CLOCK = ("at", "hs", "qhs", "am", "pm", "bedtime", "morning", "mornings", "evening", "evenings", "noon", "night")


@dataclass
class Draft:
    """What has been read of one component. `given` holds each slot with the token that filled it."""

    name: Token
    drug: str
    amount: float = 0.0
    unit: str = "mg"
    follows: Draft | None = None
    slots: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Token] = field(default_factory=dict)


class Reader:
    """A place in the tokens. Errors point at tokens and show an example with the drug at hand."""

    def __init__(self, text: str, tokens: list[Token], example_drug: str) -> None:
        self.text, self.tokens, self.place = text, tokens, 0
        self.show_with(example_drug)

    def show_with(self, drug: str, amount: float | None = None, unit: str = "mg") -> None:
        """Examples in errors are about this drug, with its amount where that is known by now."""
        dose = f"{drug} {25 if amount is None else show_number(amount)} {unit}"
        self.example = f"'{dose} days 1-21 of 28' or '{dose} daily for 6 cycles'"

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def ahead(self, n: int = 1) -> Token:
        return self.tokens[min(self.place + n, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.now
        self.place = min(self.place + 1, len(self.tokens) - 1)
        return token

    def accept(self, *texts: str) -> Token | None:
        """The current token if it is one of these, and move on."""
        return self.take() if self.now.kind != END and self.now.text in texts else None

    def whole(self, meaning: str, most: int) -> int:
        """A whole number from 1 to `most`, and move on."""
        token = self.take()
        if token.kind != "number":
            raise self.wrong(token, f"here comes {meaning}, and there is {_shown(token)}")
        value = token.whole
        if value is None or not 1 <= value <= most:
            raise self.wrong(token, f"{meaning} is {token.raw}", right=f"a whole number from 1 to {most}")
        return value

    def wrong(self, token: Token, what: str, *, right: str = "", hint: str = "") -> InputError:
        """An error at a token, with an example where nothing better is said."""
        return point_at(self.text, token, what, right=right or self.example, hint=hint)

    def put(self, draft: Draft, slot: str, value: Any, token: Token) -> None:
        """Fill a slot, once."""
        if slot in draft.given:
            raise self.wrong(
                token, f"the {slot} of {draft.drug} is given twice", hint=f"'{draft.given[slot].raw}' gave it first"
            )
        draft.slots[slot], draft.given[slot] = value, token


def read_clause(reader: Reader, draft: Draft) -> None:
    """Read the clause that begins at the current token into the draft."""
    token = reader.now
    if token.kind == "number":
        return _read_number(reader, draft)
    if token.text in A_DAY:
        return _put_a_day(reader, draft, A_DAY[token.text], reader.take())
    if token.text in RHYTHMS:
        return reader.put(draft, "rhythm", RHYTHMS[token.text], reader.take())
    if token.text in ROUTE_OF:
        return reader.put(draft, "route", ROUTE_OF[token.text], reader.take())
    if token.text in COUNTS:
        return _read_count(reader, draft, COUNTS[token.text], reader.take())
    if token.text in CLAUSES:
        return CLAUSES[token.text](reader, draft)
    raise _unknown(reader, token)


def _unknown(reader: Reader, token: Token) -> InputError:
    if token.text in TWO_MEANINGS:
        right = "'twice a week' or 'every 2 weeks'"
        return reader.wrong(token, f"'{token.raw}' can mean twice a week or every 2 weeks", right=right)
    if token.text in REST:
        right = "the days on and the cycle: 'days 1-21 of 28' or '21 days on 7 days off'"
        return reader.wrong(token, f"'{token.raw}' does not say after how many days", right=right)
    if token.text in MONTHS:
        right = "weeks, days or cycles, e.g. 'every 4 weeks' or 'for 24 weeks'"
        return reader.wrong(token, "a month is not a fixed number of days", right=right)
    if token.text in CLOCK:
        right = "leave it out: each drug is given at the same hour of its days"
        return reader.wrong(token, "the hour of the day cannot be chosen", right=right)
    if token.text == "mg":
        return reader.wrong(token, "the amount is given twice")
    return reader.wrong(token, f"{_shown(token)} is not understood", hint=nearest(token.text, KEYWORDS))


def _shown(token: Token) -> str:
    return "the end of the text" if token.kind == END else f"'{token.raw}'"


def _put_a_day(reader: Reader, draft: Draft, count: int, token: Token) -> None:
    """So many doses a day, spread evenly."""
    if count > 24 or 1440 % count:
        raise reader.wrong(
            token, f"{count} doses a day do not divide a day evenly", right="1, 2, 3, 4, 6, 8, 12 or 24 times a day"
        )
    reader.put(draft, "times a day", count, token)


def _put_interval(reader: Reader, draft: Draft, hours: int, token: Token) -> None:
    """A dose every so many hours: several a day, every so many days, or neither."""
    if 24 % hours == 0:
        return _put_a_day(reader, draft, 24 // hours, token)
    if hours % 24 == 0:
        return reader.put(draft, "rhythm", ((1,), hours // 24), token)
    return reader.put(draft, "rhythm", hours, token)


def _put_a_week(reader: Reader, draft: Draft, count: int, token: Token) -> None:
    if count == 7:
        return reader.put(draft, "rhythm", ((1,), 1), token)
    if count not in PER_WEEK:
        raise reader.wrong(
            token, f"{count} times a week", right="1 to 7 times a week", hint="for several doses a day: 'twice daily'"
        )
    return reader.put(draft, "rhythm", (PER_WEEK[count], 7), token)


def _read_number(reader: Reader, draft: Draft) -> None:
    """`3 times a week`, `3x/week`, `21 days on 7 days off`, `21/28`."""
    token = reader.take()
    if _at_share(reader):
        return _read_share(reader, draft, token, 1)
    if reader.accept(*DAYS):
        return _read_on_off(reader, draft, token, 1)
    if reader.accept(*WEEKS):
        return _read_on_off(reader, draft, token, 7)
    if token.whole is None or not (reader.accept("times", "x", "time") or reader.now.text in ("/", "per", "a")):
        raise reader.wrong(
            token, f"the number {token.raw} stands alone", hint="'3 times a week', 'every 2 days', 'days 1-21 of 28'"
        )
    return _read_count(reader, draft, token.whole, token)


def _read_count(reader: Reader, draft: Draft, count: int, token: Token) -> None:
    """What follows `once`, `twice` or `3 times`: a day or a week. `once` alone is a single dose.

    `once every 2 days` is `every 2 days`.
    """
    if count == 1 and _at_interval(reader):
        return _read_every(reader, draft)
    linked = reader.accept("a", "per", "/", "each", "every")
    if reader.accept("weekly", *WEEKS):
        return _put_a_week(reader, draft, count, token)
    if reader.accept("daily", *DAYS):
        return _put_a_day(reader, draft, count, token)
    if linked or token.text != "once":
        raise reader.wrong(
            reader.now, f"'{token.raw}' … of what?", right="a day or a week, e.g. 'twice daily', '3 times a week'"
        )
    _put_a_day(reader, draft, 1, token)
    return reader.put(draft, "duration", (1, "day"), token)


def _at_interval(reader: Reader) -> bool:
    """Whether `every 2 days` or `every other day` comes; `every day` belongs to what stands before it."""
    after = reader.ahead()
    return reader.now.text in ("every", "each", "q") and (after.kind == "number" or after.text in ("other", "second"))


def _read_on_off(reader: Reader, draft: Draft, token: Token, unit: int) -> None:
    """`21 days on, 7 days off`, `3 weeks on 1 week off`; the first number and unit are read."""
    if not reader.accept("on"):
        raise reader.wrong(
            token,
            f"'{token.raw} {reader.tokens[reader.place - 1].raw}' of what?",
            hint="'for 10 days', '21 days on 7 days off'",
        )
    reader.accept(",")
    reader.accept("and")
    off = reader.whole("the time without doses", LONGEST_CYCLE)
    if not (word := reader.accept(*DAYS, *WEEKS)) or not reader.accept("off"):
        raise reader.wrong(reader.now, "the time without doses is not finished", right="'21 days on 7 days off'")
    _put_days_on(reader, draft, token, unit, (token.whole or 0) * unit + off * (7 if word.text in WEEKS else 1))


def _read_days(reader: Reader, draft: Draft) -> None:
    """`days 1-4,9-12 of 28`, `d1-21/28`, `day 1 of each 21-day cycle`; the length may also come as `every 28 days`."""
    first = reader.take()
    numbered = _read_day_list(reader)
    if not reader.accept("of", "/", "in"):
        if not reader.accept("out"):
            return reader.put(draft, "days", tuple(sorted(numbered)), first)
        reader.accept("of")
    length_token, length = _read_cycle_length(reader)
    for day in sorted(numbered, reverse=True):
        if day > length:
            wrong = f"day {day} of a cycle of {length} days does not exist"
            raise reader.wrong(numbered[day], wrong, right=f"days 1 to {length}")
    reader.put(draft, "cycle", length, length_token)
    return reader.put(draft, "days", tuple(sorted(numbered)), first)


def _read_cycle_length(reader: Reader) -> tuple[Token, int]:
    """`28`, `28 days`, `each 28-day cycle`, `4 weeks`: the token of the number, and days."""
    for filler in ("a", "an", "each", "every", "the"):
        reader.accept(filler)
    token = reader.now
    length = reader.whole("the length of the cycle, day,", LONGEST_CYCLE)
    reader.accept("-")
    if reader.accept(*WEEKS):
        length *= 7
    reader.accept(*DAYS)
    reader.accept(*CYCLES)
    return token, length


def _at_share(reader: Reader) -> bool:
    """Whether `of 28`, `/28`, `out of 28` or `in each 28-day cycle` comes, after a number of days."""
    if reader.now.text not in ("of", "/", "out", "in"):
        return False
    place = 1
    while reader.ahead(place).text in ("of", "a", "an", "each", "every", "the"):
        place += 1
    return reader.ahead(place).kind == "number"


def _read_share(reader: Reader, draft: Draft, token: Token, unit: int) -> None:
    """`21 of 28 days`, `21/28`, `21 days out of 28`: the number (in `unit` days) was read."""
    bare = reader.now.text == "/" and reader.ahead().whole in SHORTHAND
    while reader.accept("of", "/", "out", "in"):
        pass
    length_token, length = _read_cycle_length(reader)
    if bare and unit == 1:
        word = SHORTHAND[length_token.whole or 0]
        raise reader.wrong(
            token,
            f"'{token.raw}/{length_token.raw}' can mean for {token.raw} {word}, or days 1-{token.raw} of {length}",
            right=f"'for {token.raw} {word}' or 'days 1-{token.raw} of {length}'",
        )
    _put_days_on(reader, draft, token, unit, length)


def _put_days_on(reader: Reader, draft: Draft, token: Token, unit: int, length: int) -> None:
    """The first days of each cycle: the token counts them, in `unit` days."""
    on = (token.whole or 0) * unit
    if not 1 <= on <= length <= LONGEST_CYCLE:
        right = f"1 to {LONGEST_CYCLE} days, no more of them with a dose than the cycle has"
        raise reader.wrong(token, f"a cycle of {length} days with {on} days on", right=right)
    reader.put(draft, "days", tuple(range(1, on + 1)), token)
    reader.put(draft, "cycle", length, token)


def _read_day_list(reader: Reader) -> dict[int, Token]:
    """Days, each with the token that named it."""
    numbered: dict[int, Token] = {}
    while True:
        reader.accept(*DAYS)
        token = reader.now
        begin = end = reader.whole("a day of the cycle", LONGEST_CYCLE)
        if reader.accept("-", "to", "through", "until"):
            reader.accept(*DAYS)
            token = reader.now
            end = reader.whole("the last day", LONGEST_CYCLE)
        if end < begin:
            raise reader.wrong(token, f"days {begin} to {end} run backwards", hint=f"'days {end}-{begin}'")
        for day in range(begin, end + 1):
            if day in numbered:
                raise reader.wrong(token, f"day {day} is named twice")
            numbered[day] = token
        if not _goes_on(reader):
            return numbered


def _goes_on(reader: Reader) -> bool:
    """Whether the list of days has another member; if so, stand on it."""
    signs = 0
    while reader.ahead(signs).text in (",", "and", "&"):
        signs += 1
    marked = reader.ahead(signs).text in DAYS
    number = reader.ahead(signs + marked)
    after = reader.ahead(signs + marked + 1).text
    if not signs or number.kind != "number" or after in ("times", "x", "days", "weeks"):
        return False
    for _ in range(signs):
        reader.take()
    return True


def _read_every(reader: Reader, draft: Draft) -> None:
    """`every 48 h`, `every 2 days`, `every other day`, `every week`, `q48h`, `q4w`."""
    token = reader.take()
    if reader.accept("other", "second"):
        count = 2
    elif reader.now.kind == "number":
        token = reader.now
        count = reader.whole("the interval", LONGEST_CYCLE * 24)
    else:
        count = 1
    reader.accept("-")
    if reader.now.text in MONTHS:
        raise _unknown(reader, reader.now)
    unit = reader.take()
    hours = {**dict.fromkeys(HOURS, 1), **dict.fromkeys(DAYS, 24), **dict.fromkeys(WEEKS, 168)}.get(unit.text)
    if hours is None:
        raise reader.wrong(
            unit, f"here comes a unit of time, and there is {_shown(unit)}", right="h, days or weeks, e.g. 'every 48 h'"
        )
    if count * hours > LONGEST_CYCLE * 24:
        raise reader.wrong(token, f"an interval of {count} {unit.raw}", right=f"at most {LONGEST_CYCLE} days")
    _put_interval(reader, draft, count * hours, token)


def _read_infusion(reader: Reader, draft: Draft) -> None:
    """`over 2 h`, `over 30 min`."""
    reader.take()
    token = reader.take()
    unit = reader.take()
    if token.kind != "number" or unit.text not in HOURS + MINUTES:
        raise reader.wrong(token, "the duration of the infusion is not understood", right="'over 2 h' or 'over 30 min'")
    minutes = token.number() * (60 if unit.text in HOURS else 1)
    if minutes != int(minutes) or not 1 <= minutes <= 7 * 1440:
        raise reader.wrong(
            token, f"an infusion over {token.raw} {unit.raw}", right="whole minutes, from 1 min to 7 days"
        )
    reader.put(draft, "infusion", int(minutes), token)


def _read_duration(reader: Reader, draft: Draft) -> None:
    """`for 6 cycles`, `for 24 weeks`, `for up to 10 days`, `x 6 cycles`; `for 21 days every 28 days` is no duration."""
    reader.take()
    if reader.accept("up"):
        reader.accept("to")
    token = reader.now
    count = reader.whole("the duration", LONGEST_DURATION)
    if _at_share(reader):
        return _read_share(reader, draft, token, 1)
    word = _read_span(reader)
    unit = {"day": 1, "week": 7}.get(word, 0)
    if not unit or not _read_days_on(reader, draft, token, unit):
        reader.put(draft, "duration", (count, word), token)
    return None


def _read_days_on(reader: Reader, draft: Draft, token: Token, unit: int) -> bool:
    """What makes `for 21 days` the days on of a cycle: `every 28 days`, `of 28`, `then 7 days off`; whether it came."""
    if _at_share(reader):
        _read_share(reader, draft, token, unit)
        return True
    on = (token.whole or 0) * unit
    for reading in (_cycle_by_interval, _cycle_by_rest):
        n_tokens, length = reading(reader, on)
        if n_tokens:
            for _ in range(n_tokens):
                reader.take()
            _put_days_on(reader, draft, token, unit, length)
            return True
    return False


def _cycle_by_interval(reader: Reader, on: int) -> tuple[int, int]:
    """How many tokens `, repeated every 28 days` or `a week` has, and the days it means; none if shorter than `on`."""
    place = 0
    while reader.ahead(place).text in (",", "and", "repeat", "repeated", "repeating"):
        place += 1
    if reader.ahead(place).text not in ("every", "each", "q", "per", "a", "/"):
        return 0, 0
    number = reader.ahead(place + 1)
    count, after = (number.whole or 0, place + 2) if number.kind == "number" else (1, place + 1)
    if reader.ahead(after).text == "-":
        after += 1
    unit = 7 if reader.ahead(after).text in WEEKS else int(reader.ahead(after).text in DAYS)
    length = count * unit
    return (after + 1, length) if length > 1 and on <= length else (0, 0)


def _cycle_by_rest(reader: Reader, on: int) -> tuple[int, int]:
    """How many tokens `then 7 days off` has, and the length of the cycle that it ends."""
    place = 0
    while reader.ahead(place).text in (",", "and", "then", "followed", "by"):
        place += 1
    word = reader.ahead(place + 1).text
    unit = 7 if word in WEEKS else int(word in DAYS)
    after = place + 3 if reader.ahead(place + 2).text in ("of",) else place + 2
    off = (reader.ahead(place).whole or 0) * unit
    return (after + 1, on + off) if off and reader.ahead(after).text in REST else (0, 0)


def _read_start(reader: Reader, draft: Draft) -> None:
    """`from day 15`, `from cycle 5`, `starting on week 3`."""
    reader.take()
    for filler in ("on", "in", "at", "from", "with"):
        reader.accept(filler)
    unit = _read_span(reader)
    token = reader.now
    count = reader.whole(f"the first {unit}", LONGEST_DURATION)
    reader.put(draft, "start", (count, unit), token)


def _read_span(reader: Reader) -> str:
    for name, words in (("day", DAYS), ("week", WEEKS), ("cycle", CYCLES)):
        if reader.accept(*words):
            return name
    if reader.now.text in MONTHS:
        raise _unknown(reader, reader.now)
    raise reader.wrong(
        reader.now, f"{_shown(reader.now)} where a unit of time should be", right="days, weeks or cycles"
    )


def _read_by_mouth(reader: Reader, draft: Draft) -> None:
    """`by mouth`, `per os`."""
    token = reader.take()
    if not reader.accept("mouth", "os"):
        raise reader.wrong(token, f"'{token.raw}' is not understood here", hint="'by mouth'")
    reader.put(draft, "route", "oral", token)


def _skip(reader: Reader, draft: Draft) -> None:
    reader.take()


def _read_per(reader: Reader, draft: Draft) -> None:
    """`per day`, `/week`, `a day` right after the amount, as in `100 mg/day`; `per os`."""
    if reader.ahead().text == "os":
        return _read_by_mouth(reader, draft)
    return _read_count(reader, draft, 1, reader.now)


CLAUSES: dict[str, Callable[[Reader, Draft], None]] = {
    **dict.fromkeys(DAYS, _read_days),
    **dict.fromkeys(("every", "q", "each"), _read_every),
    **dict.fromkeys(("for", "x"), _read_duration),
    **dict.fromkeys(("from", "starting", "start"), _read_start),
    **dict.fromkeys((",", "on", "given"), _skip),
    **dict.fromkeys(("per", "/", "a"), _read_per),
    "over": _read_infusion,
    "by": _read_by_mouth,
}
KEYWORDS = sorted(
    w for w in {*CLAUSES, *A_DAY, *RHYTHMS, *COUNTS, *ROUTE_OF, "then", "plus"} if w.isalpha() and len(w) > 1
)
