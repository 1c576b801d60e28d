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
    "figures:read": N_("指標・充足・需給を読む"),
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
    "compile": N_("計算の準備をしています"),
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

PROFILE_PARTS = {
    "about": (N_("名前と紹介"), N_("氏名、よみ、所属、自己紹介")),
    "kinds": (N_("類型と得意なこと"), N_("X人材・D人材、ロール、経験した段階、分野")),
    "skills": (N_("スキルと根拠"), N_("デジタルスキル標準のスキルとレベル、それを示すもの")),
    "career": (N_("経歴"), N_("どこで、何をして、何が残ったか")),
    "availability": (N_("空き時間"), N_("月ごとの時間、同時に受けられる件数、現地に行ける日数")),
    "conditions": (N_("条件"), N_("拠点、希望単価、移動の上限、希望する地域、利益相反")),
}
"""Parts of a profile: name, and what is in it."""
