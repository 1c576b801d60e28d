"""The words of privacy: parts of a profile, who sees them, and why somebody did."""

from web.language import N_

DISCLOSED_PARTS = {
    "name": (N_("氏名"), N_("漢字・かな・ローマ字")),
    "affiliation": (N_("所属"), N_("勤め先や団体の名前")),
    "summary": (N_("紹介"), N_("自由に書いた自己紹介")),
    "kinds": (N_("類型と得意なこと"), N_("X人材・D人材、ロール、経験した段階、分野")),
    "skills": (N_("スキルとレベル"), N_("デジタルスキル標準のスキルとレベル")),
    "evidence": (N_("スキルの根拠"), N_("資格や実績など、スキルを示すもの")),
    "career": (N_("経歴"), N_("自分で書いた活動の記録")),
    "records": (N_("確認済みの経歴とスキル"), N_("このサービスで従事し、団体が確認したもの")),
    "rating": (N_("評価"), N_("団体の評価の平均と件数")),
    "prefecture": (N_("拠点の都道府県"), N_("市区町村を見せる相手には、都道府県も見えます")),
    "base": (N_("拠点の市区町村"), N_("住んでいる、または働いている市区町村")),
    "conditions": (N_("働き方"), N_("オンライン・現地、常勤の可否、移動の上限、希望する地域")),
    "availability": (N_("空き時間"), N_("月ごとの時間と件数、現地の日数")),
    "rate": (N_("希望単価"), N_("1時間あたり")),
    "current_rate": (N_("現在の単価"), N_("1時間あたり")),
    "conflicts": (N_("利益相反"), N_("組み合わせを避ける団体と企業")),
    "office": (N_("事務局の情報"), N_("整理番号、休止、公開前の計画")),
}
"""Parts of a profile whose audience can be chosen: name, and what is in it."""
AUDIENCES = {
    "coordinators": N_("コーディネーターだけ"),
    "partners": N_("提案・従事の相手の団体まで"),
    "organizations": N_("受付中の人材ニーズがある団体まで"),
    "public": N_("だれにでも"),
}
AUDIENCE_SHORT = {
    "coordinators": N_("コーディネーター"),
    "partners": N_("提案・従事の相手の団体"),
    "organizations": N_("受付中の人材ニーズがある団体"),
    "public": N_("サインインしていない人"),
}
"""Who sees a part of a profile: as a choice, and as somebody who looks."""
READ_PURPOSES = {
    "coordination": N_("組み合わせと登録の世話"),
    "audit": N_("監査"),
    "open_request": N_("人材ニーズに合う人をさがすため"),
    "proposal": N_("提案・従事の相手として"),
    "offer": N_("あなたの提案が届いた"),
    "calendar": N_("予定表の書き出し"),
    "export": N_("一覧や計画のファイルの書き出し"),
}
"""Why somebody saw a profile."""
AUDIENCE_SEES = {
    "coordinators": N_("すべての項目"),
    "partners": N_("提案・従事の相手に見せる項目"),
    "organizations": N_("団体に見せる項目"),
    "public": N_("だれにでも見せる項目"),
}
