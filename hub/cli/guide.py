"""What ``--help`` says: Japanese first, English beneath, and examples that can be copied."""

MAIN = """デジタル人材ハブ: 自治体の人材ニーズと外部専門人材を、最適化で引き合わせます。

Match municipalities' digital needs with external experts, and see why.

はじめに / to begin:  [bold]talent-hub demo[/bold]
"""

EXIT_CODES = """終了コード / exit codes:

0 良 good · 1 計画に違反 violations · 2 入力の誤り bad input · 3 固定が両立しない pins clash · 4 計画なし no plan
"""

MATCH = """問題ファイルを最適化し、配置計画を作ります。Ctrl-C で止めると、それまでの最良の計画を残します。

Solve a problem file. Ctrl-C stops and keeps the best plan so far.

例 / examples:

[bold]talent-hub match problem.json -o plan.json --seconds 60[/bold]

[bold]talent-hub match problem.json --policy fair_first --remedies 30[/bold]

[bold]talent-hub match problem.json --json | jq .terms[/bold]
"""

FRONT = """公平の重みを変えて解き比べ、公平がいくらかを示します。
どの計画も検算に通り、改善の余地（証明つき）を持ちます。

Solve a problem file for several equity weights: what fairness costs in fit, slots and yen. Each plan has passed the
check and has its proven gap; `--seconds` is for each point.

例 / examples:

[bold]talent-hub front problem.json --equity 0,0.5,1,2 --seconds 30[/bold]

[bold]talent-hub front problem.json -o front.json[/bold]
"""

CHECK = """計画を問題ファイルだけから検算します（ソルバーは使いません）。違反を1行ずつ示します。

Check a plan against its problem, without a solver: feasibility and every figure. Exit code 1 with violations.

例 / example:

[bold]talent-hub check problem.json plan.json[/bold]
"""

EXPLAIN = """計画の理由を示します: なぜこの人か、次点は誰か、なぜ空いたか、どうすれば埋まるか、なぜあの人ではないか。

Say why: why this person, who comes next, why a slot is open and what would fill it, why not somebody else.

例 / examples:

[bold]talent-hub explain problem.json plan.json[/bold]  計画全体 / the whole plan

[bold]talent-hub explain problem.json plan.json --slot R1-1[/bold]  枠 / a slot

[bold]talent-hub explain problem.json plan.json --slot R1-1 --expert E7[/bold]  なぜE7ではないか / why not E7
"""

SCHEMA = """問題ファイルと計画ファイルの JSON Schema を標準出力へ。

Print the JSON Schema of problem or plan files.

例 / example:

[bold]talent-hub schema problem > problem.schema.json[/bold]
"""

IMPORT = """専門人材・人材ニーズ・空き状況・団体を Excel（.xlsx）か CSV から取り込みます。

誤りはシート・行・列ごとに示し、すべて正しいときだけ書き込みます（--valid-only なら正しい分だけ）。
管理番号（依頼番号）が登録ずみなら更新、なければ新規です。

Import experts, requests, availability or organizations. Every fault is named by sheet, row and column; nothing is
written unless all is valid, or only what is valid with --valid-only. A known reference is updated, another is new.

例 / examples:

[bold]talent-hub import --template 専門人材.xlsx --kind experts[/bold]  記入用紙 / a form to fill in

[bold]talent-hub import 専門人材.xlsx --kind experts --dry-run[/bold]  確かめるだけ / look only

[bold]talent-hub import 専門人材.xlsx --kind experts --errors 誤り.xlsx[/bold]  誤りの行だけの表 / faulty rows alone

[bold]talent-hub import --all hub.zip[/bold]  ハブ全体を空のデータベースへ / a whole hub
"""

EXPORT = """登録内容や計画を書き出します。

problem・plan は JSON、一覧（experts・requests・availability・organizations・plan）は .xlsx か .csv です。
一覧は --text と --prefecture で絞れ、--language en なら英語です。どちらの言語でも、そのまま取り込めます。

Write out what is stored: problem and plan as JSON; the lists of experts, requests, availability, organizations and of
a plan's slots as .xlsx or .csv. Lists can be narrowed by --text and --prefecture; in either language they import again.

例 / examples:

[bold]talent-hub export experts -o 専門人材.xlsx[/bold]

[bold]talent-hub export problem -o problem.json[/bold]

[bold]talent-hub export availability -o 空き状況.xlsx --prefecture 20[/bold]  長野県の人だけ / of Nagano alone

[bold]talent-hub export plan -o 配置計画一覧.xlsx[/bold]  最新の計画 / the newest plan

[bold]talent-hub export --all hub.zip[/bold]  ハブ全体（ほかのデータベースへ移す） / the whole hub, to move it
"""

