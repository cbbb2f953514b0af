"""Owns how a timeline looks: title, axis, lanes, marks and legend on one canvas. Must not decide what is shown, nor how it is worded."""

from __future__ import annotations

from dataclasses import dataclass, field

from refund_fsm.diagram import palette
from refund_fsm.diagram.metrics import wrap
from refund_fsm.diagram.palette import INK, MUTED, PALE, PAPER, SLATE, SUCCESS, TONES
from refund_fsm.diagram.timeline import legend, words
from refund_fsm.diagram.timeline.course import Stay
from refund_fsm.diagram.timeline.days import days_off, ticks
from refund_fsm.diagram.timeline.lanes import NARROW, SIDE, TIP, Item, Lane, Lanes, Scale, covered
from refund_fsm.diagram.timeline.shapes import APART, LEADING, Canvas, Said, block
from refund_fsm.text import stamp

BAR, LEAST_BAR = 14.0, 3.0
MANY = 300  # stays of a lane: more are drawn as one where they touch
ABOVE, BELOW = 9.0, 3.0  # points over a bar, and between it and its labels
LINE = 15.0  # points of a line of a label
TITLE, SUB = 17.0, 12.0
FAINT, LINES, BARS = 0, 1, 2  # layers
DASHES, DOTS = "5 4", "1.5 4"
RADIUS = 5.0
BREACH, DUE, LAW = TONES["breach"], TONES["due"], TONES["law"]
LANE_ENDS = palette.fade(MUTED)


