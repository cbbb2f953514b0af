"""The texts of all advice: both languages apart, every source in the catalogue, none of them dead."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import chain
from typing import get_args

import pytest

from refund_fsm import CATALOGUE, Policy, orders
from refund_fsm.advice import Advice, AdviceLang, advise, cited
from refund_fsm.advice.texts import TOPICS
from refund_fsm.orders.guidance import guidance_of
from refund_fsm.orders.guidance_common import BUTTONS
from refund_fsm.orders.guidance_texts import GUIDANCE
from refund_fsm.text import Lang
from refund_fsm.workflow import ASSUMED
from refund_fsm.workflow.catalogue import expand
from tests.advice.asked import sources, tips
from tests.advice.platform_rows import ALONE, BUYER, OTHERS
from tests.advice.questions import QUESTIONS
from tests.advice.situations import CASES, ORDERS, PLACES, WINDOWS
from tests.languages import HAN
from tests.samples import at, case, order
from tests.workflows import EVERY_KEY


@cache
def everything() -> list[Advice]:
    found = [advise(order(kind, **changes), at(when)) for kind, changes, when, *_ in ORDERS]
    found += [advise(order(kind, **changes), at(when)) for kind, changes, when, *_ in PLACES]
    found += [advise(order("third_party", line={"paid_fen": 100}), at("2026-02-13 09:00"), policy=policy) for policy, _ in WINDOWS]
    found += [advise(case("third_party", request={"reason": "quality"}), at("2026-03-01 09:00"))]
    found += [row.advice() for row in (*QUESTIONS, *ALONE, *BUYER, *OTHERS)]
    found += [advise(row.case(), at(row.when), role=by) for row in CASES for by in row.case().workflow.actors if by != "clock"]
    return found + [advise(row.case(), at(row.when)) for row in CASES]


def test_both_languages_are_said_and_neither_is_mixed_into_the_other() -> None:
    for tip in chain.from_iterable(advice.items for advice in everything()):
        assert tip.topic in TOPICS
        assert HAN.search(tip.text.zh), tip
        assert not re.search(r"[A-Za-z]{2,}|\{|\}", tip.text.zh), tip
        english = tip.text.en
        for name in sorted((*BUTTONS, "杯子", "模板", "☰"), key=len, reverse=True):
            english = english.replace(name, "")
        assert re.search(r"[A-Za-z]{2,}", english), tip
        assert not re.search(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]|\{|\}|\.\.", english), tip
        assert set(tip.cites) <= {*CATALOGUE, ASSUMED}, tip
        assert len(set(tip.cites)) == len(tip.cites), tip


def test_the_advice_cites_all_that_it_says_it_can() -> None:
    """Whatever `cited` promises is said to somebody: no text is dead."""
    assert cited() - set(chain.from_iterable(sources(advice) for advice in everything())) == set()


def test_every_id_of_the_guide_is_used() -> None:
    used: set[str] = set(cited())
    for key in orders.keys():  # a function of the registry, no dict
        flow = orders.get(key)
        used |= set(chain.from_iterable(rule.sources for rule in flow.rules))
        used |= set(chain.from_iterable(expand(event.how_cites) for event in flow.events.values()))
        used |= set(chain.from_iterable(expand(limit.cites) for limit in (*flow.limit_rows, *flow.law.values())))
    used |= set(chain.from_iterable(expand(Policy.cites_of(field)) for field in Policy.model_fields))
    used |= set(re.findall(r"\b[A-DLRS]\d+x?\b", orders.order_type_of.__doc__ or ""))
    assert used == {*CATALOGUE, ASSUMED}


def test_cited_is_read_off_the_texts() -> None:
    assert cited() >= {"A2", "B2", "C6", "D6", "S1", "S2", "S3", "L5"}
    assert ASSUMED not in cited()


@EVERY_KEY
def test_guidance_names_only_what_its_workflow_has(key: str) -> None:
    flow, guide = orders.get(key), GUIDANCE[key]
    domains = flow.domains(Policy.guide())
    assert guidance_of(flow) is guide
    assert set(guide.states) <= set(flow.states)
    assert set(guide.asks) <= set(flow.events)
    assert {*guide.better_first, *(first for first, _ in guide.better_first.values())} <= set(flow.events)
    assert set(guide.reasons) == set(domains["reason"])
    assert set(guide.kinds) == set(domains.get("kind", ()))
    assert set(guide.goods) == set(domains.get("goods", ()))
    assert guide.faults <= set(domains["reason"])
    assert {event for _, event in guide.open_in} | set(guide.told) <= set(flow.events)
    assert {state for state, _ in guide.open_in} <= set(flow.states)
    assert set(guide.because) <= {guard.name for rule in flow.rules if rule.by_clock for guard in rule.when}
    assert set(guide.kind_money) <= set(guide.kinds) and set(guide.notices) <= set(CATALOGUE)
    back = guide.sent_back
    assert back is None or ({back.arrival, *back.taken} <= set(flow.events) and {back.fact, back.exchanged or back.fact} <= set(domains))


@pytest.mark.parametrize("lang", get_args(AdviceLang))
def test_it_reads_in_the_languages_asked_for(lang: AdviceLang) -> None:
    one = case("third_party")
    advice = advise(one, one.now, lang)
    text, data = str(advice), json.loads(json.dumps(advice.to_dict(), ensure_ascii=False))
    wanted: tuple[Lang, ...] = ("zh", "en") if lang == "both" else (lang,)
    assert data["order_type"] == advice.order_type == "third_party"
    assert data["role"] == advice.role == "buyer"
    assert (data["at"], data["lang"], len(data["items"])) == (one.now.isoformat(), lang, len(advice.items))
    for tip, item in zip(advice.items, data["items"], strict=True):
        assert item["text"] == {each: tip.text.get(each) for each in wanted}
        assert (item["cites"], item["event"]) == (list(tip.cites), tip.event)
        assert item["until"] == (tip.until.isoformat() if tip.until else None)
        for name in ("provisional", "state", "kind", "line", "deadline"):
            assert item[name] == getattr(tip, name)
        assert all(tip.text.get(each) in text for each in wanted)
    headings = re.findall(r"^## (.*)$", text, flags=re.MULTILINE)
    present = [heading for topic, heading in TOPICS.items() if tips(advice, topic)]
    assert headings == [" / ".join(heading.get(each) for each in wanted) for heading in present]
    assert ("What to do next" in text) is ("en" in wanted)
    assert ("下一步" in text) is ("zh" in wanted)
