"""The words of stage gates: what may be decided at one, what that leads to, and how a review stands.

Translated where they are shown, as those of ``web.words``.
"""

from web.language import N_

DECISIONS = {
    "pass": (N_("次の段階へ進む"), N_("この段階でめざしたことに届いた。最後の段階では、取り組みを終える。")),
    "stay": (N_("この段階を続ける"), N_("まだ届いていない。続けて、改めて審査を受ける。")),
    "stop": (N_("ここで終える"), N_("続けても届かない見込み、または必要がなくなった。")),
}
"""What an organization may propose: its name, and when it fits."""
STATUSES = {
    "proposed": (N_("確認待ち"), "warn"),
    "confirmed": (N_("確認ずみ"), "good"),
    "returned": (N_("差し戻し"), "bad"),
}
"""States of a review: name and the style of its tag."""
OUTCOMES = {
    "confirm": (N_("確認する"), N_("提案どおりに決めます。「次の段階へ進む」なら、人材ニーズの段階が進みます。")),
    "send_back": (N_("差し戻す"), N_("まだ決めません。団体が直して、もう一度提案します。")),
}
"""What a coordinator does with a review."""
MEANINGS = {
    "計画策定": N_("何を、どの順に、だれと進めるかを決める段階"),
    "社会実証": N_("小さく試し、役に立つことを確かめる段階"),
    "実装・展開": N_("本番で使い、ほかの業務や地域へ広げる段階"),
}
"""What each stage is about."""