@dataclass
class Sheet:
    """One timeline on its canvas. `height` is known once it is drawn."""

    lanes: Lanes
    width: float
    canvas: Canvas = field(default_factory=Canvas)
    y: float = 0.0
    bars: list[float] = field(default_factory=list)
    shown: dict[str, None] = field(default_factory=dict)  # the signs that a legend explains

    @property
    def scale(self) -> Scale:
        """Where instants stand."""
        return self.lanes.scale

    @property
    def narrow(self) -> bool:
        """Whether the names of lanes stand above them."""
        return self.width < NARROW

    def drawn(self) -> Canvas:
        """The whole picture."""
        self._title()
        top = self._axis()
        for lane in self.lanes.all():
            self._lane(lane)
        for link in self.lanes.links:
            self.canvas.line(LINES, [(link.x, self.bars[link.above]), (link.x, self.bars[link.below])], SLATE)
        self._background(top)
        self._now(top)
        self.y = legend.drawn(self.canvas, self.lanes, self.shown, self.y, self.width)
        return self.canvas

    # 1. Title and axis
    def _title(self) -> None:
        word, course = self.lanes.wording, self.lanes.course
        case, room = course.case, self.width - 2 * SIDE
        self.y = 8.0
        names = [f"{one} · {other}" for one, other in zip(word.each(case.workflow.label), word.each(words.TITLE), strict=False)]
        runs = [Said(names[0], TITLE, INK, bold=True), *(Said(one, SUB, MUTED) for one in names[1:])]
        lines = [runs] if sum(run.width for run in runs) + APART <= room else [[run] for run in runs]
        for line in lines:
            self.y += line[0].size * LEADING
            self.canvas.runs(SIDE, self.y, block([line], room).lines[0])
        span = f"{stamp(course.begun)} – {stamp(course.ended)}" if course.ended > course.begun else stamp(course.begun)
        facts = [case.case_id, span, word.lasted(course.ended - course.begun), word.say(case.state.text)]
        for text in wrap(" · ".join(facts), 11, room):
            self.y += 11 * LEADING + 1
            self.canvas.text(SIDE, self.y, Said(text, 11, SLATE))
        self.y += 10

    def _axis(self) -> float:
        """Dates, days off and festivals; where the lanes begin."""
        scale, word = self.scale, self.lanes.wording
        self.offs = list(days_off(scale.begin, scale.end, self.lanes.course.case.policy, scale.day))
        named = [(block([[Said(word.say(one.name), 10.5, SLATE, bold=True)]], 200), one) for one in self.offs if one.name is not None]
        last = scale.left
        for label, one in named:
            middle = (scale.x(one.begin) + scale.x(one.end)) / 2
            left = max(min(middle - label.width / 2, scale.right - label.width), last)
            if left + label.width <= scale.right + 1:
                self.canvas.runs(left, self.y + 10, label.lines[0])
                last = left + label.width + APART
        self.y += 15 if named else 0
        self.y += 11
        if not self.narrow:
            self.canvas.text(SIDE, self.y, Said(f"{scale.begin:%Y}", 10.5, MUTED))
        last = -1e9
        for tick in ticks(scale.begin, scale.end, scale.right - scale.left):
            run, x = Said(tick.said, 10.5, MUTED), scale.x(tick.at)
            left = min(x, self.width - 4 - run.width)
            if left > last:
                self.canvas.text(left, self.y, run)
                last = left + run.width + APART
                self.canvas.line(FAINT, [(x, self.y + 3), (x, self.y + 7)], MUTED)
        self.y += 7
        return self.y

    def _background(self, top: float) -> None:
        for one in self.offs:
            left = self.scale.x(one.begin)
            self.canvas.layers[FAINT].insert(0, self._off(left, top, self.scale.x(one.end) - left))
        if self.offs:
            self.shown["off"] = None

    def _off(self, x: float, y: float, wide: float) -> str:
        return f'<path class="off" fill="{PALE.lower()}" d="M{x:.1f},{y:.1f}H{x + wide:.1f}V{self.y:.1f}H{x:.1f}Z"/>'

    def _now(self, top: float) -> None:
        """Where the present is, while a case runs."""
        course, scale = self.lanes.course, self.scale
        if course.is_over:
            return
        x = scale.x(course.case.now)
        self.canvas.line(LINES, [(x, top - 4), (x, self.y)], INK, thick=1.5)
        run = Said(f"{self.lanes.wording.say(words.NOW)} {words.minute(course.case.now)}", 10.5, INK, bold=True)
        left = min(max(x - run.width / 2, SIDE), self.width - SIDE - run.width)
        self.y += 13
        self.canvas.text(left, self.y, run)
        self.y += 3

    # 2. Lanes
    def _lane(self, lane: Lane) -> None:
        lines, top = self.lanes.wording.lines, self.y
        if self.narrow:
            self.y += 4
            self._head(lane, SIDE + 6)
        bar = self.y + ABOVE
        self.bars.append(bar + BAR / 2)
        if not self.narrow:
            below, self.y = self.y, bar - 2
            self._head(lane, SIDE)
            least, self.y = self.y + 4, below
        else:
            least = bar + BAR
        {"stays": self._stays, "news": self._told, "law": self._law}[lane.what](lane, bar)
        labels = bar + BAR + BELOW
        for item in lane.items:
            self._label(item, bar, labels)
        self.y = max(labels + lane.rows * (lines * LINE + 3), least) + 4
        self.canvas.line(FAINT, [(SIDE, self.y), (self.width - SIDE, self.y)], LANE_ENDS, thick=0.8)
        assert self.y > top, "a lane has some height"

    def _head(self, lane: Lane, x: float) -> None:
        """The name of a lane and how long the case waited there."""
        word, course = self.lanes.wording, self.lanes.course
        if lane.actor is not None:
            text, colour, more = lane.actor.text, word.colour(lane.actor.key), word.lasted(course.waited(lane.actor))
        else:
            text = {"news": words.NEWS, "law": words.LAW}.get(lane.what, words.NOBODY)
            colour, more = LAW if lane.what == "law" else SLATE, ""
        first, *rest = word.each(text)
        name, total = Said(first, 12.5, colour, bold=True), [Said(more, 10.5, SLATE)] if more else []
        others, room = [Said(one, 10.5, MUTED) for one in rest], self.scale.left - SIDE - 8
        if self.narrow:
            lines = [[name, *others, *total]]
        elif total and name.width + APART + total[0].width <= room:
            lines = [[name, *total], *([one] for one in others)]
        else:
            lines = [[name], *([one] for one in (*others, *total))]
        for line in block(lines, self.width - 2 * SIDE if self.narrow else room).lines:
            self.y += max(run.size for run in line) * LEADING
            self.canvas.runs(x, self.y, line)

    def _label(self, item: Item, bar: float, top: float) -> None:
        lines = self.lanes.wording.lines
        if item.spot is None:
            self.canvas.runs(item.left, bar + BAR - 3, item.block.lines[0])
            return
        y = top + item.spot.row * (lines * LINE + 3)
        if item.spot.row:
            self.canvas.line(LINES, [(item.x, bar + BAR), (item.x, y + lines * LINE - 3)], palette.fade(SLATE), thick=0.8)
        for number, runs in enumerate(item.block.lines):
            wide = sum(run.width for run in runs) + APART * (len(runs) - 1)
            left = item.x - TIP - wide if item.spot.turned else item.spot.left + TIP
            self.canvas.runs(left, y + 11 + number * LINE, runs)

    # 2.1 Where the case waited
    def _stays(self, lane: Lane, bar: float) -> None:
        whole = len(lane.stays) <= MANY
        if not whole:
            self._merged(lane, bar)
        for stay in lane.stays:
            if stay.ends:
                self._end(stay, bar)
            elif whole or stay.place in self.lanes.named:
                self._bar(stay, bar, self._colour(stay))
                self._limit(stay, lane, bar)
        for step in self.lanes.course.inner:
            stays = [one for one in lane.stays if one.state.key == step.source.key and one.begun <= step.at <= one.ended]
            if stays and len(self.lanes.course.inner) <= len(self.lanes.named) + 100:
                x = self.scale.x(step.at)
                self.canvas.line(BARS, [(x, bar + 2), (x, bar + BAR - 2)], PAPER, thick=2)
                self.shown["inner"] = None

    def _merged(self, lane: Lane, bar: float) -> None:
        """The bars of very many stays: one for all that nobody could tell apart."""
        spans: list[tuple[float, float, bool]] = []
        for stay in lane.stays:
            left, right, passed = self.scale.x(stay.begun), self.scale.x(stay.ended), stay.passed is not None
            if spans and left - spans[-1][1] < 1 and passed == spans[-1][2]:
                left = spans.pop()[0]
            spans.append((left, right, passed))
        colour = next(self._colour(stay) for stay in lane.stays)
        for left, right, passed in spans:
            self.canvas.bar(BARS, left, bar, max(right - left, LEAST_BAR), BAR, BREACH if passed else colour)

    def _colour(self, stay: Stay) -> str:
        return self.lanes.wording.colour(stay.actor.key) if stay.actor is not None else SLATE

    def _bar(self, stay: Stay, bar: float, colour: str) -> None:
        left, right = self.scale.x(stay.begun), self.scale.x(stay.ended)
        name = f"stay-{stay.number}" if stay.step is not None or stay.number else ""
        wide = max(right - left, LEAST_BAR)
        self.canvas.bar(BARS, left, bar, wide, BAR, colour, title=self.lanes.wording.tooltip(stay), name=name)
        self.shown["bar"] = None
        if stay.passed is not None:
            late = max(self.scale.x(stay.passed), left)
            self.canvas.bar(BARS, late, bar, max(left + wide - late, LEAST_BAR), BAR, BREACH)
            self.shown["passed"] = None

    def _limit(self, stay: Stay, lane: Lane, bar: float) -> None:
        """What became of a limit: a ring where it ends, and a line up to it."""
        due, fate = stay.due, stay.fate
        middle, colour = bar + BAR / 2, self._colour(stay)
        at = stay.passed if fate == "passed" else due.at if due is not None else None
        if at is None or fate is None or at < stay.begun:
            return
        x, begun = self.scale.x(at), self.scale.x(stay.ended)
        if fate == "running":
            self.canvas.line(LINES, [(begun, middle), (x, middle)], colour, thick=2.4, dashes=DASHES)
            self.shown["ahead"] = None
        elif fate == "kept":
            later = covered(stay, lane.stays)
            middle = bar - ABOVE / 2 + 1 if later else middle
            if not later:
                self.canvas.line(FAINT, [(begun, middle), (x, middle)], colour, dashes=DOTS)
            if not self.scale.holds(at):
                self.canvas.line(FAINT, [(x - 5, middle - 4), (x, middle), (x - 5, middle + 4)], colour)
                return
        shape = {"fired": colour, "passed": PAPER}.get(fate, PAPER)
        edge = BREACH if fate == "passed" else palette.fade_text(colour) if fate == "kept" else colour
        self.canvas.ring(x, middle, RADIUS if fate != "kept" else 3.5, edge, shape)
        self.shown["fired" if fate == "fired" else "limit"] = None

    def _end(self, stay: Stay, bar: float) -> None:
        case = self.lanes.course.case
        well = stay.state.good or case.paid_fen > 0
        title = self.lanes.wording.tooltip(stay)
        self.canvas.ring(self.scale.x(stay.begun), bar + BAR / 2, 8, SUCCESS if well else SLATE, SUCCESS if well else SLATE, title=title)

    # 2.2 News, and the law
    def _told(self, lane: Lane, bar: float) -> None:
        drawn = set[int]()
        for one in lane.told:
            x = self.scale.x(one.at)
            if round(x) not in drawn:
                drawn.add(round(x))
                self.canvas.diamond(x, bar + BAR / 2, 6, SLATE, title=f"{stamp(one.at)} · {self.lanes.wording.say(words.happened(one))}")
        self.shown["news"] = None

    def _law(self, lane: Lane, bar: float) -> None:
        law, middle = lane.law, bar + BAR / 2
        assert law is not None, "this lane is that of the law"
        begun, x = self.scale.x(law.begun), self.scale.x(law.due.at)
        gone = min(x, self.scale.x(self.lanes.course.ended))
        self.canvas.line(LINES, [(begun, middle), (max(gone, begun), middle)], LAW, thick=3)
        if gone < x:
            self.canvas.line(LINES, [(max(gone, begun), middle), (x, middle)], LAW, thick=1.6, dashes=DASHES)
        self.canvas.line(LINES, [(begun, middle - 5), (begun, middle + 5)], LAW, thick=2)
        if self.scale.holds(law.due.at):
            self.canvas.ring(x, middle, RADIUS, BREACH if law.passed else LAW, PAPER)
        else:
            self.canvas.line(LINES, [(x - 5, middle - 4), (x, middle), (x - 5, middle + 4)], LAW)
        self.shown["law"] = None
