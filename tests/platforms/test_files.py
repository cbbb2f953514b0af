"""The files that ship: whole, in the contract's words, and a file of the user's own beside them."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from refund_fsm import BadData, orders, platforms
from refund_fsm.platforms.reading import SHIPPED
from tests.exchange import WORKFLOW as EXCHANGE
from tests.places import ROOT
from tests.platforms.own import OWN

NAMES = ("1688", "douyin", "jd", "kuaishou", "litemall", "pinduoduo", "taobao", "wechat_channels", "xiaohongshu", "youzan", "yudao")


def own(folder: Path, **changed: Any) -> Path:
    path = folder / "own.toml"
    path.write_text(tomli_w.dumps({**OWN, **changed}), encoding="utf-8")
    return path


def test_the_platforms_of_the_issue_ship() -> None:
    assert platforms.keys() == NAMES
    assert {path.stem for path in SHIPPED.glob("*.toml")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_file_is_whole(name: str) -> None:
    platform = platforms.get(name)
    assert platform.key == name
    assert platforms.get(name) is platform, "it is read once"
    assert platform.workflows == {key: tuple(orders.get(key).states) for key in platform.workflows}
    assert platform.fields[0].says == "state"
    cited = {id for field in platform.fields for code in field.codes for id in code.source.split()}
    cited |= {id for row in (*platform.fields, *platform.times, *platform.together) for id in row.source.split()}
    assert cited == {one.id for one in platform.sources}, "no source is named in vain"
    for field in platform.fields:
        assert field.name is None or platform.field(field.key) is field
        for code in field.codes:
            assert re.search(r"[\u4e00-\u9fff]", code.zh) and not re.search(r"[\u4e00-\u9fff]", code.en)
            assert code.states is None or len(set(code.states)) == len(code.states)
            assert not set(code.turn) or code.final is not True, "whose turn it is in a final status nobody can say"
            if code.final and code.states:
                ends = {key for flow in platform.workflows for key, state in orders.get(flow).states.items() if state.final}
                assert set(code.states) & (ends | {"ruled_against", "rejected", "receipt_rejected"})


def test_every_state_that_a_platform_can_show_has_a_code() -> None:
    """`unseen` is what no code means: neither more nor less."""
    for name in NAMES:
        platform = platforms.get(name)
        meant = {state for field in platform.fields for code in field.codes for state in code.states or ()}
        everywhere = {state for states in platform.workflows.values() for state in states}
        assert everywhere - meant == set(platform.unseen), name


def test_the_fields_that_the_issue_names_of_xiaohongshu() -> None:
    names = {field.name for field in platforms.get("xiaohongshu").fields}
    assert names >= {"status", "refundStatus", "subStatus", "returnType", "orderAfterSalesStatus", "requestFrom", "returnsTag"}


def test_names_in_use_are_known_and_others_are_not() -> None:
    assert platforms.get("pdd") is platforms.get("pinduoduo")
    assert set(platforms.ALSO.values()) <= set(NAMES) and not set(platforms.ALSO) & set(NAMES)
    unknown: list[Any] = ["taobo", "", None, 5, "../xiaohongshu", "xiaohongshu.toml"]
    for name in unknown:
        with pytest.raises(BadData, match=r"platform: .*; expected '1688' or 'douyin'"):
            platforms.get(name)


def test_nothing_is_read_before_it_is_asked_for() -> None:
    code = (
        "import io, pathlib, sys; opened = []\n"
        "def watched(path, *more, **others):\n"
        "    opened.extend([path.name] if path.suffix == '.toml' else [])\n"
        "    return io.open(path, *more, **others)\n"
        "pathlib.Path.open = watched\n"
        "from refund_fsm import platforms\n"
        "assert 'tomllib' not in sys.modules and platforms.keys() and not opened, opened\n"
        "platforms.get('youzan'), platforms.get('youzan')\n"
        "assert opened == ['youzan.toml'], opened\n"
        "assert not {'refund_fsm.orders.virtual', 'refund_fsm.case.machine'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_platform_is_pickled_and_written_as_data() -> None:
    platform = platforms.get("xiaohongshu")
    assert pickle.loads(pickle.dumps(platform)) == platform
    assert hash(platform) == hash(pickle.loads(pickle.dumps(platform)))
    meaning = platform.meaning(status=4)
    assert pickle.loads(pickle.dumps(meaning)) == meaning
    assert platforms.Platform.model_validate_json(platform.model_dump_json()) == platform
    assert json.loads(platform.model_dump_json())["key"] == "xiaohongshu"


def test_a_file_of_ones_own_is_read_as_the_shipped_ones_are(tmp_path: Path) -> None:
    shop = platforms.read(own(tmp_path))
    assert shop.states(state="P") == {"refunded"}
    assert shop.states(state="O", kind=2) == {"requested", "reviewing"}
    assert shop.meaning(state="O", kind=1).verdict == "contradictory"
    assert shop.field("state").codes[0].source == "S1", "a code has its field's source where it has none of its own"
    assert (shop.field("state").codes[1].source, shop.field("state").codes[1].confidence) == ("S2", "C")


def test_a_file_speaks_of_ones_own_workflow_that_is_handed_over(tmp_path: Path) -> None:
    state = next(iter(EXCHANGE.states))
    codes = [{"code": 1, "zh": "一", "en": "one", "states": [state]}]
    path = own(tmp_path, workflows=[EXCHANGE.key], fields=[{**OWN["fields"][0], "codes": codes}], together=[], unseen=[])
    found = platforms.read(path, workflows=[EXCHANGE])
    assert found.meaning(state=1).within(EXCHANGE) == {state}
    with pytest.raises(BadData, match=rf"own.toml: workflows\[0\]: '{EXCHANGE.key}'; expected one of self_operated"):
        platforms.read(path)


FIELD, CODES = OWN["fields"][0], OWN["fields"][0]["codes"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"workflows": []}, "workflows: []; expected a list of order types"),
        ({"workflows": ["os:system"]}, "workflows[0]: 'os:system'; expected one of self_operated"),
        ({"colour": "red"}, "colour: 'red'; expected no such field"),
        ({"key": "My Shop"}, "key: 'My Shop'; expected a name of small letters"),
        ({"fields": []}, "fields: []; expected at least 1"),
        ({"fields": [{**FIELD, "key": f"f{n}"} for n in range(1001)]}, "fields: "),
        ({"fields": [FIELD, FIELD]}, "fields[1].key: 'state'; expected each key once (fields[0] has it, too)"),
        ({"fields": [{**FIELD, "unit": "us"}]}, "fields[0].unit: 'us'; expected 'ms', 's', 'text', 'varies' or 'unstated'"),
        ({"fields": [{**FIELD, "codes": [CODES[0], CODES[0]]}]}, "fields[0].codes[1].code: 'O'; expected each code once (codes[0] has it"),
        ({"fields": [{**FIELD, "codes": [{**CODES[0], "code": 1.5}]}]}, "fields[0].codes[0].code"),
        (
            {"fields": [{**FIELD, "codes": [{**CODES[0], "states": ["paid"]}]}]},
            "codes[0].states: 'paid'; expected a state of third",
        ),
        (
            {"fields": [{**FIELD, "codes": [{**CODES[0], "never": ["closed"]}]}]},
            "codes[0].never: ['closed']; expected nothing beside",
        ),
        ({"fields": [{**FIELD, "codes": [{**CODES[0], "states": ["draft"]}]}]}, "expected a state that is not among `unseen`"),
        (
            {"fields": [{**FIELD, "codes": [{**CODES[0], "source": "S9"}]}]},
            "codes[0].source: 'S9'; expected ids of sources: S1, S2",
        ),
        ({"fields": [{**FIELD, "codes": [{**CODES[0], "turn": ["seller"]}]}]}, "fields[0].codes[0].turn[0]: 'seller'; expected 'buyer', "),
        ({"fields": [{**FIELD, "codes": [{**CODES[0], "zh": "\u202eabc"}]}]}, "expected text without control characters"),
        ({"sources": [*OWN["sources"], OWN["sources"][0]]}, "sources[2].id: 'S1'; expected each id once"),
        ({"together": [{**OWN["together"][0], "codes": {"money": 1}}]}, "together[0].codes: 'money'; expected keys of fields: state, kind"),
        ({"together": [{**OWN["together"][0], "codes": {"kind": 7}}]}, "together[0].codes.kind: 7; expected a code of that field"),
    ],
)
def test_a_faulty_file_is_named_with_place_value_and_what_was_expected(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    path = own(tmp_path, **changed)
    with pytest.raises(BadData) as raised:
        platforms.read(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert said in str(raised.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path, said in ((tmp_path / "none.toml", "there is no such file"), (tmp_path, "it is a folder")):
        with pytest.raises(BadData, match=said):
            platforms.read(path)
