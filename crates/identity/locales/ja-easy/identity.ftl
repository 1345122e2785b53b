identity-sign-in = ログインする
identity-login-name = ログインの名前（職員の番号）
identity-password = パスワード
identity-sign-in-passkey = パスキーで ログインする
identity-second-factor = コードを 入れてください
identity-second-factor-codes = アプリに 出ている 6つの 数字を 入れてください。
identity-error-refused = ログインの 名前か パスワードが ちがいます。
identity-error-wait = たくさん まちがえました。{ $n }秒 待ってから もう一度 入れてください。
identity-done-again = 時間が すぎました。もう一度 ログインしてください。
identity-done-signed-out = ログアウトしました。
resident-title = わたしの ページ
resident-sign-in = 住民の ログイン
resident-sign-in-text = メールで 6つの 数字を 送ります。はじめての 人も 同じです。
resident-email = メールアドレス
confirm-email-title = メールアドレスを たしかめる
confirm-email-text = メールアドレスを たしかめます。6つの数字（すうじ）を メールで 送（おく）ります。
confirm-email-account = アカウントで ログインする
confirm-email-check = たしかめる
resident-email-support = 例：taro@example.jp
resident-send-code = 数字を 送る
resident-sign-in-passkey = パスキーで ログインする
resident-staff-sign-in = 市役所で 働く 人の ログイン
resident-code-title = 数字を 入れてください
resident-code-text = メールを 送りました。メールに 6つの 数字が あります。10分までに 入れてください。メールが ないときは、迷惑メール（めいわくめーる）も 見てください。
resident-code = 6つの 数字
resident-code-support = 例：123456
resident-code-again = もう一度 メールを 送る
resident-no-mail = いま メールを 送ることが できません
resident-no-mail-text = 数字は 市役所の 人の 画面に 出ます。10分までに 入れてください。
resident-error-email = メールアドレスを「taro@example.jp」のように 書いてください。
resident-error-code = 数字が ちがいます。あと { $n }回 できます。
resident-details = 連絡（れんらく）する ところ
resident-own-what = 何（なに）の ことか
resident-own-state = 今（いま）の 様子（ようす）
resident-own-at = 知（し）らせた 日（ひ）
resident-verified = 確（たし）かめた こと
resident-verified-none = まだ 本人（ほんにん）か どうか 確（たし）かめていません。
resident-name = 名前
resident-address = 住所（じゅうしょ）
resident-birth-date = 生まれた 日
resident-verified-at = 確（たし）かめた 日
resident-verified-by = 確（たし）かめた ところ
resident-passkeys-none = パスキーは ありません。パスキーを 使うと、指や 顔で ログインできます。
resident-passkey-name-support = 例：わたしの スマートフォン
resident-leave = おわる
resident-sign-out = ログアウトする
resident-delete = アカウントを 消す
resident-delete-text = メールアドレス、確（たし）かめた 情報（じょうほう）、パスキー、とちゅうまで 入れた 申請（しんせい）を 消（け）します。もとに もどせません。出（だ）した 申請は 残（のこ）ります。受付番号（うけつけばんごう）で 見られます。番号を 書（か）いておいてください。
resident-done-again = 時間が すぎたか、何回も まちがえました。もう一度 メールを 送ってください。
resident-done-signed-out = ログアウトしました。
resident-done-deleted = アカウントを 消しました。
resident-done-passkey-added = パスキーを 入れました。
resident-done-passkey-removed = パスキーを 消しました。
resident-mail-subject = { $city } 数字 { $code }
resident-mail-text =
    { $city }の ページで この 数字を 入れてください。

    { $code }

    10分 使うことが できます。ほかの 人に 教えないでください。
    わからないときは、この メールを 消してください。
resident-sign-in-provider = { $name }で ログインする
resident-verify-provider = { $name }で 本人（ほんにん）か どうか 確（たし）かめる
resident-error-linked = もう 別（べつ）の アカウントが あります。その アカウントで ログインしてください。
