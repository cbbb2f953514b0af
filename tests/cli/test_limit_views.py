"""`show`, `run`, `draw`, `check` and policies of the platform's own table: rows of limits, special periods, why, sources, own profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_fsm import Policy, orders
from refund_fsm.cli.questions import two_questions
from refund_fsm.scenario import load, play
from tests.cli.calling import Captured, fails, run, run_json

FESTIVAL = """
[order]
id = "O-1"
order_type = "shop_official"
paid_at = 2026-02-01T10:00:00+08:00
shipped_at = 2026-02-02T09:00:00+08:00
signed_at = 2026-02-06T10:00:00+08:00
[[order.lines]]
sku = "TEA-1"
title = "茶具套装"
quantity = 1
paid_fen = 32900
[request]
sku = "TEA-1"
kind = "return_and_refund"
reason = "changed_mind"
[[event]]
name = "submit"
at = 2026-02-10T09:00:00+08:00
by = "buyer"
[[event]]
name = "approve_return"
at = 2026-02-10T10:00:00+08:00
by = "merchant"
[[event]]
name = "ship_return"
at = 2026-02-13T10:00:00+08:00
by = "buyer"
tracking_no = "SF1"
[[event]]
name = "extend_receipt"
at = 2026-02-20T10:00:00+08:00
by = "merchant"
[[event]]
advance = 2026-03-03T10:00:00+08:00
"""


@pytest.fixture
def festival(tmp_path: Path) -> str:
    path = tmp_path / "festival.toml"
    path.write_text(FESTIVAL, encoding="utf-8")
    return str(path)


def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refund_fsm.text.terminal.PIPE_WIDTH", 1000)  # so wide that nothing is wrapped


def test_show_tells_rows_special_periods_profile_and_since_when(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    wide(monkeypatch)
    out = run(capsys, "show", "shop_official", "--lang", "en")
    assert "holds from 2025-12-24 00:00" in out and "without a policy: platform (2026-03-09)" in out
    for row in orders.get("shop_official").limit_rows:
        assert f"({row.field})" in out and all(guard.text.en in out for guard in row.guards)
    assert "+ 7 (extension_days): has_extension: the receipt was extended" in out
    festival = out[out.index("※ Special periods") : out.index("\nrule ")]
    assert festival.count("2026-02-11–02-24") == 6 and festival.count("2026-02-17–02-24") == 4 and festival.count("never") == 0
    assert festival.count("the ordinary end stands where it is later") == 8
    assert "▣ R1 R2 R3 A4–A8" in out and "▣ R18" in out and "final, done without money" in out
    assert "Notice on the Spring Festival 2026 (67764), copy of 2026-03-09" in out
    plain = run(capsys, "show", "third_party", "--lang", "en")
    assert not any(sign in plain for sign in ("▣", "※", "holds from", "without a policy"))


def test_show_as_json_has_rows_special_periods_and_the_profile(capsys: Captured) -> None:
    shown = run_json(capsys, "show", "shop_official")
    assert (shown["profile"], shown["holds_from"]) == ("platform", "2025-12-24T00:00:00+08:00")
    rows = [(one["field"], one["length"], one["when"]) for one in shown["limits"] if one["states"] == ["requested"]]
    assert rows == [
        ("unshipped_review_hours", 24, ["unshipped"]),
        ("fresh_review_hours", 24, ["is_fresh"]),
        ("shipped_review_hours", 36, []),
    ]
    added = {(one["plus"], one["plus_length"], one["plus_when"]) for one in shown["limits"]}
    assert added == {(None, 0, None), ("extension_days", 7, "has_extension")}
    assert len(shown["special"]) == 14 and shown["special"][0]["start"] == "2026-02-11T00:00:00+08:00"
    assert shown["law"][0]["when"] == ["wants_return"]
    assert [state["key"] for state in shown["states"] if state["good"]] == ["exchanged"]
    assert run_json(capsys, "show", "virtual")["special"] == []


def test_a_trace_tells_why_each_limit_ends_when_it_does(festival: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worked example of official.md: without a [policy] the workflow's own profile holds."""
    wide(monkeypatch)
    out = run(capsys, "run", festival, "--lang", "en")
    rows = run_json(capsys, "run", festival)["rows"]
    assert [row["due"]["at"][:16] for row in rows[:4]] == ["2026-02-16T00:00", "2026-02-21T00:00", "2026-02-24T00:00", "2026-03-03T00:00"]
    why = [row["due"]["why"] for row in rows[:4]]
    assert [one["special"]["length"] for one in why] == [5, 10, 10, 10]
    assert (why[0]["guards"], why[0]["ordinary"][:16]) == (["wants_return"], "2026-02-11T21:00")
    assert [one["plus"] for one in why] == [0, 0, 0, 7] and why[3]["facts"] == {"line_class": "ordinary", "extended": True}
    assert "#1 due 2026-02-15 24:00: shipped_review_hours 5 days · ※ 2026-02-11–02-24 (R18, else 2026-02-11 21:00)" in out
    assert "· + 7 (extension_days) · because the receipt was extended" in out
    plain = run(capsys, "run", "shop_return_happy_path", "--lang", "en")
    assert " due 20" not in plain and "▣" not in plain


