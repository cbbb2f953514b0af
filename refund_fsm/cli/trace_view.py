"""Owns how a trace reads for people: the aligned table, what was said with its steps, the money and the clocks.

Must not play or judge anything.
"""

from __future__ import annotations

from collections.abc import Iterator

from refund_fsm.case import NEWS_LABEL, Breach, Due, RefundCase
from refund_fsm.case.move_words import LABEL as MOVE_LABEL
from refund_fsm.cli.limit_view import length_of, sources, why_lines
from refund_fsm.orders import fact_labels
from refund_fsm.orders.guidance import guidance_of
from refund_fsm.scenario import Trace, TraceRow
from refund_fsm.text import Languages, Text, one_line, stamp, words
from refund_fsm.text.sections import Answer, Column, Pairs, Section, Table, columns, json_of, lines
from refund_fsm.workflow import EVIDENCE_LABELS, Evidence

HEADINGS = (
    Column(Text("#", "#")),
    Column(Text("时间", "at"), "instant"),
    *columns(Text("操作方", "by"), Text("操作", "event"), Text("依据", "rule"), Text("状态", "state")),
    Column(Text("期限、到期后果、逾期", "due, what then, breach"), "instant"),
)
BREACH = Text("逾期", "breach")
ENDS = Text("到期", "due")
PROVISIONAL = Text("暂定", "provisional")
OVERDUE = Text("记逾期", "counts as a breach")
TIME_PASSES = Text("时间推移", "time passes")
REPEATED = Text("重复送达，不再处理", "delivered again: no change")
REFUSED = Text("被拒", "refused")
NOT_STARTED = Text("未开始", "not started")
LATE = Text("⚠ 已超过法定退款期限", "⚠ the statutory refund date has passed")


def answer(trace: Trace) -> Answer:
    """What is said of a trace."""
    return Answer(lambda lang: sections(trace, lang), lambda: json_of(trace.to_dict()))


def sections(trace: Trace, lang: Languages) -> Iterator[Section]:
    """All of a trace: heading, table, what was said, the money and the clocks, and how it ended."""
    yield Section(trace.scenario.title, (about(trace, lang),))
    yield Section(None, (_rows(trace, lang),))
    yield from lines(list(_remarks(trace, lang)))
    yield Section(None, (_summary(trace, lang),))
    yield from timeline(trace.case, lang)
    for found in _ending(trace, lang):
        yield from lines(found)


def timeline(case: RefundCase, lang: Languages) -> tuple[Section, ...]:
    """The case over time, a line for each whom it waited for."""
    from refund_fsm.diagram.timeline import lines as drawn  # here, so that who reads JSON loads no pictures

    return lines(drawn(case, lang=lang.value))


def about(trace: Trace, lang: Languages) -> str:
    """Process, and what is asked for."""
    case = trace.case
    line = case.order.line(case.request.sku)
    pieces = case.request.quantity
    of = f"×{line.quantity}" if pieces is None else f"×{pieces}/{line.quantity}"
    about = [f"{line.title} {of}", lang.say(words.yuan(case.amount_fen), " "), *_asked(trace, lang)]
    return f"{lang.say(case.workflow.label)} · {' · '.join(about)}"


def _asked(trace: Trace, lang: Languages) -> Iterator[str]:
    """Kind and reason, in words where the order type has words for them."""
    request, guidance = trace.case.request, guidance_of(trace.case.workflow)
    kinds, reasons = (guidance.kinds, guidance.reasons) if guidance else ({}, {})
    for name, value, known in (("kind", request.kind, kinds), ("reason", request.reason, reasons)):
        if value is not None:
            yield lang.say(known[value].text if value in known else fact_labels.of_value(trace.case.workflow, name, value), " ")


def _rows(trace: Trace, lang: Languages) -> Table:
    """The table: one row for each move, the clock's own included, and for each refusal."""
    return Table(HEADINGS, tuple(_cells(number, row, trace, lang) for number, row in enumerate(trace.rows, 1)), ruled=True)


def _cells(number: int, row: TraceRow, trace: Trace, lang: Languages) -> tuple[str, ...]:
    actor = trace.case.workflow.actors.get(row.by) if row.kind != "advance" else None
    due = due_text(row.due, lang) if row.kind != "refused" else ""
    breach = f"⚠ {lang.say(BREACH, ' ')}\n{breach_text(row.breach, trace, lang)}" if row.breach else ""
    return (
        str(number),
        f"{stamp(row.at)}\n({lang.say(PROVISIONAL)})" if row.provisional else stamp(row.at),
        lang.stack(actor.text) if actor else "",
        _event(row, trace, lang),
        _rule(row, trace, lang),
        lang.stack(row.state.text),
        "\n".join(filter(None, (due, breach))),
    )


def _event(row: TraceRow, trace: Trace, lang: Languages) -> str:
    if row.kind == "advance":
        return lang.stack(TIME_PASSES)
    if row.news is not None or row.move is not None:
        return lang.stack(NEWS_LABEL if row.news is not None else MOVE_LABEL)
    event = trace.case.workflow.events.get(row.event)
    said = lang.stack(event.text) if event else row.event
    return f"✗ {said}" if row.kind == "refused" else said


