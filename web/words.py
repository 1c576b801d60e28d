"""The words for codes: what a rule, a reason, a policy or a state is called on a page, and what it means.

Values are source messages, translated where they are shown. A code without words here fails a test.
"""

from web.language import N_

TALENT_TYPES = {"X": N_("X人材（変革を主導）"), "D": N_("D人材（技術を担う）")}
TALENT_SHORT = {"X": N_("X人材"), "D": N_("D人材")}
WORK_MODES = {"remote": N_("オンライン"), "onsite": N_("現地")}
EXTERNAL_TYPES = {
    "PROD": N_("プロデューサー"),
    "PM": N_("プロジェクトマネージャー"),
    "SD": N_("サービスデザイナー"),
    "ENG": N_("エンジニア"),
}
ACCOUNT_ROLES = {
    "requester": N_("担当者（人材ニーズを書く）"),
    "approver": N_("承認者"),
    "organization_admin": N_("団体の管理者"),
    "expert": N_("専門人材"),
    "coordinator": N_("コーディネーター"),
    "auditor": N_("監査担当"),
    "system_admin": N_("システム管理者"),
}
DELIVERY_STATUSES: dict[str, tuple[str, str]] = {
    "waiting": (N_("送信待ち"), "warn"),
    "sending": (N_("送信中"), "warn"),
    "sent": (N_("届いた"), "good"),
    "failed": (N_("届かなかった"), "bad"),
    "uncertain": (N_("届いたか不明"), "warn"),
    "dropped": (N_("送らなかった"), "bad"),
}
"""How a delivery to a webhook stands, and how that looks."""
TOKEN_SCOPES = {
    "public:read": N_("団体・制度・事例を読む"),
    "experts:read": N_("専門人材を読む"),
    "experts:write": N_("専門人材を変える"),
    "organizations:write": N_("団体の登録内容を変える"),
    "requests:read": N_("人材ニーズを読む"),
    "requests:write": N_("人材ニーズを変える"),
    "plans:read": N_("配置計画を読む"),
    "plans:write": N_("配置計画を作る、公開する"),
    "proposals:read": N_("提案を読む"),
    "proposals:write": N_("提案に答える、取り下げる"),
    "work:read": N_("従事・記録・報告・評価を読む"),
    "work:write": N_("従事・記録・報告・評価を変える"),
    "tables:import": N_("Excel・CSVを取り込む"),
    "tables:export": N_("一覧を書き出す"),
    "notifications:read": N_("お知らせを読む"),
    "service:watch": N_("監査記録とメールの不達を見る"),
}
ROLES_PLAYED = {
    "lead": N_("主導"),
    "member": N_("担当"),
    "adviser": N_("助言"),
    "trainer": N_("研修講師"),
}
TEAMS = {
    "any": N_("枠ごとに1人ずつ決める"),
    "all": N_("必須の枠がすべて埋まるときだけ始める"),
}
BUDGET_BASES = {"gross": N_("総額で数える"), "net": N_("実質負担で数える")}
REQUEST_STATUSES = {
    "draft": N_("下書き"),
    "submitted": N_("承認待ち"),
    "approved": N_("承認済み・確認待ち"),
    "reviewed": N_("確認済み"),
    "open": N_("受付中"),
    "in_plan": N_("提案中"),
    "staffed": N_("人材決定"),
    "running": N_("従事中"),
    "closed": N_("終了"),
    "returned": N_("差し戻し"),
    "withdrawn": N_("取り下げ"),
}
GATES = {"計画策定": N_("計画策定"), "社会実証": N_("社会実証"), "実装・展開": N_("実装・展開")}
SOURCING = {
    "grow": N_("地域で育てる"),
    "grow_with_external": N_("地域で育て、外部が支える"),
    "mixed": N_("育成とシェアの組み合わせ"),
    "share": N_("広域でシェアする"),
}
LEVELS = {
    1: N_("知っている"),
    2: N_("支援を受けてできる"),
    3: N_("ひとりでできる"),
    4: N_("主導し教えられる"),
}

PARTS = {
    "skills": N_("スキルの一致"),
    "experience": N_("段階と分野の経験"),
    "bridging": N_("X人材とD人材の橋渡し"),
    "availability": N_("時間の余裕"),
    "proximity": N_("近さ"),
    "rating": N_("これまでの評価"),
}
"""Parts of a fit."""

RULES = {
    "talent_type": N_("人材の類型（X／D）が合わない"),
    "role": N_("求めるロールを担わない"),
    "mandatory_skills": N_("必須スキルのレベルに届かない"),
    "security_floor": N_("全員に求めるセキュリティのレベルに届かない"),
    "availability": N_("空き時間が足りない"),
    "engagement_limit": N_("同時に受けられる件数がいっぱい"),
    "work_mode": N_("働き方（オンライン・現地）が合わない"),
    "onsite_days": N_("現地に行ける日数が足りない"),
    "travel_time": N_("移動時間が本人の上限を超える"),
    "rate_ceiling": N_("単価が上限を超える"),
    "request_budget": N_("人材ニーズの予算に収まらない"),
    "conflict_of_interest": N_("利益相反がある"),
    "forbidden": N_("この組み合わせは禁止されている"),
}
"""Rules of eligibility, as the reason why a person falls away."""

