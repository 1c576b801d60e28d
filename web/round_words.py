"""The words for codes of the round: moves, their reasons, and how proposals, engagements, logs and reports stand.

Translated where they are shown, as those of ``web.words``.
"""

from web.language import N_

FORMS = {
    "appointment": N_("任用"),
    "contract": N_("業務委託"),
    "dispatch": N_("派遣"),
    "side_job": N_("副業・兼業"),
    "pro_bono": N_("プロボノ（無償）"),
}
"""Forms of an engagement."""

COST_SHARINGS = {
    "days": N_("使った日数で分ける"),
    "equally": N_("均等に分ける"),
    "population": N_("人口で分ける"),
}
ENGAGEMENT_STATUSES = {
    "terms": N_("条件の取り決め中"),
    "active": N_("従事中"),
    "ended": N_("終了"),
    "broken_off": N_("打ち切り"),
}
REPORT_STATUSES = {
    "due": N_("提出前"),
    "submitted": N_("確認待ち"),
    "returned": N_("差し戻し"),
    "signed_off": N_("団体が確認済み"),
}
PROPOSAL_STATUSES = {
    "offered": (N_("回答待ち"), "key"),
    "expert_accepted": (N_("専門人材は承諾・団体の回答待ち"), "key"),
    "organization_accepted": (N_("団体は承諾・専門人材の回答待ち"), "key"),
    "confirmed": (N_("成立"), "good"),
    "expert_declined": (N_("専門人材が辞退"), "bad"),
    "organization_declined": (N_("団体が辞退"), "bad"),
    "lapsed": (N_("期限切れ"), "warn"),
    "withdrawn": (N_("取り下げ"), "warn"),
    "released": (N_("打ち切り"), "warn"),
}
"""States of a proposal: name and the style of its tag."""

PROPOSAL_MOVES = {
    "offer": N_("提案を出した"),
    "accept_as_expert": N_("専門人材が承諾した"),
    "accept_as_organization": N_("団体が承諾した"),
    "decline_as_expert": N_("専門人材が辞退した"),
    "decline_as_organization": N_("団体が辞退した"),
    "lapse": N_("期限が過ぎた"),
    "withdraw": N_("取り下げた"),
    "release": N_("従事が打ち切られ、枠を返した"),
}
"""What has been done to a proposal."""

REQUEST_MOVES = {
    "submit": N_("承認を求める"),
    "approve": N_("承認する"),
    "send_back": N_("差し戻す"),
    "review": N_("確認済みにする"),
    "open": N_("受付を始める"),
    "close": N_("受付を終える"),
    "withdraw": N_("取り下げる"),
}
"""What can be done to a request, by the button that does it."""

REQUEST_MOVE_MEANINGS = {
    "submit": N_("団体の承認者に知らせます。承認されるまで、計画の対象にはなりません。"),
    "approve": N_("団体の意思として承認し、コーディネーターの確認に回します。"),
    "send_back": N_("理由とともに、書いた人に戻します。直してもう一度提出できます。"),
    "review": N_("内容を確かめたことを記録します。このあと受付を始められます。"),
    "open": N_("次に作る配置計画の対象になります。"),
    "close": N_("成立した従事はそのまま続き、回答待ちの提案は取り下げます。次の計画の対象から外れます。"),
    "withdraw": N_("人材ニーズを取り下げます。回答待ちの提案も取り下げます。元には戻せません。"),
}
"""What follows from each."""

REASONS = {
    "no_time": N_("時間が取れない"),
    "pay": N_("報酬が合わない"),
    "distance": N_("場所が遠い"),
    "content": N_("内容が合わない"),
    "conflict_of_interest": N_("利益相反がある"),
    "health_or_family": N_("健康や家庭の事情"),
    "skills": N_("スキルが合わない"),
    "experience": N_("経験が足りない"),
    "cost": N_("費用が合わない"),
    "schedule": N_("日程が合わない"),
    "plan_changed": N_("計画が変わった"),
    "work_changed": N_("業務の内容が変わった"),
    "relations": N_("関係がうまくいかない"),
    "budget": N_("予算が足りない"),
    "result_not_reached": N_("成果が見込めない"),
    "reached_early": N_("予定より早く達成した"),
    "unclear": N_("内容がはっきりしない"),
    "incomplete": N_("書かれていないことがある"),
    "duplicate": N_("同じものがすでにある"),
    "no_longer_needed": N_("必要がなくなった"),
    "solved_otherwise": N_("ほかの方法で解決した"),
    "postponed": N_("延期する"),
    "other": N_("その他（内容を書いてください）"),
}
"""Reasons of all moves, by their codes (``hub.workflows.life_cycles``)."""

TASKS = {
    "drafts": N_("書きかけの人材ニーズ"),
    "returned": N_("差し戻された人材ニーズ"),
    "to_approve": N_("承認を待つ人材ニーズ"),
    "to_review": N_("確認を待つ人材ニーズ"),
    "to_open": N_("受付を始められる人材ニーズ"),
    "gate_reviews": N_("確認を待つ段階の審査"),
    "offers": N_("回答していない提案"),
    "proposals": N_("団体の回答を待つ提案"),
    "due_soon": N_("3日以内に期限が来る提案"),
    "declined": N_("この7日に辞退された提案"),
    "lapsed": N_("この7日に期限が切れた提案"),
}
"""What waits for who looks, as a line of their task list."""
PROPOSALS_SHOWN = {
    "waiting": N_("回答待ち"),
    "confirmed": N_("成立"),
    "declined": N_("辞退"),
    "lapsed": N_("期限切れ"),
    "ended": N_("取り下げ・打ち切り"),
}
"""What the list of proposals may be narrowed to."""
SIDES = {"organization": N_("団体"), "expert": N_("専門人材")}
WORK_LOG_STATUSES = {
    "draft": (N_("書きかけ"), ""),
    "submitted": (N_("確認待ち"), "key"),
    "returned": (N_("差し戻し"), "warn"),
    "signed_off": (N_("確認済み"), "good"),
}
"""States of a month's log: name and the style of its tag."""

WORK_MOVES = {
    "engagement": {"begin": N_("従事が始まった"), "end": N_("従事が終わった"), "break_off": N_("従事を打ち切った")},
    "work_log": {
        "submit": N_("業務記録を提出した"),
        "sign_off": N_("業務記録を確認した"),
        "send_back": N_("業務記録を差し戻した"),
    },
    "report": {
        "submit": N_("報告を提出した"),
        "sign_off": N_("報告を確認した"),
        "send_back": N_("報告を差し戻した"),
    },
}
"""What has been done to an engagement, its logs and its report."""

GRADES = {
    "1": N_("1 不満"),
    "2": N_("2 やや不満"),
    "3": N_("3 ふつう"),
    "4": N_("4 よい"),
    "5": N_("5 とてもよい"),
}
ASPECTS = {
    "expertise": N_("専門性"),
    "communication": N_("対話と調整"),
    "delivery": N_("約束した成果と期日"),
    "transfer": N_("職員への引き継ぎ（地域に残る力）"),
    "clarity": N_("依頼の明確さ"),
    "cooperation": N_("受け入れと協力"),
    "openness": N_("提案を聞く姿勢"),
    "conditions": N_("条件の遵守"),
}
"""What each side grades beside the whole."""
COST_BASES = {
    "hourly": N_("時間単価で計算"),
    "daily": N_("日額で計算"),
    "monthly": N_("月額で計算"),
    "unpaid": N_("報酬の定めなし"),
}
