"""The catalogue holds every rule of the contract, in both languages, in our own words."""

from __future__ import annotations

import re

import pytest

from refund_fsm import CATALOGUE, BadData, CatalogueRule, Text
from refund_fsm.workflow import ASSUMED
from refund_fsm.workflow.catalogue import GUIDE, Provenance, expand, provenance
from tests.places import SHARED

COPIED = 12  # Chinese characters in a row that are a quotation and no longer a coincidence
RUNS = re.compile(r"[\u4e00-\u9fff]+")  # of Chinese characters


def shared(name: str) -> str:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is not there: the contract is kept beside the repository")
    return path.read_text(encoding="utf-8")


def test_it_holds_the_rules_of_the_contract_in_their_order() -> None:
    section = shared("rules.md").split("## 1. Catalogue")[1].split("\n## ")[0]
    assert [id for id in CATALOGUE if not id.startswith("R")] == re.findall(r"^\| ([A-DSL]\d+x?) \|", section, flags=re.MULTILINE)


def test_it_has_all_its_letters() -> None:
    """Without the contract at hand: the numbers of every letter run without a gap."""
    counts = {"A": 13, "B": 11, "C": 7, "D": 7, "S": 3, "L": 5, "R": 20}
    assert set(CATALOGUE) == {f"{letter}{n}" for letter, most in counts.items() for n in range(1, most + 1)} | {"A7x"}


@pytest.mark.parametrize("rule", CATALOGUE.values(), ids=lambda rule: rule.id)
def test_a_rule_is_said_in_both_languages(rule: CatalogueRule) -> None:
    assert CATALOGUE[rule.id] is rule
    for text in (rule.text, rule.title, rule.article):
        if text is not None:
            assert RUNS.search(text.zh)
            assert re.search(r"[A-Za-z]{3}", text.en)
            assert text.zh != text.en
            assert text == Text(text.zh.strip(), text.en.strip())
    assert (rule.article is not None) == rule.id.startswith("L")


def copied(text: str, guide: str) -> list[str]:
    """The runs of `COPIED` Chinese characters of a text that are in the guide as well."""
    runs = RUNS.findall(text)
    pieces = [run[start : start + COPIED] for run in runs for start in range(len(run) - COPIED + 1)]
    return [piece for piece in pieces if piece in guide]


def test_no_sentence_is_copied_from_the_guide() -> None:
    guide = shared("guide.zh.txt")
    assert all(copied(f"照抄:{run}", guide) for run in RUNS.findall(guide) if len(run) >= COPIED), "it finds what is there"
    texts = [text.zh for rule in CATALOGUE.values() for text in (rule.text, rule.title) if text]
    assert [text for text in texts if copied(text, guide)] == []


def test_the_source_is_named() -> None:
    article = shared("guide.zh.txt")
    assert GUIDE.title == article.splitlines()[0]
    for fact in (GUIDE.author, GUIDE.address, GUIDE.published.isoformat()):
        assert fact in article
    assert "not authority" in GUIDE.standing.en


def test_the_catalogue_is_frozen() -> None:
    with pytest.raises(TypeError):
        CATALOGUE["A1"] = CATALOGUE["A2"]  # type: ignore[index]  # the refusal is the point


EXPANSIONS = [
    # cites                     ids
    ("A1", ("A1",)),
    ("A13, B7", ("A13", "B7")),
    ("A1,A2、A3,A4", ("A1", "A2", "A3", "A4")),
    ("A4-A8", ("A4", "A5", "A6", "A7", "A8")),
    ("A4–A8", ("A4", "A5", "A6", "A7", "A8")),
    ("A5–A10", ("A5", "A6", "A7", "A8", "A9", "A10")),
    ("A6–A7 A7x", ("A6", "A7", "A7x")),
    ("A3-A3", ("A3",)),
    ("A9 assumed", ("A9", ASSUMED)),
    ("assumed", (ASSUMED,)),
    ("B6 B7 A5–A6 D3 D4", ("B6", "B7", "A5", "A6", "D3", "D4")),
    ("B7 A6 B7, A5-A7", ("B7", "A6", "A5", "A7")),
    ("  A1  ", ("A1",)),
    ("", ()),
]


@pytest.mark.parametrize(("cites", "ids"), EXPANSIONS)
def test_citations_are_spelled_out_in_order(cites: str, ids: tuple[str, ...]) -> None:
    assert expand(cites) == ids


UNKNOWN = ["A14", "Z1", "a1", "A", "A7y", "A5–", "A10–A5", "A5–B7", "A12–A14", "A0–A3", "A5—A7", "A7x–A9", "A1 guess"]


@pytest.mark.parametrize("cites", UNKNOWN)
def test_expand_names_what_is_not_in_the_catalogue(cites: str) -> None:
    with pytest.raises(BadData) as caught:
        expand(cites)
    assert caught.value.field == "cites"
    assert caught.value.value == cites.split()[-1]


def test_expand_reads_a_catalogue_of_ones_own() -> None:
    own = {id: CatalogueRule(id, Text("规则", "A rule")) for id in ("K-1", "K2", "K3")}
    assert expand("K-1 K2–K3 assumed", own) == ("K-1", "K2", "K3", ASSUMED)
    with pytest.raises(BadData):
        expand("A1", own)


PROVENANCES: list[tuple[str, Provenance]] = [
    # ids             says it
    ("A1–A13 A7x", "guide"),
    ("B1–B11", "guide"),
    ("C1–C7", "guide"),
    ("D1–D7", "guide"),
    ("S1–S3", "guide"),
    ("L1–L5", "law"),
    ("assumed", "assumed"),
]


@pytest.mark.parametrize(("cites", "expected"), PROVENANCES)
def test_a_rule_is_of_the_guide_of_the_law_or_assumed(cites: str, expected: Provenance) -> None:
    assert {provenance(id) for id in expand(cites)} == {expected}


def test_provenance_of_an_unknown_id_is_bad_data() -> None:
    with pytest.raises(BadData, match="'L9'"):
        provenance("L9")
