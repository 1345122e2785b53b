identity-sign-in = ログインする
identity-login-name = ログインの名前（なまえ）（職員（しょくいん）の番号（ばんごう））
identity-password = パスワード
identity-sign-in-passkey = パスキーで ログインする
identity-second-factor = コードを 入（い）れてください
identity-second-factor-codes = アプリに 出（で）ている 6つの 数字（すうじ）を 入（い）れてください。
identity-error-refused = ログインの 名前（なまえ）か パスワードが ちがいます。
identity-error-wait = たくさん まちがえました。{ $n }秒（びょう） 待（ま）ってから もう一度（いちど） 入（い）れてください。
identity-done-again = 時間（じかん）が すぎました。もう一度（いちど） ログインしてください。
identity-done-signed-out = ログアウトしました。
resident-title = わたしの ページ
resident-sign-in = 住民（じゅうみん）の ログイン
resident-sign-in-text = メールで 6つの 数字（すうじ）を 送（おく）ります。はじめての 人（ひと）も 同（おな）じです。
resident-email = メールアドレス
confirm-email-title = メールアドレスを たしかめる
confirm-email-text = メールアドレスを たしかめます。6つの数字（すうじ）を メールで 送（おく）ります。
confirm-email-account = アカウントで ログインする
confirm-email-check = たしかめる
resident-email-support = 例（れい）：taro@example.jp
resident-send-code = 数字（すうじ）を 送（おく）る
resident-sign-in-passkey = パスキーで ログインする
resident-staff-sign-in = 市役所（しやくしょ）で 働（はたら）く 人（ひと）の ログイン
resident-code-title = 数字（すうじ）を 入（い）れてください
resident-code-text = メールを 送（おく）りました。メールに 6つの 数字（すうじ）が あります。10分（ぷん）までに 入（い）れてください。メールが ないときは、迷惑（めいわく）メール（めいわくめーる）も 見（み）てください。
resident-code = 6つの 数字（すうじ）
resident-code-support = 例（れい）：123456
resident-code-again = もう一度（いちど） メールを 送（おく）る
resident-no-mail = いま メールを 送（おく）ることが できません
resident-no-mail-text = 数字（すうじ）は 市役所（しやくしょ）の 人（ひと）の 画面（がめん）に 出（で）ます。10分（ぷん）までに 入（い）れてください。
resident-error-email = メールアドレスを「taro@example.jp」のように 書（か）いてください。
resident-error-code = 数字（すうじ）が ちがいます。あと { $n }回（かい） できます。
resident-details = 連絡（れんらく）する ところ
resident-own-what = 何（なに）の ことか
resident-own-state = 今（いま）の 様子（ようす）
resident-own-at = 知（し）らせた 日（ひ）
resident-verified = 確（たし）かめた こと
resident-verified-none = まだ 本人（ほんにん）か どうか 確（たし）かめていません。
resident-name = 名前（なまえ）
resident-address = 住所（じゅうしょ）
resident-birth-date = 生（う）まれた 日（ひ）
resident-verified-at = 確（たし）かめた 日（ひ）
resident-verified-by = 確（たし）かめた ところ
resident-passkeys-none = パスキーは ありません。パスキーを 使（つか）うと、指（ゆび）や 顔（かお）で ログインできます。
resident-passkey-name-support = 例（れい）：わたしの スマートフォン
resident-leave = おわる
resident-sign-out = ログアウトする
resident-delete = アカウントを 消（け）す
resident-delete-text = メールアドレス、確（たし）かめた 情報（じょうほう）、パスキー、とちゅうまで 入（い）れた 申請（しんせい）を 消（け）します。もとに もどせません。出（だ）した 申請（しんせい）は 残（のこ）ります。受付番号（うけつけばんごう）で 見（み）られます。番号（ばんごう）を 書（か）いておいてください。
resident-done-again = 時間（じかん）が すぎたか、何回（なんかい）も まちがえました。もう一度（いちど） メールを 送（おく）ってください。
resident-done-signed-out = ログアウトしました。
resident-done-deleted = アカウントを 消（け）しました。
resident-done-passkey-added = パスキーを 入（い）れました。
resident-done-passkey-removed = パスキーを 消（け）しました。
resident-mail-subject = { $city } 数字（すうじ） { $code }
resident-mail-text =
    { $city }の ページで この 数字（すうじ）を 入（い）れてください。

    { $code }

    10分（ぷん） 使（つか）うことが できます。ほかの 人（ひと）に 教（おし）えないでください。
    わからないときは、この メールを 消（け）してください。
resident-sign-in-provider = { $name }で ログインする
resident-verify-provider = { $name }で 本人（ほんにん）か どうか 確（たし）かめる
resident-error-linked = もう 別（べつ）の アカウントが あります。その アカウントで ログインしてください。