SCHEMES = """制度を年度ごとに示します。--request をつけると、その人材ニーズに使える制度を並べて比べます。

上限、始まりまでの時間、実質負担（試算）、すること、書類を、規則・年度・出典とともに示します。確認できていないことは、そう示します。

Show the schemes of a fiscal year, or compare those a request could use: limits, time to start, net burden (an
estimate), duties and documents, each with rule, year and source. What is not confirmed says so.

例 / examples:

[bold]talent-hub schemes --year 2025[/bold]

[bold]talent-hub schemes --request R-12[/bold]  依頼番号かID / by reference or id

[bold]talent-hub schemes --request R-12 --json[/bold]
"""

SERVE = """画面を配信します（このマシンの中だけ）。Ctrl-C で終わります。

Serve the pages, on this machine only. Ctrl-C ends it.

例 / example:

[bold]talent-hub serve --port 8000[/bold]
"""

WORKER = """計算・メール・期限の仕事を、画面とは別のプロセスでします。何台で動かしてもかまいません。

Solve plans, send mail and keep deadlines in processes of their own, on as many machines as you like. Ctrl-C ends it.

PostgreSQLを使い、配信は HUB_WORKER=false で。 / Use PostgreSQL, and serve with HUB_WORKER=false.

例 / example:

[bold]talent-hub worker --concurrency 2[/bold]
"""

CHECK_CONFIGURATION = """今の設定で安全に配信できるかを確かめます（何も変えません）。serve も始める前に確かめます。

Check whether the hub may be served as it is set, without serving or changing anything; serve checks the same first.

鍵、秘密のファイルの権限、TLS、受け付ける名前、開発用の設定、データベースの版を見ます。直すところは1行ずつ、設定の名前と直し方で示します。

例 / example:

[bold]talent-hub check-configuration && talent-hub serve[/bold]
"""

CHECK_HEALTH = """このマシンで動いているハブに、使える状態かを尋ねます。使えなければ終了コードは 1 です（監視用）。

Ask the hub that runs on this machine whether it is ready; exit code 1 when it is not. For monitors and containers.

例 / example:

[bold]talent-hub check-health[/bold]
"""

MIGRATE = """データベースを用意し、最新の形に直します。何度実行しても同じです。

Create the database or bring it up to date. Safe to run again.
"""

BACKUP = """動いたまま、データベース全体の控えを1つのファイルに取ります。個人情報が入るので、置き場所に注意を。

Back up the whole database into one file while people work. It holds personal data: mind where it is kept.

PostgreSQLでは pg_dump を使います（Debianでは postgresql-client）。 / PostgreSQL needs pg_dump.

例 / example:

[bold]talent-hub backup 2026-11-25.backup[/bold]
"""

RESTORE = """控えからデータベースを元に戻します。全部の行を確かめてから置き換え、失敗したら前のままです。

データがあるときは、--replace をつけたときだけ置き換えます。ほかの種類のデータベースへは export --all で移します。

Make the database what a backup holds: every row is compared before anything is replaced; a failure leaves the old data.

A database that holds anything is replaced only with --replace. To move to the other kind, use export --all.

例 / examples:

[bold]talent-hub restore 2026-11-25.backup[/bold]

[bold]talent-hub restore 2026-11-25.backup --replace[/bold]
"""

SEED = """団体の登録簿と、見本の専門人材・人材ニーズを入れます。何度実行しても同じです。

Load the register of municipalities, and sample experts and requests. Safe to run again.

例 / examples:

[bold]talent-hub seed --cases[/bold]  実在の事例から作った人材ニーズ / requests from real cases

[bold]talent-hub seed --experts 60 --requests 40 --seed 0[/bold]  生成した見本 / generated samples
"""

DEMO = """ひと通り動かします: 実在の事例と架空の専門人材を入れ、最適化し、計画を示し、画面を配信します。

The whole round on real cases and invented experts: seed, solve, print the plan, serve the pages. Safe to run again.

例 / examples:

[bold]talent-hub demo[/bold]

[bold]talent-hub demo --no-serve --seconds 20[/bold]
"""

AUDIT = """だれが・いつ・何をしたかの記録を、確かめる・見る・個人に関わる内容を消す。

Check the log of who did what and when, read it, and erase personal details from it.

例 / examples:

[bold]talent-hub audit verify[/bold]

[bold]talent-hub audit show --subject expert:exp_3f… --newest[/bold]
"""

