"""What people are told of: each event in words, and the page it leads to. The words name nobody and nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Event:
    """An event as the subject of a mail or a line in a list, in both languages."""

    ja: str
    en: str

    def text(self, language: str) -> str:
        """Return the words in ``language`` (``ja`` or ``en``)."""
        return self.ja if language == "ja" else self.en


UNLISTED = Event("お知らせがあります", "There is news for you")
"""Said of an event nobody described yet."""

EVENTS: Mapping[str, Event] = MappingProxyType(
    {
        # requests
        "request:submitted": Event("承認を待つ人材ニーズがあります", "A request awaits approval"),
        "request:approved": Event("確認を待つ人材ニーズがあります", "A request awaits review"),
        "request:reviewed": Event("人材ニーズの確認が済みました", "A request was reviewed"),
        "request:open": Event("人材ニーズの募集が始まりました", "A request was opened"),
        "request:returned": Event("人材ニーズが差し戻されました", "A request was sent back"),
        "request:in_plan": Event("人材ニーズに提案が出ました", "Proposals were made for a request"),
        "request:staffed": Event("人材ニーズの枠がすべて埋まりました", "All slots of a request are filled"),
        "request:running": Event("人材ニーズの従事が始まりました", "Work on a request has begun"),
        "request:closed": Event("人材ニーズが終わりました", "A request was closed"),
        "request:withdrawn": Event("人材ニーズが取り下げられました", "A request was withdrawn"),
        "request:slot_left_open": Event("今回の計画で埋まらなかった枠があります", "A slot stayed open in the plan"),
        # proposals
        "proposal:offered": Event("新しい提案が届きました", "There is a new proposal"),
        "proposal:expert_accepted": Event("専門人材が提案を受けました", "The expert accepted a proposal"),
        "proposal:organization_accepted": Event("団体が提案を受けました", "The organization accepted a proposal"),
        "proposal:confirmed": Event("提案が成立しました", "A proposal was confirmed"),
        "proposal:expert_declined": Event("専門人材が提案を断りました", "The expert declined a proposal"),
        "proposal:organization_declined": Event("団体が提案を断りました", "The organization declined a proposal"),
        "proposal:lapsed": Event("提案が期限切れになりました", "A proposal lapsed"),
        "proposal:withdrawn": Event("提案が取り下げられました", "A proposal was withdrawn"),
        "proposal:withdrawn_for_conflict": Event(
            "利益相反のため、提案を取り下げました", "A proposal was withdrawn for a conflict of interest"
        ),
        "proposal:confirmed_in_conflict": Event(
            "成立した提案に利益相反があります。続けるか確かめてください",
            "A confirmed proposal is in conflict of interest",
        ),
        "proposal:released": Event("従事が打ち切られ、枠が空きました", "Work broke off and the slot is open again"),
        "proposal:not_chosen": Event("今回は選ばれませんでした", "You were not chosen this time"),
        "proposal:due_soon": Event("提案の回答期限が近づいています", "A proposal's deadline is near"),
        # engagements
        "engagement:opened": Event("条件を確かめてください", "The terms of an engagement are ready to be agreed"),
        "engagement:terms_edited": Event("従事の条件が変わりました", "The terms of an engagement changed"),
        "engagement:agreed": Event("相手が従事の条件に合意しました", "The other side agreed to the terms"),
        "engagement:consented": Event("派遣元の同意が得られました", "The body that sends the person consented"),
        "engagement:consent_asked": Event("派遣元の同意が求められています", "Your consent to send a person is asked"),
        "engagement:days_planned": Event("従事する日の予定が変わりました", "The days of an engagement changed"),
        "engagement:begun": Event("従事が始まりました", "An engagement began"),
        "engagement:ended": Event("従事が終わりました", "An engagement ended"),
        "engagement:broken_off": Event("従事が打ち切られました", "An engagement was broken off"),
        "work_log:missing": Event("先月の記録がまだありません", "Last month's log is missing"),
        "work_log:submitted": Event("確認を待つ月の記録があります", "A month's log awaits your sign-off"),
        "work_log:signed_off": Event("月の記録が確認されました", "A month's log was signed off"),
        "work_log:returned": Event("月の記録が差し戻されました", "A month's log was sent back"),
        "report:due_soon": Event("報告書の期限が近づいています", "A report is due soon"),
        "report:overdue": Event("報告書の期限が過ぎました", "A report is overdue"),
        "report:submitted": Event("確認を待つ報告書があります", "A report awaits your sign-off"),
        "report:signed_off": Event("報告書が確認されました", "A report was signed off"),
        "report:returned": Event("報告書が差し戻されました", "A report was sent back"),
        "questionnaire:due_soon": Event("アンケートの期限が近づいています", "A questionnaire is due soon"),
        "evaluation:asked": Event("評価をお願いします", "Your evaluation is asked for"),
        "evaluation:opened": Event("評価が公開されました", "The evaluations can be read"),
        "gate_review:proposed": Event("段階の審査が申し込まれました", "A gate review was proposed"),
        "gate_review:confirmed": Event("段階の審査が確認されました", "A gate review was confirmed"),
        "gate_review:returned": Event("段階の審査が差し戻されました", "A gate review was sent back"),
        # one's own account
        "account:invited": Event("デジタル人材ハブに招待されました", "You are invited to the digital talent hub"),
        "account:reset_asked": Event("パスワードを決め直せます", "You can set a new password"),
        "account:password_changed": Event("パスワードが変わりました", "Your password was changed"),
        "account:roles_changed": Event("あなたの役割が変わりました", "Your roles were changed"),
        "account:second_factor_changed": Event("二要素認証の設定が変わりました", "Your second factor was changed"),
        "account:second_factor_refused": Event(
            "パスワードを知られた恐れがあります", "Somebody else may know your password"
        ),
        "account:providers_changed": Event(
            "外部のサインインとの結び付きが変わりました", "Your sign-in by a provider was changed"
        ),
        # other systems that are told
        "webhook:given_up": Event("失敗が続いた通知先を止めました", "A webhook that kept failing was stopped"),
        # the service itself
        "mail:uncertain": Event("届いたか分からないメールがあります", "It is not known whether a mail arrived"),
        "mail:failed": Event("送れなかったメールがあります", "A mail could not be sent"),
    }
)

SERVICE_ONLY = frozenset({"mail:uncertain", "mail:failed"})
"""Never told by mail: news about mail that does not arrive would itself not arrive, and make more of it."""

ALWAYS_BY_MAIL = frozenset(
    {
        "account:invited",
        "account:reset_asked",
        "account:password_changed",
        "account:roles_changed",
        "account:second_factor_changed",
        "account:second_factor_refused",
        "account:providers_changed",
    }
)
"""What nobody can switch off: what lets a person in, and what tells that somebody else may have got in."""

BY_LINK = frozenset({"account:invited", "account:reset_asked"})
"""Letters with a link of one use, whose address is made when they are written."""

PLACES: Mapping[str, str] = MappingProxyType(
    {
        "request": "/requests/{}",
        "plan": "/plans/{}",
        "proposal": "/proposals/{}",
        "engagement": "/engagements/{}",
        "expert": "/experts/{}",
        "gate_review": "/gate-reviews/{}",
        "account": "/account",
        "webhook": "/webhooks/{}",
    }
)
"""Where a subject's page is, by its kind; what has no page of its own leads to the notifications."""
OTHER_PLACE = "/notifications"


def words_of(event: str) -> Event:
    """Return an event in words."""
    return EVENTS.get(event, UNLISTED)


def place_of(kind: str, subject_id: str) -> str:
    """Return the path of the page a notification leads to."""
    return PLACES.get(kind, OTHER_PLACE).format(subject_id)
