"""The models as JSON schemas, and behind a web framework: what a field is stands in the schema, every fault is told at its own place."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from refund_fsm import Order, Policy, RefundCase, RefundRequest, orders
from refund_fsm.simulate import Behaviour
from tests.samples import at, order, photo, request

MODELS: tuple[Any, ...] = (Order, RefundRequest, Policy, Behaviour)
INSTANTS = {"paid_at", "shipped_at", "signed_at", "activated_at", "at"}
LISTED = {  # fields of few values, and these
    "payment_method": ["wechat", "alipay", "bank_card"],
    "kind": ["photo", "video", "unboxing_video", "chat_log"],
    "window_starts": ["signing_day", "next_day"],
    "on_merchant_silence": ["approve", "escalate"],
    "beyond": ["provisional", "error"],
    "unit": ["hours", "days", "working_days", "fen"],
}


def fields_of(model: Any, mode: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every field of a model and of those in it: the model's name, the field's, its schema."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        schema = model.model_json_schema(mode=mode)
    for title, one in ((model.__name__, schema), *schema.get("$defs", {}).items()):
        assert one["description"] and one["additionalProperties"] is False
        for name, field in one["properties"].items():
            yield title, name, field


@pytest.mark.parametrize("mode", ["validation", "serialization"])
@pytest.mark.parametrize("model", MODELS)
def test_the_schema_says_what_every_field_is(model: Any, mode: str) -> None:
    seen = set()
    for title, name, field in fields_of(model, mode):
        assert field.get("description"), f"{title}.{name}"
        kinds = field.get("anyOf", [field])
        assert any({"type", "$ref", "oneOf", "const", "enum"} & set(kind) for kind in kinds), f"{title}.{name}: {field}"
        if name in INSTANTS:
            assert [kind.get("format") for kind in kinds if kind.get("type") != "null"] == ["date-time"], f"{title}.{name}"
            seen.add(name)
        if name in LISTED and title not in ("RefundRequest", "Choice") and "const" not in field:
            assert field["enum"] == LISTED[name], f"{title}.{name}"
            seen.add(name)
    expected = {Order: 5, RefundRequest: 2, Policy: 3, Behaviour: 1}[model]
    assert len(seen) == expected


def test_the_schema_agrees_with_what_is_taken() -> None:
    """Whatever is written by a model is of the kinds that its schema lists."""
    more: Any = {"line": {"applications": 1, "fresh": True, "electronic": True}, "cross_border": True, "special_order": True}
    grown = order(attributes={"n": 5, "gift": True}, **more)
    policy = Policy.platform().model_copy(update={name: 3 for name in Policy.later if name != "special"})
    for one in (grown, request(evidence=(photo(),), quantity=1), policy, Behaviour.default("virtual")):
        schema = type(one).model_json_schema(mode="serialization")
        told = json.loads(one.model_dump_json())
        assert set(told) == set(schema["properties"]) and set(schema.get("required", ())) <= set(told)
        for name, value in told.items():
            kinds = schema["properties"][name].get("anyOf", [schema["properties"][name]])
            types = {kind.get("type", "object") for kind in kinds}
            python = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list, "number": float, "null": type(None)}
            assert any(isinstance(value, python[kind]) for kind in types), (name, value, types)


@pytest.fixture(scope="module")
def client() -> Any:
    """A service that takes an order with a request, a policy, a behaviour."""
    pytest.importorskip("fastapi", reason="the extra `test` has it")
    pytest.importorskip("httpx2", reason="the extra `test` has it")
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    app = FastAPI()

    def claim(order: Order, request: RefundRequest, at: datetime) -> dict[str, Any]:
        case = RefundCase.open(order, request, at=at).apply("submit", at=at, by="buyer")
        return {"state": case.state.key, "case": case.to_json()}

    def echo_order(order: Order) -> Order:
        return order

    def echo_policy(policy: Policy) -> Policy:
        return policy

    def echo_behaviour(behaviour: Behaviour) -> Behaviour:
        return behaviour

    annotations = {"order": Order, "request": RefundRequest, "at": datetime, "policy": Policy, "behaviour": Behaviour}
    for path, serve in (("/claims", claim), ("/orders", echo_order), ("/policies", echo_policy), ("/behaviours", echo_behaviour)):
        serve.__annotations__ = {name: annotations.get(name, serve.__annotations__[name]) for name in serve.__annotations__}
        serve.__annotations__["return"] = {"/orders": Order, "/policies": Policy, "/behaviours": Behaviour}.get(path, dict)
        app.post(path)(serve)
    with TestClient(app) as made:
        yield made


def body(value: Any) -> Any:
    return json.loads(value.model_dump_json())


def test_the_service_describes_its_bodies(client: Any) -> None:
    found = client.get("/openapi.json").json()["components"]["schemas"]
    assert {"Order", "OrderLine", "RefundRequest", "Evidence", "Policy", "Span", "Behaviour", "Choice", "Share", "LogNormal"} <= set(found)
    assert found["Order"]["properties"]["paid_at"] == {
        "type": "string",
        "format": "date-time",
        "title": "Paid At",
        "description": "when it was paid",
    }


def test_good_bodies_are_taken_and_given_back(client: Any) -> None:
    claim = {"order": body(order()), "request": body(request(evidence=(photo(),)))}
    answer = client.post("/claims", params={"at": "2026-02-13T10:00:00+08:00"}, json=claim)
    assert answer.status_code == 200 and answer.json()["state"] == "requested"
    assert RefundCase.from_json(answer.json()["case"]).now == at("2026-02-13 10:00")
    for path, value in (("/orders", order()), ("/policies", Policy.statute()), ("/behaviours", Behaviour.default("virtual"))):
        answer = client.post(path, json=body(value))
        assert answer.status_code == 200 and answer.json() == body(value)
        assert type(value).model_validate(answer.json()) == value


def faults(answer: Any) -> dict[tuple[Any, ...], str]:
    assert answer.status_code == 422
    found = {tuple(one["loc"][1:]): one["msg"] for one in answer.json()["detail"]}
    assert len(found) == len(answer.json()["detail"])
    return found


def test_all_faults_are_listed_each_at_its_own_place(client: Any) -> None:
    good = body(order())
    bad = {
        **good,
        "id": " ",
        "paid_at": "2026-02-10 10:00",
        "payment_method": "cash",
        "colour": "red",
        "attributes": {"size": 1.5},
        "lines": [{**good["lines"][0], "paid_fen": "100"}, {**good["lines"][0], "quantity": 0, "title": "a\x00b"}],
    }
    found = faults(client.post("/orders", json=bad))
    assert set(found) == {
        *(("id",), ("paid_at",), ("payment_method",), ("colour",), ("attributes", "size")),
        *(("lines", 0, "paid_fen"), ("lines", 1, "quantity"), ("lines", 1, "title")),
    }
    assert found["id",] == "expected text of 1 to 200 characters"
    assert found["paid_at",].startswith("expected a datetime with a time zone")
    assert not [told for told in found.values() if "Value error" in told]


def test_a_fault_between_fields_has_its_place_too(client: Any) -> None:
    good = body(order())
    twice = faults(client.post("/orders", json={**good, "lines": [good["lines"][0]] * 2}))
    assert twice == {("lines", 1, "sku"): "expected each SKU once in an order"}
    late = faults(client.post("/orders", json={**good, "shipped_at": "2020-01-01T00:00:00+08:00"}))
    assert set(late) == {("shipped_at",)}
    taken = faults(client.post("/orders", json={**good, "lines": [{**good["lines"][0], "refunded_fen": 10**9}]}))
    assert set(taken) == {("lines", 0, "refunded_fen + pending_fen")}
    spans = faults(
        client.post("/policies", json={**body(Policy.guide()), "payout_working_days": {"at_least": 9, "at_most": 3}, "roll_over": 1})
    )
    assert set(spans) == {("payout_working_days", "at_least"), ("roll_over",)}


def test_a_behaviour_is_judged_row_by_row(client: Any) -> None:
    good = body(Behaviour.default("virtual"))
    rows = [dict(row) for row in good["choices"]]
    rows[0]["delay"] = {"kind": "gamma", "mean": 1}
    rows[1]["weight"] = -1
    rows[2]["state"] = ""
    found = faults(
        client.post("/behaviours", json={**good, "choices": rows, "amount": {"kind": "uniform", "least": 5, "most": 1, "unit": "fen"}})
    )
    assert {loc[:3] for loc in found} == {
        ("choices", 0, "delay"),
        ("choices", 1, "weight"),
        ("choices", 2, "state"),
        ("amount", "uniform", "least"),
    }


def test_every_order_type_is_served(client: Any) -> None:
    for key in orders.keys():
        assert client.post("/orders", json=body(order(key))).status_code == 200
