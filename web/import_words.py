"""The words of imports: what each kind of table is, what is in it, and what its figures count.

Translated where they are shown, as those of ``web.words``.
"""

from web.language import N_

KINDS = {
    "experts": N_("専門人材"),
    "requests": N_("人材ニーズ"),
    "availability": N_("空き時間"),
    "organizations": N_("団体の情報"),
}
HEADINGS = {
    "experts": N_("専門人材をExcelで取り込む"),
    "requests": N_("人材ニーズをExcelで取り込む"),
    "availability": N_("空き時間をExcelで取り込む"),
    "organizations": N_("団体をExcelで取り込む"),
}
CONTENTS = {
    "experts": N_("プロフィール、スキルと根拠、経歴を3つのシートに書き、管理番号で結びます。"),
    "requests": N_("1行が1つの枠です。同じ依頼番号の行が1件の人材ニーズになります。推進体制は別のシートに書きます。"),
    "availability": N_("登録ずみの専門人材の、月ごとの空き時間・同時件数・現地日数です。"),
    "organizations": N_("団体の予算、英語の名前、位置です。団体は団体コードで見分けます。"),
}
COUNTED = {
    "experts": N_("専門人材の人数です。"),
    "requests": N_("人材ニーズの件数です。"),
    "availability": N_("「人×月」の数です。エラーは行の数です。"),
    "organizations": N_("団体の数です。"),
}
HOW_TO = {
    "experts": N_("管理番号が登録ずみなら更新、なければ新規です。"),
    "requests": N_("依頼番号が登録ずみなら更新、なければ新規です。登録ずみの状態は変わりません。"),
    "availability": N_("ファイルにある月だけを変えます。約束ずみの時間を下回る月は誤りになります。"),
    "organizations": N_("空欄は、予算なら「なし」、ほかの欄なら今のままです。"),
}
"""What becomes of what is stored already."""
