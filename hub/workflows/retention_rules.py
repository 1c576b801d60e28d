"""How long what is kept: periods as data, with the rule and where it comes from.

Where no source of the project names a law, the rule is the hub's own and says so; whoever runs the hub has to compare
it with the rules for documents of their own body.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from hub.workflows.japanese_days import fiscal_year, last_day_of_fiscal_year

HUB_RULE = ("ハブの規則", "hub's rule")


@dataclass(frozen=True, slots=True)
class Rule:
    """How long something is kept. ``since``: from when the ``period`` counts; ``then``: what happens at its end.

    All in both languages; ``source``: the law or rule.
    """

    what: tuple[str, str]
    since: tuple[str, str]
    period: timedelta
    then: tuple[str, str]
    source: tuple[str, str] = HUB_RULE

    @property
    def told(self) -> tuple[str, str]:
        """The period in words: in years where it is whole years."""
        years, rest = divmod(self.period.days, 365)
        if years and not rest:
            return f"{years}年", f"{years} year{'s' * (years > 1)}"
        if self.period.days:
            return f"{self.period.days}日", f"{self.period.days} day{'s' * (self.period.days > 1)}"
        return f"{self.period.seconds // 3600}時間", f"{self.period.seconds // 3600} hours"

    def due(self, now: datetime) -> datetime:
        """Return the moment before which what began is due at ``now``."""
        return now - self.period


YEAR = timedelta(days=365)
WORK_YEARS = 5
ERASED = ("消去する", "erased")

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "contracts": Rule(
            (
                "契約（従事の条件）、業務記録、活動報告と、契約の相手の氏名",
                "contracts (terms of work), work logs, reports, and the name the contract was made with",
            ),
            (
                "従事が終わった年度の末日（本人が消去を求めたとき）",
                "the end of the fiscal year the work ended in, once the person asked to be erased",
            ),
            WORK_YEARS * YEAR,
            ("氏名と、人が書いた文を消去する", "the name and what people wrote are erased"),
        ),
        "refusals": Rule(
            ("提案の辞退・取り下げの理由の文", "words given for declining or withdrawing a proposal"),
            ("理由を書いた日", "the day they were written"),
            2 * YEAR,
            ("文を消去し、理由の種類だけを残す", "the words are erased, the kind of reason stays"),
        ),
        "profile_reads": Rule(
            ("プロフィールが見られた記録", "who looked at a profile"), ("見た日", "the day they did"), 3 * YEAR, ERASED
        ),
        "consents": Rule(
            ("同意の記録", "records of consent"),
            (
                "撤回した日（ほかに有効な同意があるとき）、または本人が消去を求めた日",
                "the day of its withdrawal, once another one stands, or of the person's erasure",
            ),
            3 * YEAR,
            ERASED,
        ),
        "notifications": Rule(
            ("お知らせと、そのメールの送信記録", "notifications, and what became of the mail about them"),
            ("知らせた日", "the day of the news"),
            YEAR,
            ERASED,
        ),
        "plan_files": Rule(
            ("終わった配置計画の計算用ファイル（氏名を含まない）", "files of plans that ended (without names)"),
            ("計画が終わった日", "the day the plan ended"),
            3 * YEAR,
            ERASED,
        ),
        "audit_details": Rule(
            ("監査記録のうち個人に関わる内容", "personal details in the audit log"),
            ("記録した日", "the day of the record"),
            5 * YEAR,
            ("内容を消去し、記録とつながりは残す", "the details are erased, the records and their chain stay"),
        ),
        "sign_in": Rule(
            ("終わったセッション・リンク・試行の回数", "ended sessions, links and counts of attempts"),
            ("終わったとき", "their end"),
            timedelta(0),
            ERASED,
        ),
        "kept_answers": Rule(
            ("くり返された要求への答え", "answers to repeated requests"),
            ("答えたとき", "the answer"),
            timedelta(days=1),
            ERASED,
        ),
    }
)
"""``sign_in`` and ``kept_answers`` are done by duties of their own, many times a day."""


def kept_until(last_day: date) -> date:
    """Return until when a contract has to be kept whose work ended on ``last_day``."""
    return last_day_of_fiscal_year(fiscal_year(last_day) + WORK_YEARS)


def rule_table() -> str:
    """Return the table of ``docs/security/privacy.md``."""
    lines = [
        "| 何を / what | いつから / from | 期間 / period | そのあと / then | 根拠 / source |",
        "|---|---|---|---|---|",
    ]
    for rule in RULES.values():
        cells = (rule.what, rule.since, rule.told, rule.then, rule.source)
        lines.append("| " + " | ".join(f"{ja} / {en}" for ja, en in cells) + " |")
    return "\n".join(lines)
