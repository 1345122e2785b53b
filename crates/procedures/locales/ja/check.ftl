# 手続を公開する前に見つかったこと（フォームのほか）。
check-fee-unsaid = 手数料があるのに、費用の案内が空です。空のままでは「無料」と表示されます。費用を書いてください。
check-minutes = 申請にかかる時間が0分です。目安を書いてください。
check-retention-basis = 保存期間の根拠を書いてください。
check-slot-unknown = 「{ $about }」で予約する窓口が、この市の予約にありません。時間をとれる窓口・相談・健診（すぐに決まる、無料のもの）を選んでください。
check-placeholder = 「{ $about }」という差し込みはありません。このままでは、かっこごと送られます。
check-refusal-reason = ひな形「{ $about }」に理由（reason）の差し込みがありません。
check-export-from = 書き出しの列の元「{ $about }」がフォームにありません。このままでは空欄になります。選び直してください。
check-export-only-with = 書き出しの列の条件「{ $about }」がフォームにありません。選び直してください。
check-export-verified = 書き出しの列「{ $about }」は本人確認の有無を入れますが、本人確認から入れる質問ではありません。