AUDIT_VERIFY = """記録の書き換え・削除・並べ替えがないかを確かめ、最初の誤りの番号を示します（終了コード 1）。

最後に示す末尾（番号:ハッシュ）を別の場所に控え、--expect で渡すと、末尾の削除や全体の作り直しも分かります。

Check that nothing was changed, removed or reordered; the first bad record is named (exit code 1).

Note the head it prints somewhere else: with --expect it also finds a log whose end was cut off or that was made anew.

例 / example:

[bold]talent-hub audit verify --expect 1204:9f2c…[/bold]
"""

AUDIT_SHOW = """記録を古い順に示します。見たことも記録されます。時刻はUTCです。

Show the records, oldest first. That they were read is recorded. Times are UTC.

例 / example:

[bold]talent-hub audit show --actor acc_12… --since 2026-11-01 --json[/bold]
"""

AUDIT_ERASE = """個人に関わる内容だけを消します。記録とつながりは残り、消したことも記録されます。元には戻せません。

Erase personal details. The records and their chain stay, and the erasure is recorded. It cannot be undone.

例 / example:

[bold]talent-hub audit erase --subject expert:exp_3f…[/bold]
"""
RETENTION = """保存の期間が過ぎたものを数えて、消去します。サービスも毎日します。規則は docs/security/privacy.md。

Count what is kept longer than its rule says, and erase it. The service does the same every day.

例 / example:

[bold]talent-hub retention --dry-run[/bold]
"""
ERASE_EXPERT = """アカウントのない専門人材を、本人の求めで消去します。残るものと期限を先に示します。

監査記録に残ります。元には戻せません。

Erase an expert who has no account, on their request. What stays and until when is shown; the audit log records it.
It cannot be undone: --dry-run only shows, --yes does not ask again.

例 / examples:

[bold]talent-hub erase-expert exp_3f… --dry-run[/bold]

[bold]talent-hub erase-expert exp_3f… --yes[/bold]
"""
ACCOUNT = """アカウントを作る、招待する、役割を与える・外す、止める。最初のシステム管理者もここで作ります。

Make accounts, invite people, give and take roles, stop accounts. The first administrator is made here.

例 / examples:

[bold]talent-hub account new-key > /srv/hub/secret.key[/bold]

[bold]talent-hub account create --mail a@city.example --name 山田花子 --role system_admin --show-link[/bold]

[bold]talent-hub account grant a@city.example coordinator:20[/bold]
"""
ACCOUNT_NEW_KEY = """二要素認証の情報を暗号化する鍵を1つ作り、標準出力に書きます。HUB_SECRET_KEY_FILE に使います。

Make a key for HUB_SECRET_KEY_FILE. Put a new one on the first line, run renew-keys, then remove the old one.

例 / example:

[bold](umask 077; talent-hub account new-key > secret.key)[/bold]
"""
ACCOUNT_CREATE = """アカウントを作り、パスワードを決めるリンクをメールで送ります（--show-link なら画面に出すだけ）。

Make an account and mail its link to set a password (--show-link prints the link here and mails nothing).

役割 / roles: requester・approver・organization_admin（:団体コード code）、expert、
coordinator（:都道府県2桁 prefecture、なしは全国 none: the country）、auditor、system_admin
"""
ACCOUNT_INVITE = """まだパスワードのない人に、リンクをもう一度送ります。前のリンクは使えなくなります。

Send the link again to who has no password yet; the one before ends.
"""
ACCOUNT_RESET = """パスワードを決め直すリンクを送ります。--second-factor は、本人を確かめてから二要素認証も外します。

Send a link to set a new password; --second-factor takes the second factor away too: make sure who asks.
"""
ACCOUNT_GRANT = (
    """役割を与えます。/ Give a role: [bold]talent-hub account grant a@city.example approver:202151[/bold]"""
)
ACCOUNT_TAKE = """役割を外します。すぐに効きます。/ Take a role away, at once."""
ACCOUNT_DISABLE = (
    """アカウントを止めます。サインイン中のものも、トークンも終わります。/ Stop an account, sessions and tokens too."""
)
ACCOUNT_ENABLE = """止めたアカウントを再び使えるようにします。/ Let a stopped account sign in again."""
ACCOUNT_LIST = """アカウントと役割の一覧。/ List accounts and their roles."""
ACCOUNT_RENEW_KEYS = """二要素認証の情報を、いちばん新しい鍵で暗号化し直します。済んだら古い鍵を消せます。

Encrypt everything anew with the newest key; afterwards the older ones can be removed.
"""