def test_a_scenario_keeps_its_workflows_profile_where_its_policy_names_none(tmp_path: Path, festival: str) -> None:
    assert load(Path(festival)).policy == Policy.platform()
    path = tmp_path / "changed.toml"
    path.write_text(f"[policy]\nshipped_review_hours = 40\n{FESTIVAL}", encoding="utf-8")
    assert load(path).policy == Policy.platform().model_copy(update={"shipped_review_hours": 40})
    path.write_text(f'[policy]\nprofile = "guide"\n{FESTIVAL}', encoding="utf-8")
    assert load(path).policy == Policy.guide()
    assert play(load(path)).rows[0].due != play(load(Path(festival))).rows[0].due


SPECIAL = """profile = "platform"
copy = "2026-03-09"
[[special]]
limit = "shipped_review_hours"
when = ["wants_return"]
start = 2026-02-11T00:00:00+08:00
end = 2026-02-25T00:00:00+08:00
days = 3
"""


def test_a_policy_file_has_profile_copy_and_special_rows_and_errors_name_row_and_field(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "policy.toml"
    drawn = ("draw", "shop_official", "--policy", str(path), "-o", str(tmp_path / "one.mmd"), "--lang", "en")
    path.write_text(SPECIAL, encoding="utf-8")
    run(capsys, *drawn)
    told = (tmp_path / "one.mmd").read_text("utf-8")
    assert "3 d" in told and "#58; 5 d" not in told, "its rows are all that there are"
    for change, said in {
        ("02-25", "02-10"): "special[0].end",
        ("days = 3", ""): "special[0].days",
        ("2026-03-09", "2026-03-08"): "copy",
        ("shipped_review_hours", "shipped_review"): "special[0].limit",
        ('"wants_return"', '"wants_the_moon"'): "special[0].when[0]",
    }.items():
        path.write_text(SPECIAL.replace(*change), encoding="utf-8")
        assert said in fails(capsys, *drawn), change


def test_two_tables_are_drawn_one_before_the_other(tmp_path: Path, capsys: Captured) -> None:
    for now, before in (("third_party", "shop_official"), ("shop_official", "third_party")):
        path = tmp_path / f"{now}.dot"
        run(capsys, "draw", now, "--before", before, "-o", str(path), "--lang", "en")
        assert "compared with" in path.read_text("utf-8")


def test_compare_without_more_is_the_workflows_own_profile_and_the_guide() -> None:
    one, other = two_questions("third_party", (), (), (), None)
    assert (one.policy, other.policy) == (Policy.guide(), Policy.statute())
