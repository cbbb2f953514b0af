"""`platform`: the platforms, one platform's codes for people and for programs, a file of one's own."""

from __future__ import annotations

from pathlib import Path

import tomli_w

from refund_fsm import platforms
from tests.cli.calling import Captured, fails, run, run_json
from tests.platforms.own import OWN


def test_the_platforms_are_listed(capsys: Captured) -> None:
    said = run(capsys, "platform", "--lang", "en")
    assert all(f"\n{name} " in said for name in platforms.keys())
    listed = run_json(capsys, "platform")
    assert [one["platform"] for one in listed] == list(platforms.keys())
    xhs = next(one for one in listed if one["platform"] == "xiaohongshu")
    assert xhs["number_of_codes"] == sum(len(field.codes) for field in platforms.get("xiaohongshu").fields)


def test_a_platform_is_shown_with_its_traps(capsys: Captured) -> None:
    said = run(capsys, "platform", "xiaohongshu", "--lang", "en")
    for told in (
        "Completed is not refunded: refundStatus must be 2",
        "Another thing than refundStatus 301, which is approved",
        "6 (asked only)",
        "reviewing (third_party)",
        "status 4, returnType 2  exchanged",
        "draft, negotiating, ruled_against, escalated",
        "What a code means in our states is our own reading",
        "afterSale.getAfterSaleInfo",
    ):
        assert told in said, told
    assert "待审核" in run(capsys, "platform", "xhs", "--lang", "zh")


def test_programs_get_a_row_for_each_code_with_all_that_is_known_of_it(capsys: Captured) -> None:
    found = run_json(capsys, "platform", "xiaohongshu")
    rows = {(row["field"], row["code"], row["side"]): row for row in found["codes"]}
    assert len(rows) == len(found["codes"]) == found["number_of_codes"]
    first = rows["status", 1, "both"]
    assert first == {
        "field": "status",
        "name": "status",
        "code": 1,
        "side": "both",
        "label": {"zh": "待审核", "en": "awaiting audit"},
        "turn": ["merchant"],
        "final": False,
        "by": None,
        "says": "state",
        "states": ["requested", "reviewing"],
        "by_workflow": {"third_party": ["requested", "reviewing"], "shop_official": ["requested"]},
        "methods": list(platforms.get("xiaohongshu").field("status").methods),
        "unit": "varies",
        "source": ["X1", "X4"],
        "confidence": "B",
        "note": None,
    }
    assert rows["refund_status", 101, "both"]["states"] == sorted(platforms.get("xiaohongshu").all_states - {"refunded"})
    assert {one["unit"] for one in found["times"]} == {"ms", "text", "unstated", "varies"}


def test_a_file_of_ones_own_is_shown_and_a_wrong_name_is_one_line(capsys: Captured, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(tomli_w.dumps(OWN), encoding="utf-8")
    assert "My shop" in run(capsys, "platform", str(path), "--lang", "en")
    path.write_text(tomli_w.dumps({**OWN, "fields": []}), encoding="utf-8")
    assert f"{path}: fields: []; expected at least 1" in fails(capsys, "platform", str(path))
    assert "platform: 'taobo'; expected one of 1688, douyin, jd" in fails(capsys, "platform", "taobo")
    assert "platform: 'a\\x00b'" in fails(capsys, "platform", "a\0b")
