"""Owns a platform's file of a user's own, as plain data: what tests read, change and break."""

from __future__ import annotations

from typing import Any

OWN: dict[str, Any] = {
    "key": "my_shop",
    "zh": "我的商城",
    "en": "My shop",
    "workflows": ["third_party"],
    "unseen": ["draft"],
    "notes": [{"zh": "注意", "en": "take care"}],
    "sources": [
        {"id": "S1", "title": "our wiki", "address": "https://a.example", "copied": "2026-03"},
        {"id": "S2", "title": "x"},
    ],
    "fields": [
        {
            "key": "state",
            "name": "State",
            "zh": "状态",
            "en": "state",
            "says": "state",
            "methods": ["GET /refunds"],
            "unit": "ms",
            "source": "S1",
            "confidence": "A",
            "note": {"zh": "注意", "en": "take care"},
            "codes": [
                {"code": "O", "zh": "处理中", "en": "open", "turn": ["merchant"], "final": False, "states": ["requested", "reviewing"]},
                {"code": "P", "zh": "已退", "en": "paid", "final": True, "states": ["refunded"], "source": "S2", "confidence": "C"},
            ],
        },
        {
            "key": "kind",
            "zh": "类型",
            "en": "kind",
            "says": "kind",
            "source": "S1",
            "confidence": "A",
            "codes": [
                {"code": 1, "zh": "全部", "en": "all", "side": "question"},
                {"code": 1, "zh": "直接退", "en": "at once", "side": "answer", "never": ["requested", "reviewing"], "by": "platform"},
                {"code": 2, "zh": "退货", "en": "return", "note": {"zh": "注意", "en": "take care"}},
            ],
        },
    ],
    "times": [{"name": "at", "methods": ["GET /refunds"], "unit": "ms", "source": "S1", "confidence": "A"}],
    "together": [{"codes": {"state": "P", "kind": 1}, "states": ["refunded"], "source": "S1", "confidence": "D"}],
}
