"""Owns the catalogue: what the guide, the law and the platform say, in our own words, and how citations of them are read.

Must not know states, events or policies, and must not quote the guide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from refund_fsm.errors import BadData
from refund_fsm.text import Languages, Text
from refund_fsm.workflow.platform_rules import PLATFORM, Published
from refund_fsm.workflow.values import FrozenDict, restore

ASSUMED = "assumed"
ASSUMED_TEXT = Text("假设", "assumed")
Provenance = Literal["guide", "law", "platform", "assumed"]


@dataclass(frozen=True, slots=True)
class Guide:
    """The article that the rules A, B, C, D and S come from. `standing` says what it is worth."""

    title: str
    author: str
    address: str
    published: date
    standing: Text


GUIDE = Guide(
    title="小红书怎么样可以退款",
    author="99ANYc3cd6",
    address="https://www.chumoping.net/post/4904.html",
    published=date(2025, 12, 31),
    standing=Text("非官方文章：只作来源，不作依据", "an unofficial article: source, not authority"),
)


@dataclass(frozen=True, slots=True)
class CatalogueRule:
    """One thing that the guide, the law or the platform says. A rule of the law names its `article`, one of the platform what it has
    `published`; a rule of the guide has neither."""

    id: str
    text: Text
    title: Text | None = None
    article: Text | None = None
    published: Published | None = None

    def __setstate__(self, state: Sequence[object]) -> None:
        restore(self, state)


_TEXTS = {
    # A. The platform's own mall
    "A1": Text("平台自己就是卖家，全站一套流程，最省事", "The platform is the seller and runs one uniform process: the simplest case"),
    "A2": Text(
        "商品左下角标“小红书商城”或“自营”，或页面写明“由小红书销售和发货”，即属此类",
        "Applies when the badge at the item's lower left is 小红书商城 or 自营, "
        "or the page says 由小红书销售和发货 (sold and shipped by Xiaohongshu)",
    ),
    "A3": Text(
        "App → 右下角“我”→ 右上角“☰”→“订单”或“我的订单”",
        "App → 我 (Me, lower right) → ☰ (upper right) → 订单 or 我的订单 (My orders)",
    ),
    "A4": Text(
        "订单列表 → 点开订单 → 订单详情 →“申请售后”或“退款/退货”",
        "Order list → the order → order detail → 申请售后 (After-sales) or 退款/退货 (Refund/return)",
    ),
    "A5": Text("一般有两种：仅退款、退货退款", "Two kinds as a rule: refund only, or return and refund"),
    "A6": Text(
        "仅退款：货有毛病（破损、和描述对不上之类）或还没发货；东西不用退回",
        "Refund only: the goods are faulty (damaged, not as described and the like) or not yet shipped; nothing is sent back",
    ),
    "A7": Text(
        "退货退款：改了主意、大小或颜色不合适等一般理由；买家自己寄回，运费自理",
        "Return and refund: ordinary reasons (changed mind, wrong size or colour); the buyer sends the goods back and pays the freight",
    ),
    "A7x": Text(
        "A7 的例外：有些情况下，运费由商家或平台出", "Exception to A7: in some cases the merchant or the platform pays the freight"
    ),
    "A8": Text(
        "原因挑最贴切的一项（质量、七天无理由等），并把问题讲明白",
        "Pick the reason that fits best (quality, seven-day no-reason and so on) and describe the problem clearly",
    ),
    "A9": Text("附照片、视频作凭证，获批的机会大得多", "Evidence (photos, video) greatly raises the odds of approval"),
    "A10": Text(
        "金额预填为整单总额，买家核对确认（本程序预填所退商品尚可退的余额，此点为假设）",
        "The amount is pre-filled with the order total and the buyer confirms it (we fill in what is left of the claimed line: assumed)",
    ),
    "A11": Text("自提交起，平台在 1–3 个工作日内审完", "The platform reviews within 1–3 working days of the submission"),
    "A12": Text(
        "获批且须退货的，买家把货寄到页面所示地址", "Approved and the goods must come back: the buyer ships them to the address shown"
    ),
    "A13": Text(
        "平台收货验明无误，3–7 个工作日内按原支付方式退回（微信零钱、支付宝、银行卡等）",
        "Once the platform has received the goods and found them in order, the money returns by the original route "
        "(WeChat balance, Alipay, bank card and the like) in 3–7 working days",
    ),
    # B. A third-party shop
    "B1": Text(
        "买卖双方是买家和商家，平台仅居中服务，情况最复杂",
        "The deal is with the merchant and the platform only provides the service: the most complex case",
    ),
    "B2": Text(
        "商品左下角标的是某家店的店名，不是“小红书商城”，即属此类",
        "Applies when the badge at the item's lower left is a shop's name and not 小红书商城",
    ),
    "B3": Text(
        "“我的订单”→ 点开订单 → 先点“联系客服”或“咨询商家”",
        "我的订单 (My orders) → the order → first 联系客服 (Customer service) or 咨询商家 (Ask the merchant)",
    ),
    "B4": Text("买家讲明原因，表示想退款", "The buyer states the reason and the wish for a refund"),
    "B5": Text(
        "最好的结果：商家答应，自行在后台退款，买家等钱到账就行",
        "The best case: the merchant agrees and refunds in its back office; the buyer only waits",
    ),
    "B6": Text(
        "商家不肯或不理睬的，买家自行提交售后申请", "The merchant refuses or does not reply: the buyer files the application himself"
    ),
    "B7": Text(
        "订单详情 →“申请售后”；原因、凭证、类型照自营的办法填（A5–A10）",
        "Order detail → 申请售后 (After-sales); reason, evidence and kind as in the mall (A5–A10)",
    ),
    "B8": Text(
        "商家驳回的，一般能点“申请平台介入”或“申请小红书客服介入”",
        "The merchant rejects: 申请平台介入 or 申请小红书客服介入 (ask the platform to step in) is usually offered",
    ),
    "B9": Text("平台看证据裁断，例如聊天截图、问题照片", "The platform rules on the evidence, such as chat logs and photos of the problem"),
    "B10": Text("介入期间，商家能做的事受限", "While the platform is in, what the merchant may do is restricted"),
    "B11": Text("买家等平台裁决（没有说明要多久）", "The buyer waits for the ruling (no time is given)"),
    # C. Virtual goods and services
    "C1": Text("月、季、年会员及礼品卡等", "Month, quarter and year memberships, gift cards and the like"),
    "C2": Text("一开通就算开始服务，所以一般不适用七天无理由", "No seven-day no-reason refund as a rule: the service begins on activation"),
    "C3": Text("可退：买错了，例如该买季卡却买成月卡", "Refundable: bought by mistake, such as a month card instead of a quarter card"),
    "C4": Text("可以一试：刚买完就察觉不对，权益一项都没用", "May be tried: found out at once after the purchase, and no benefit used"),
    "C5": Text("可退：平台自己出了故障，服务用不了", "Refundable: the platform's own fault made the service unusable"),
    "C6": Text("“我”→“我的钱包”→“会员卡”，或从订单进入", "我 (Me) → 我的钱包 (Wallet) → 会员卡 (Membership cards), or the order"),
    "C7": Text(
        "点“联系客服”，在线或打电话都行；退不退由客服斟酌",
        "联系客服 (Customer service), online or by phone; the outcome is at customer service's discretion",
    ),
    # D. General
    "D1": Text(
        "清楚的照片和视频最有说服力，开箱视频尤甚；瑕疵、错发都适用",
        "Clear photos and video are the strongest evidence, an unboxing video above all; for defects and wrong items alike",
    ),
    "D2": Text("以礼相待，先谈再说", "Stay polite; talk first"),
    "D3": Text("货还没发：一般什么时候都能申请仅退款", "Not shipped: refund only, as a rule at any time"),
    "D4": Text(
        "货已发出或签收：七天无理由的期限从签收当天算起",
        "Shipped or signed for: the seven days of no-reason return count from the day of signing",
    ),
    "D5": Text("聊天记录全部留好", "Keep every chat log"),
    "D6": Text("钱不多、商家又推脱的，想想值不值得花这份工夫", "Small amount and an evasive merchant: weigh the time and effort"),
    "D7": Text(
        "线上的路全走不通时的最后一招：拨官方热线，或到官方微信公众号投诉",
        "Last resort, when every online channel failed: the official hotline, or a complaint through the official WeChat account",
    ),
    # S. The summary table
    "S1": Text("自营：“我的订单”→“申请售后”；平台退款", "Mall: 我的订单 (My orders) → 申请售后 (After-sales); the platform refunds"),
    "S2": Text(
        "店铺：“联系客服”→“申请售后”→“申请平台介入”；商家退款，平台仲裁",
        "Shop: 联系客服 (Customer service) → 申请售后 (After-sales) → 申请平台介入 (Platform arbitration); "
        "the merchant refunds, the platform arbitrates",
    ),
    "S3": Text(
        "虚拟商品：“联系客服”；平台退款，逐案判断", "Virtual goods: 联系客服 (Customer service); the platform refunds, case by case"
    ),
    # L. The law
    "L1": Text(
        "网购收货七日内可退，不必讲理由；定作、鲜活易腐、已下载或拆封的音像制品和软件、报纸期刊除外，"
        "按性质不宜退且购买时经买家确认的也除外。商品须完好；商家收到退货后七日内退款；"
        "除非另有约定，退货运费归买家",
        "Online purchases may be returned within 7 days of receipt, no reason needed. Excluded: made to order; fresh "
        "and perishable; downloaded or unsealed audio-visual goods and software; newspapers and periodicals; others by "
        "their nature if the buyer confirmed it at purchase. The goods must be intact. The refund is due within 7 days "
        "of receiving the returned goods. Return freight is on the buyer unless agreed otherwise",
    ),
    "L2": Text(
        "质量不合格的，收货七日内可退；运输等必要费用归商家",
        "Quality defect: return within 7 days of receipt; the business bears the freight",
    ),
    "L3": Text(
        "七日从签收次日起算；退货通知须在期内发出",
        "The seven days start on the day after signing; notice of the return must be given within them",
    ),
    "L4": Text(
        "首日不算；末日逢法定休假日的，顺延到假后第一天；每日到 24 时为止",
        "The first day is not counted; a last day on a statutory holiday rolls to the next day; a day ends at 24:00",
    ),
    "L5": Text("快递交付的，签收之时就是交付之时", "The time of signing is the time of delivery"),
}
# The articles that the rules of the law rest on.
_ARTICLES = {
    "L1": Text("消费者权益保护法第二十五条", "Consumer Rights Protection Law, art. 25"),
    "L2": Text("消费者权益保护法第二十四条", "Consumer Rights Protection Law, art. 24"),
    "L3": Text("网络购买商品七日无理由退货暂行办法第十条", "Interim Measures for Seven-Day No-Reason Returns, art. 10"),
    "L4": Text("民法典第二百零一条、第二百零三条", "Civil Code, arts. 201 and 203"),
    "L5": Text("电子商务法第五十一条", "E-Commerce Law, art. 51"),
}
_TITLES = {
    "L1": Text("七日无理由退货", "Seven-day no-reason return"),
    "L2": Text("质量问题退货", "Return for a quality defect"),
    "L3": Text("七日的起算", "Start of the seven days"),
    "L4": Text("期间的计算", "Counting of periods"),
    "L5": Text("交付时间", "Time of delivery"),
}

CATALOGUE: Mapping[str, CatalogueRule] = FrozenDict(
    {id: CatalogueRule(id, text, _TITLES.get(id), _ARTICLES.get(id)) for id, text in _TEXTS.items()}
    | {id: CatalogueRule(id, text, source.title, None, source) for id, (source, text) in PLATFORM.items()}
)

_SEPARATORS = re.compile(r"[\s,，、]+")
_RANGE = re.compile(r"([A-Z]+)([0-9]{1,4})[-–]([A-Z]+)([0-9]{1,4})")
_EXPECTED = "ids of the catalogue such as 'B7', ranges of them such as 'A5–A10', or 'assumed'"


def expand(cites: str, catalogue: Mapping[str, CatalogueRule] = CATALOGUE) -> tuple[str, ...]:
    """The ids that a citation names, as written and each once, `assumed` among them; empty for an empty citation.

    Spaces and commas separate; `A5–A10` (hyphen or en dash) is a range, spelled out in catalogue order. A range holds
    the plain numbers between its ends: an exception such as `A7x` is cited by its name. `BadData` for an unknown id.
    """
    if not isinstance(cites, str):
        raise BadData("cites", cites, _EXPECTED)
    for part in filter(None, _SEPARATORS.split(cites)):
        if not all(id == ASSUMED or id in catalogue for id in spelled(part)):
            raise BadData("cites", part, _EXPECTED)
    return spelled(cites)


@cache
def spelled(cites: str) -> tuple[str, ...]:
    """A citation with its ranges spelled out and each id once, whatever the catalogue. For citations that were checked."""
    found: dict[str, None] = {}
    for part in filter(None, _SEPARATORS.split(cites)):
        match = _RANGE.fullmatch(part)
        if match and match[1] == match[3] and int(match[2]) <= int(match[4]):
            found.update(dict.fromkeys(f"{match[1]}{number}" for number in range(int(match[2]), int(match[4]) + 1)))
        else:
            found[part] = None
    return tuple(found)


def provenance(id: str, catalogue: Mapping[str, CatalogueRule] = CATALOGUE) -> Provenance:
    """Who says it: `law` for a rule with an article (L), `platform` for one that it published (R), `guide` for any other (A, B, C, D, S),
    `assumed` for itself.

    `BadData` for an id that is not in the catalogue.
    """
    if id == ASSUMED:
        return "assumed"
    if id not in catalogue:
        raise BadData("cites", id, "an id of the catalogue, or 'assumed'")
    found = catalogue[id]
    return "law" if found.article else "platform" if found.published else "guide"


def cited(cites: str, lang: Languages) -> str:
    """Citations as written, `assumed` in the languages."""
    return cites.replace(ASSUMED, lang.say(ASSUMED_TEXT, " "))