RULES_SHORT = {
    "talent_type": N_("類型（X／D）"),
    "role": N_("ロール"),
    "mandatory_skills": N_("必須スキル"),
    "security_floor": N_("セキュリティ"),
    "availability": N_("空き時間"),
    "engagement_limit": N_("同時の件数"),
    "work_mode": N_("働き方"),
    "onsite_days": N_("現地の日数"),
    "travel_time": N_("移動時間"),
    "rate_ceiling": N_("単価の上限"),
    "request_budget": N_("予算"),
    "conflict_of_interest": N_("利益相反"),
    "forbidden": N_("禁止"),
}
"""Rules of eligibility by name, short enough for a chart on a phone."""

POLICIES = {
    "balanced": (
        N_("均衡"),
        N_("枠を埋めること、適合度、地域の公平、費用をほどよく釣り合わせます。迷ったらこれです。"),
    ),
    "fit_first": (N_("適合優先"), N_("適合度を3倍に重く見ます。少し高くても、より合う人を選びます。")),
    "cost_first": (N_("費用優先"), N_("30万円の節約を1点と数えます。費用に見合わない枠は空けておくことがあります。")),
    "fair_first": (N_("公平優先"), N_("まだ1人も決まっていない団体の枠を先に埋めます。")),
    "maxmin": (
        N_("最も少ない団体を底上げ"),
        N_("枠の埋まり方が最も少ない団体を、順に底上げします。計算に時間がかかります。"),
    ),
}
"""Policies: name, and what choosing one means."""

STATES = {
    "draft": (N_("下書き"), ""),
    "queued": (N_("順番待ち"), ""),
    "running": (N_("計算中"), "key"),
    "ready": (N_("完了"), "good"),
    "published": (N_("提案を公開"), "good"),
    "closed": (N_("終了"), ""),
    "failed": (N_("失敗"), "bad"),
    "cancelled": (N_("取りやめ"), "warn"),
}
"""States of a run: name and the style of its tag."""

STATUSES: dict[str, tuple[str, str, str]] = {
    "optimal": (
        N_("最適と証明ずみ"),
        N_("これより良い計画は、許した誤差の範囲では存在しないことを証明しました。"),
        "good",
    ),
    "feasible": (
        N_("良い計画（証明は途中）"),
        N_("時間内に見つかった最良の計画です。改善の余地は、下の数字より大きくはなりません。"),
        "key",
    ),
    "infeasible": (N_("固定が両立しない"), N_("固定した組み合わせを同時に守ることができません。"), "bad"),
    "time_limit_no_plan": (N_("時間内に見つからず"), N_("決めた時間の中では計画が見つかりませんでした。"), "warn"),
    "interrupted": (N_("途中で停止"), N_("止めた時点までに見つかった最良の計画です。"), "warn"),
}
"""Statuses of a plan: name, meaning, style of its tag."""

OPEN_REASONS = {
    "no_eligible_expert": N_("条件を満たす人がいない"),
    "capacity_used_elsewhere": N_("条件を満たす人は、ほかの枠で時間がいっぱい"),
    "budget": N_("予算が足りない"),
    "team_incomplete": N_("チームの必須の枠がそろわない"),
    "not_worth_its_cost": N_("今の方針では費用に見合わない"),
    "search_stopped": N_("計算を止めたため、まだ埋められる可能性がある"),
    "no_plan": N_("計画がない"),
}
"""Why a slot stayed open."""

AXES = {
    "equity": (N_("団体の公平"), N_("団体の1枠目を2枠目より重く見る度合い。大きいほど、広く配ります。")),
    "coverage": (N_("枠を埋めること"), N_("1枠を埋めることの点数。大きいほど、適合度より数を選びます。")),
    "yen_per_point": (N_("1点あたりの費用（円）"), N_("1点のために払ってよい額。大きいほど、費用より質を選びます。")),
}
"""What a comparison changes: its name, and what more of it does."""

PHASES = {
    "score": N_("組み合わせを採点しています"),
    "build": N_("式を組み立てています"),
    "solve": N_("最適な組み合わせを探しています"),
    "reasons": N_("空いた枠の理由を調べています"),
    "check": N_("計画を検算しています"),
    "explain": N_("空いた枠の埋め方と次の候補を調べています"),
}
"""Phases of a run."""

CONFLICTS = {
    "pin": N_("固定した組み合わせ"),
    "slot_taken_twice": N_("ひとつの枠に2人を固定している"),
    "hours": N_("空き時間を超える"),
    "max_engagements": N_("同時に受けられる件数を超える"),
    "onsite_days": N_("現地に行ける日数を超える"),
    "one_slot_per_request": N_("ひとつの人材ニーズで同じ人が2枠になる"),
    "request_budget": N_("人材ニーズの予算を超える"),
    "organization_budget": N_("団体の予算を超える"),
    "heads": N_("財政措置の対象人数を超える"),
    "team": N_("チームの必須の枠がそろわない"),
    "forbidden": N_("禁止した組み合わせ"),
    "not_eligible": N_("条件を満たさない"),
}
"""Members of a set of pins and limits that cannot hold together."""

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
PROFILE_PARTS = {
    "about": (N_("名前と紹介"), N_("氏名、よみ、所属、自己紹介")),
    "kinds": (N_("類型と得意なこと"), N_("X人材・D人材、ロール、経験した段階、分野")),
    "skills": (N_("スキルと根拠"), N_("デジタルスキル標準のスキルとレベル、それを示すもの")),
    "career": (N_("経歴"), N_("どこで、何をして、何が残ったか")),
    "availability": (N_("空き時間"), N_("月ごとの時間、同時に受けられる件数、現地に行ける日数")),
    "conditions": (N_("条件"), N_("拠点、希望単価、移動の上限、希望する地域、利益相反")),
}
"""Parts of a profile: name, and what is in it."""
