"""Every action of the audit log, in words: what is recorded has a line here, and a line here is recorded somewhere.

The moves of life cycles are among them by their names; ``docs/audit.md`` shows the whole as a table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Action:
    """What happened, in both languages."""

    ja: str
    en: str


_MOVES = {
    "request:submit": Action("人材ニーズを提出した", "a request was submitted"),
    "request:approve": Action("団体が人材ニーズを承認した", "the organization approved a request"),
    "request:send_back": Action("人材ニーズを差し戻した", "a request was sent back"),
    "request:review": Action("コーディネーターが人材ニーズを確かめた", "a coordinator reviewed a request"),
    "request:open": Action("募集を始めた", "a request was opened"),
    "request:settle": Action("枠の状態に合わせて人材ニーズの状態が変わった", "a request followed from its slots"),
    "request:close": Action("人材ニーズを終えた", "a request was closed"),
    "request:withdraw": Action("人材ニーズを取り下げた", "a request was withdrawn"),
    "plan:queue": Action("配置計画の計算を予約した", "a plan was queued"),
    "plan:start": Action("配置計画の計算を始めた", "a plan's run began"),
    "plan:put_back": Action("配置計画の計算を予約に戻した", "a plan's run was put back"),
    "plan:finish": Action("配置計画ができた", "a plan was finished"),
    "plan:fail": Action("配置計画の計算が失敗した", "a plan's run failed"),
    "plan:cancel": Action("配置計画をやめた", "a plan was cancelled"),
    "plan:publish": Action("配置計画を公開し、提案を出した", "a plan was published as proposals"),
    "plan:undo": Action("配置計画の公開を取り消した", "a publication was undone"),
    "plan:close": Action("配置計画を閉じた", "a plan was closed"),
    "proposal:accept_as_expert": Action("専門人材が提案を受けた", "the expert accepted a proposal"),
    "proposal:accept_as_organization": Action("団体が提案を受けた", "the organization accepted a proposal"),
    "proposal:decline_as_expert": Action("専門人材が提案を断った", "the expert declined a proposal"),
    "proposal:decline_as_organization": Action("団体が提案を断った", "the organization declined a proposal"),
    "proposal:lapse": Action("提案が期限切れになった", "a proposal lapsed"),
    "proposal:withdraw": Action("提案を取り下げた", "a proposal was withdrawn"),
    "proposal:release": Action("打ち切りで枠が空いた", "a proposal was released when work broke off"),
    "engagement:begin": Action("従事が始まった", "an engagement began"),
    "engagement:end": Action("従事が終わった", "an engagement ended"),
    "engagement:break_off": Action("従事を打ち切った", "an engagement was broken off"),
    "work_log:submit": Action("月の記録を提出した", "a month's log was submitted"),
    "work_log:sign_off": Action("月の記録を確認した", "a month's log was signed off"),
    "work_log:send_back": Action("月の記録を差し戻した", "a month's log was sent back"),
    "gate_review:confirm": Action("段階の審査を確認した", "a gate review was confirmed"),
    "gate_review:send_back": Action("段階の審査を差し戻した", "a gate review was sent back"),
    "report:submit": Action("報告書を提出した", "a report was submitted"),
    "report:sign_off": Action("報告書を確認した", "a report was signed off"),
    "report:send_back": Action("報告書を差し戻した", "a report was sent back"),
}

ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        **_MOVES,
        # people and what is asked for
        # plans
        # what is taken in and handed out
        "table:import": Action("Excel・CSVを取り込んだ", "a table was imported"),
        "table:export": Action("一覧を書き出した", "a list was exported"),
        "plan:export": Action("配置計画・問題ファイルを書き出した", "a plan or its problem was exported"),
        "hub:export": Action("全データの控えか書き出しを作った", "a backup or an archive of the whole hub was made"),
        "document:hand_out": Action("帳票（PDF）を渡した", "a document was handed out as PDF"),
        "calendar:hand_out": Action("専門人材の予定表を渡した", "an expert's calendar was handed out"),
        "sample:seed": Action("見本を入れた", "samples were loaded"),
        "register:load": Action("団体の登録簿を入れた", "the register of organizations was loaded"),
        # experts, requests, plans
        "expert:create": Action("専門人材を登録した", "an expert was added"),
        "expert:edit": Action("専門人材の登録内容を変えた", "what is known of an expert was changed"),
        "expert:pause": Action("専門人材を休止にした", "an expert was paused"),
        "expert:resume": Action("専門人材の休止を解いた", "an expert was no longer paused"),
        "expert:disclose": Action("専門人材の登録内容を本人以外に示した", "a profile was shown to another person"),
        "expert:agree": Action("同意文に同意した", "a text of consent was agreed to"),
        "expert:withdraw_consent": Action("同意を撤回した", "consent was withdrawn"),
        "expert:declare_conflict": Action("利益相反のある企業を申告した", "companies in conflict were declared"),
        "organization:declare_conflict": Action("団体が利益相反を申告した", "an organization declared conflicts"),
        "expert:erase": Action("専門人材の登録内容を消去した", "a profile was erased"),
        "expert:choose_disclosure": Action(
            "登録内容をだれに見せるかを変えた", "who sees which part of a profile was changed"
        ),
        "request:create": Action("人材ニーズを登録した", "a request was added"),
        "request:edit": Action("人材ニーズの内容を変えた", "a request was changed"),
        "plan:draft": Action("配置計画の下書きを作った", "a plan was drafted"),
        "plan:keep": Action("比べた案を配置計画として残した", "a point of a comparison was kept as a plan"),
        "comparison:ask": Action("条件を変えた比較を頼んだ", "a comparison of plans was asked for"),
        "comparison:fail": Action("条件を変えた比較を始められなかった", "a comparison could not be begun"),
        "comparison:stop": Action("条件を変えた比較を止めるよう頼んだ", "a comparison was asked to stop"),
        "plan:stop": Action("配置計画の計算を止めるよう頼んだ", "a plan's run was asked to stop"),
        "plan:put_in_force": Action("配置計画を有効にした", "a plan was put in force"),
        "plan:end_force": Action("配置計画を有効でなくした", "a plan was taken out of force"),
        "proposal:offer": Action("専門人材を団体に提案した", "an expert was proposed to an organization"),
        # work
        "engagement:open": Action("従事の条件の取り決めを始めた", "the terms of an engagement were opened"),
        "engagement:edit_terms": Action("従事の条件を変えた", "the terms of an engagement were changed"),
        "engagement:agree": Action("従事の条件に合意した", "a side agreed to the terms"),
        "engagement:consent": Action("派遣元が従事に同意した", "the dispatching body consented"),
        "engagement:plan_days": Action("現地に行く日を決めた", "days on site were planned"),
        "engagement:share_case": Action("事例としての公開を決めた", "a side shared a case, or no longer"),
        "slot:shorten": Action("打ち切りのあとの期間に枠を縮めた", "a slot was cut to what is left of it"),
        "work_log:write": Action("月の記録を書いた", "a month's log was written"),
        "report:write": Action("報告書を書いた", "a report was written"),
        "questionnaire:answer": Action("翌年度のアンケートに答えた", "a questionnaire was answered"),
        "evaluation:give": Action("評価をした", "an evaluation was given"),
        "career:grow": Action("確認済みの経歴が加わった", "a verified entry joined a record"),
        "gate_review:propose": Action("段階の審査を提案した", "a gate review was proposed"),
        "request:pass_gate": Action("人材ニーズが次の段階に進んだ", "a request passed a gate"),
        # accounts
        "account:create": Action("アカウントを作った", "an account was made"),
        "account:invite": Action("アカウントに招待を送った", "an account was invited"),
        "account:disable": Action("アカウントを止めた", "an account was stopped"),
        "account:enable": Action("アカウントを再び使えるようにした", "an account was started again"),
        "account:give_role": Action("役割を与えた", "a role was given"),
        "account:take_role": Action("役割を外した", "a role was taken away"),
        "account:sign_in": Action("パスワードでサインインした", "somebody signed in with a password"),
        "account:sign_in_failed": Action("サインインに失敗した", "a sign-in failed"),
        "account:sign_out": Action("サインアウトした", "somebody signed out"),
        "account:end_session": Action("自分のセッションを終わらせた", "somebody ended sessions of their own"),
        "account:ask_reset": Action("パスワードの再設定が申し込まれた", "a new password was asked for"),
        "account:set_password": Action("パスワードを決めた", "a password was set"),
        "account:begin_enrolment": Action("二要素認証の設定を始めた", "the set-up of a second factor began"),
        "account:enrol_second_factor": Action("二要素認証を設定した", "a second factor was set up"),
        "account:confirm_second_factor": Action("二要素認証を済ませた", "a second factor was confirmed"),
        "account:second_factor_failed": Action("二要素認証に失敗した", "a second factor was wrong"),
        "account:use_recovery_code": Action("回復コードを使った", "a recovery code was used"),
        "account:renew_recovery_codes": Action("回復コードを作り直した", "recovery codes were made anew"),
        "account:remove_second_factor": Action("二要素認証を外した", "a second factor was taken away"),
        "account:add_passkey": Action("パスキーを加えた", "a passkey was added"),
        "account:rename_passkey": Action("パスキーの名前を変えた", "a passkey was renamed"),
        "account:remove_passkey": Action("パスキーを外した", "a passkey was removed"),
        "account:use_passkey": Action("パスキーを使った", "a passkey was used"),
        "account:passkey_failed": Action("パスキーを確かめられなかった", "a passkey proved nothing"),
        "account:link_provider": Action("外部のサインインと結び付けた", "an account was linked to a provider"),
        "account:unlink_provider": Action("外部のサインインとの結び付きを解いた", "a link to a provider was ended"),
        "account:sign_in_by_provider": Action("外部でサインインした", "somebody signed in at a provider"),
        "account:provider_refused": Action("外部のサインインを断った", "a sign-in at a provider was refused"),
        "account:renew_keys": Action("二要素認証の情報を新しい鍵で暗号化した", "secrets were encrypted with a new key"),
        "token:make": Action("APIトークンを作った", "a token was made"),
        "token:revoke": Action("APIトークンを終わらせた", "a token was revoked"),
        "account:prefer": Action("メールを受け取るお知らせを選んだ", "mail preferences were changed"),
        "account:hand_out_data": Action("本人に自分のデータを渡した", "somebody was handed the data about them"),
        "account:erase": Action("本人の求めでアカウントを消去した", "an account was erased on its person's request"),
        "calendar:subscribe": Action("予定表の購読の住所を作った", "a calendar's private address was made"),
        "calendar:unsubscribe": Action("予定表の購読をやめた", "a calendar's private address was ended"),
        # other systems that are told
        "webhook:register": Action("通知先を登録した", "a webhook was registered"),
        "webhook:change_events": Action("通知先に伝える出来事を変えた", "the events of a webhook were changed"),
        "webhook:rotate": Action("通知先の署名の鍵を替えた", "the secret of a webhook was replaced"),
        "webhook:test": Action("通知先を試した", "a webhook was tried"),
        "webhook:stop": Action("通知先を止めた", "a webhook was stopped"),
        "webhook:start": Action("通知先を再び使えるようにした", "a webhook was started again"),
        "webhook:give_up": Action("失敗が続いた通知先を自動で止めた", "a webhook that kept failing was stopped"),
        # the log itself, and what its time is over for
        "retention:erase": Action("保存の期間が過ぎたものを消去した", "what was kept long enough was erased"),
        "audit:read": Action("監査記録を見た", "the audit log was read"),
        "audit:erase": Action("監査記録の個人に関わる内容を消した", "personal details were erased from the log"),
    }
)


def action_table() -> str:
    """Return the table of ``docs/audit.md``."""
    lines = ["| 記録 / action | 起きたこと / what happened |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{name}` | {told.ja} / {told.en} |" for name, told in ACTIONS.items())])