def _rule(row: TraceRow, trace: Trace, lang: Languages) -> str:
    if row.refusal is not None:
        return f"{lang.say(REFUSED)}\n{row.refusal.code}"
    if row.kind == "repeated":
        return lang.stack(REPEATED)
    return f"{row.step.rule.id}\n{sources(row.step.rule.cites, trace.case.workflow, lang)}" if row.step else ""


def due_text(due: Due | None, lang: Languages) -> str:
    """A limit's instant, marked when provisional, and what happens then."""
    if due is None:
        return ""
    mark = f" ({lang.say(PROVISIONAL)})" if due.provisional else ""
    return f"{stamp(due.at)}{mark}\n{lang.stack(then(due))}"


def then(due: Due) -> Text:
    """What happens when a limit is reached."""
    rule = due.then
    return Text(f"{rule.event.zh} → {rule.dest.zh}", f"{rule.event.en} → {rule.dest.en}") if rule else OVERDUE


def breach_text(breach: Breach, trace: Trace, lang: Languages) -> str:
    """A breach: the limit and its instant."""
    length = length_of(breach, trace)
    mark = f" ({lang.say(PROVISIONAL)})" if breach.provisional else ""
    return f"{stamp(breach.at)}{mark}\n{lang.stack(length)}"


def _remarks(trace: Trace, lang: Languages) -> Iterator[str]:
    """Why limits end when they do; notes, tracking numbers and evidence of each row; why an event was refused that the file says is
    refused."""
    told = None
    for number, row in enumerate(trace.rows, 1):
        if row.due is not None and row.due.at != told:
            yield from (f"#{number} {lang.say(ENDS)} {stamp(row.due.at)}: {line}" for line in why_lines(row.due, trace.case.workflow, lang))
        told = row.due.at if row.due else None
        if row.news is not None:
            yield f"#{number} {lang.say(NEWS_LABEL, ' ')}: {lang.say(row.news.text)}"
        if row.move is not None:
            yield f"#{number} {lang.say(MOVE_LABEL, ' ')}: {lang.say(row.move.text)}"
        details = row.step.details if row.step else {}
        if note := details.get("note"):
            yield f"#{number} {lang.say(Text('说明', 'note'))}: {one_line(note)}"
        if tracking_no := details.get("tracking_no"):
            yield f"#{number} {lang.say(Text('物流单号', 'tracking no.'))}: {tracking_no}"
        if evidence := details.get("evidence"):
            yield f"#{number} {lang.say(Text('凭证', 'evidence'))}: {', '.join(_piece(piece, lang) for piece in evidence)}"
        if row.refusal is not None and row.expected:
            yield from (f"#{number} ✗ {row.refusal.explain(one)}" for one in lang.each)


def _piece(piece: Evidence, lang: Languages) -> str:
    label = lang.say(EVIDENCE_LABELS[piece.kind], " ")
    return f"{label} ({one_line(piece.note)})" if piece.note else label


def _summary(trace: Trace, lang: Languages) -> Pairs:
    """The money and the clocks, one line each."""
    case = trace.case
    found = [
        (Text("申请金额", "amount"), lang.say(words.yuan(case.amount_fen))),
        (Text("已退", "paid"), lang.say(words.yuan(case.paid_fen))),
        (Text("尚可退", "refundable"), lang.say(words.yuan(case.refundable_fen))),
        (Text("打款幂等号", "payout key"), case.payout_key),
    ]
    if case.freight is not None:
        cites = sources(case.freight.cites, case.workflow, lang)
        found.append((Text("退货运费", "return freight"), f"{lang.say(case.freight.text)} ({cites})"))
    found.append((Text("打款期限", "payout due"), _clock(trace.payout_due, trace, lang)))
    if case.workflow.law:
        late = f"  {lang.say(LATE)}" if case.statutory_passed else ""
        found.append((Text("法定退款期限", "statutory due"), f"{_clock(case.statutory_due, trace, lang)}{late}"))
    for breach in case.breaches():
        still = Text("未决", "open") if breach in trace.open_breaches else Text("已记录", "recorded")
        told = breach_text(breach, trace, lang).replace("\n", ", ") + f", {breach.limit.field}"
        found.append((BREACH, f"{told} ({lang.say(still)})"))
    return Pairs(tuple((lang.say(label, " "), value) for label, value in found))


def _clock(due: Due | None, trace: Trace, lang: Languages) -> str:
    if due is None:
        return lang.say(NOT_STARTED)
    mark = f", {lang.say(PROVISIONAL)}" if due.provisional else ""
    cites = sources(due.limit.cites, trace.case.workflow, lang)
    return f"{stamp(due.at)} ({lang.say(words.length(due.length, due.unit), ' ')}, {cites}{mark})"


def _ending(trace: Trace, lang: Languages) -> tuple[list[str], list[str]]:
    """How it ended, when something was found: the refusal in words, and the expectations of the file that were not met."""
    refused = trace.refusal
    told = [f"✗ {REFUSED.get(one)} ({refused.code}): {refused.explain(one)}" for one in lang.each] if refused is not None else []
    return told, [f"✗ {line}" for line in trace.unmet]
