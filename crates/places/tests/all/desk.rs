//! Open data at the desk, by department and capability. On both databases.

use axum::http::StatusCode;
use yakuba_addresses::AddressService;
use yakuba_city::{City, each_database, web::Capability};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_places::{
    PlacesService,
    capabilities::{EDIT, PUBLISH},
    store,
};

use crate::support::{Browser, Page, TOILETS, departments, desk, document, publish, stranger};

pub(crate) async fn send(
    clerk: &mut Browser,
    path: &str,
    fields: &[(&str, &str)],
    name: &str,
    bytes: &[u8],
) -> Page {
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend_from_slice(
            format!("--B\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n")
                .as_bytes(),
        );
    }
    body.extend_from_slice(
        format!(
            "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        )
        .as_bytes(),
    );
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--B--\r\n");
    clerk
        .ask("POST", path, "multipart/form-data; boundary=B", body)
        .await
}

/// Decides about what was sent for the first file, as its check shows it now.
async fn decide(clerk: &mut Browser, what: &str, fields: &[(&str, &str)]) -> Page {
    let check = clerk.get("/desk/data/toilets/files/1/check").await;
    decide_on(clerk, &check, what, fields).await
}

/// The same, from a check that was opened before.
async fn decide_on(clerk: &mut Browser, check: &Page, what: &str, fields: &[(&str, &str)]) -> Page {
    let sent = check.between("name=\"sent\" value=\"", "\"");
    let mut fields = fields.to_vec();
    fields.push(("sent", &sent));
    clerk
        .post(&format!("/desk/data/toilets/files/1/{what}"), &fields)
        .await
}

const NEW: [(&str, &str); 6] = [
    ("key", "toilets"),
    ("title", "公衆トイレ一覧"),
    ("description", "公園の公衆トイレ"),
    ("department", "parks"),
    ("theme", "housing"),
    ("contact", "道路公園課"),
];

each_database!(
    a_file_is_sent_checked_mended_taken_and_published,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        let bad = clerk
            .post("/desk/data/new", &[("key", "A B"), ("department", "parks")])
            .await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bad.text().contains("半角の小文字"));
        let made = clerk.post("/desk/data/new", &NEW).await;
        assert_eq!(made.to, "/desk/data/toilets?done=made", "{}", made.text());
        let again = clerk.post("/desk/data/new", &NEW).await;
        assert!(again.text().contains("使われています"), "{}", again.text());

        // Nothing can be published yet.
        let page = clerk.get("/desk/data/toilets").await;
        let revision = page.revision_or("1");
        let early = clerk
            .post("/desk/data/toilets/publish", &[("revision", &revision)])
            .await;
        assert!(
            early.text().contains("登録したファイルがありません"),
            "{}",
            early.text()
        );

        // What is no table is refused and not kept.
        let picture = send(
            &mut clerk,
            "/desk/data/toilets/upload",
            &[("title", "絵")],
            "a.csv",
            b"\x89PNG\r\n",
        )
        .await;
        assert_eq!(picture.status, StatusCode::UNPROCESSABLE_ENTITY);
        // The title that was typed stays, and a file that did not come is asked for.
        assert!(
            picture.text().contains("value=\"絵\""),
            "{}",
            picture.text()
        );
        for (name, asked) in [
            ("", "ファイルを選んでください"),
            ("a.csv", "ファイルが空です"),
        ] {
            let title = [("title", "絵")];
            let page = send(&mut clerk, "/desk/data/toilets/upload", &title, name, b"").await;
            assert!(page.text().contains(asked), "{}", page.text());
        }
        assert!(
            store::files_of(city.db(), "toilets")
                .await
                .unwrap()
                .is_empty()
        );

        let raw = TOILETS
            .trim_start_matches('\u{feff}')
            .replace("\r\n", "\n")
            .replace("キタコウエン", "ｷﾀｺｳｴﾝ")
            .replacen("069990,T1", "69990,T1", 1)
            .replace("08:00", "8:00");
        let sent = send(
            &mut clerk,
            "/desk/data/toilets/upload",
            &[("title", "一覧")],
            "トイレ.csv",
            raw.as_bytes(),
        )
        .await;
        assert_eq!(
            sent.to,
            "/desk/data/toilets/files/1/check",
            "{}",
            sent.text()
        );
        let check = clerk.get("/desk/data/toilets/files/1/check").await.text();
        for told in [
            "公衆トイレ一覧",
            "69990",
            "069990",
            "キタコウエン",
            "byte-order-mark",
            "直して登録する",
        ] {
            assert!(check.contains(told), "{told} not in {check}");
        }
        let taken = decide(
            &mut clerk,
            "take",
            &[("how", "mended"), ("note", "初めての公開")],
        )
        .await;
        assert_eq!(
            taken.to,
            "/desk/data/toilets?done=taken",
            "{}",
            taken.text()
        );
        assert!(
            store::pending(city.db(), "toilets", 1)
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(
            stranger(&city).get("/data/toilets").await.status,
            StatusCode::NOT_FOUND
        );

        let revision = clerk.get("/desk/data/toilets").await.revision_or("");
        let stale = clerk
            .post("/desk/data/toilets/publish", &[("revision", "1")])
            .await;
        assert!(stale.text().contains("ほかの職員が先に変更しました"));
        let done = clerk
            .post("/desk/data/toilets/publish", &[("revision", &revision)])
            .await;
        assert_eq!(
            done.to,
            "/desk/data/toilets?done=published",
            "{}",
            done.text()
        );
        let csv = stranger(&city)
            .get("/data/toilets/files/1/latest.csv")
            .await;
        assert_eq!(csv.text(), TOILETS);

        // The same again makes no version; without mending it does, and the check's findings stay with it.
        send(
            &mut clerk,
            "/desk/data/toilets/upload",
            &[("to", "1")],
            "トイレ.csv",
            raw.as_bytes(),
        )
        .await;
        let same = decide(&mut clerk, "take", &[("how", "mended")]).await;
        assert_eq!(same.to, "/desk/data/toilets?done=same");
        send(
            &mut clerk,
            "/desk/data/toilets/upload",
            &[("to", "1")],
            "トイレ.csv",
            raw.as_bytes(),
        )
        .await;
        decide(&mut clerk, "take", &[("how", "plain")]).await;
        let page = clerk.get("/desk/data/toilets").await.text();
        assert!(page.contains("直すところ"), "{page}");
        send(
            &mut clerk,
            "/desk/data/toilets/upload",
            &[("to", "1")],
            "x.csv",
            b"a,b\n1,2\n",
        )
        .await;
        let dropped = decide(&mut clerk, "drop", &[]).await;
        assert_eq!(dropped.to, "/desk/data/toilets?done=forgotten");
        let list = clerk.get("/desk/data").await.text();
        assert!(list.contains("公開中") && list.contains("公衆トイレ一覧"));
    }
);

each_database!(
    only_what_was_looked_at_is_taken,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        clerk.post("/desk/data/new", &NEW).await;
        let upload = "/desk/data/toilets/upload";
        let check = "/desk/data/toilets/files/1/check";
        send(
            &mut clerk,
            upload,
            &[("title", "一覧")],
            "a.csv",
            "名称\n北\n".as_bytes(),
        )
        .await;
        let first_tab = clerk.get(check).await;
        send(
            &mut clerk,
            upload,
            &[("to", "1")],
            "b.csv",
            "名称\n南\n".as_bytes(),
        )
        .await;
        let second_tab = clerk.get(check).await;

        // The first tab still shows the first file: neither is the second one taken nor dropped.
        for (what, fields) in [("take", &[("how", "mended")][..]), ("drop", &[])] {
            let refused = decide_on(&mut clerk, &first_tab, what, fields).await;
            assert_eq!(refused.status, StatusCode::CONFLICT);
            let text = refused.text();
            assert!(
                text.contains("別のものが送られました") && text.contains("南"),
                "{text}"
            );
        }
        assert!(
            store::pending(city.db(), "toilets", 1)
                .await
                .unwrap()
                .is_some()
        );
        assert!(
            store::versions(city.db(), "toilets", 1)
                .await
                .unwrap()
                .is_empty()
        );

        let taken = decide_on(&mut clerk, &second_tab, "take", &[("how", "mended")]).await;
        assert_eq!(taken.to, "/desk/data/toilets?done=taken");
        let version = store::version(city.db(), "toilets", 1, None)
            .await
            .unwrap()
            .unwrap();
        let content = store::contents(city.db(), &version).await.unwrap().unwrap();
        assert_eq!(content.rows, [["南"]]);
        // Pressed a second time, or opened again: nothing is left to decide.
        for what in ["take", "drop"] {
            let again = decide_on(&mut clerk, &second_tab, what, &[("how", "mended")]).await;
            assert_eq!(again.to, "/desk/data/toilets?done=decided", "{what}");
        }
        assert_eq!(clerk.get(check).await.to, "/desk/data/toilets?done=decided");
        assert!(
            clerk
                .get("/desk/data/toilets?done=decided")
                .await
                .text()
                .contains("すでに登録されたか")
        );
        assert_eq!(
            clerk.get("/desk/data/toilets/files/9/check").await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            store::versions(city.db(), "toilets", 1)
                .await
                .unwrap()
                .len(),
            1
        );
    }
);

each_database!(
    a_draft_is_seen_by_those_who_decide_about_it,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let mut clerk = desk(&city, &[EDIT], "parks");
        clerk.post("/desk/data/new", &NEW).await;
        let lines: Vec<String> = (1..=1_250).map(|n| format!("橋{n},=1+{n}")).collect();
        let text = format!("名称,式\n{}\n", lines.join("\n"));
        let fields = [("title", "橋の一覧")];
        send(
            &mut clerk,
            "/desk/data/toilets/upload",
            &fields,
            "a.csv",
            text.as_bytes(),
        )
        .await;
        decide(&mut clerk, "take", &[("how", "mended"), ("note", "案")]).await;

        let path = "/desk/data/toilets/files/1/versions/1";
        let mut publisher = desk(&city, &[PUBLISH], "parks");
        assert!(
            publisher
                .get("/desk/data/toilets")
                .await
                .text()
                .contains(path)
        );
        let first = publisher.get(path).await.text();
        for told in [
            "まだ公開していません",
            "橋の一覧 第1版",
            "橋100<",
            "=1+100<",
            "案",
        ] {
            assert!(first.contains(told), "{told} not in {first}");
        }
        assert!(!first.contains("橋101<"));
        let later = publisher.get(&format!("{path}?page=11")).await.text();
        assert!(
            later.contains("橋1001<") && later.contains("橋1100<") && !later.contains("橋1101<")
        );
        let last = publisher.get(&format!("{path}?page=999")).await.text();
        assert!(last.contains("橋1250<") && last.contains("橋1201<"));

        for (mut other, status) in [
            (
                desk(&city, &[EDIT, PUBLISH], "health"),
                StatusCode::NOT_FOUND,
            ),
            (desk(&city, &[EDIT], "parks"), StatusCode::OK),
        ] {
            assert_eq!(other.get(path).await.status, status);
        }
        assert_eq!(
            clerk
                .get("/desk/data/toilets/files/1/versions/2")
                .await
                .status,
            StatusCode::NOT_FOUND
        );
        // Gone for good is gone here, too.
        publisher
            .post("/desk/data/toilets/files/1/remove", &[("version", "1")])
            .await;
        assert_eq!(publisher.get(path).await.status, StatusCode::NOT_FOUND);
    }
);

each_database!(
    a_downloaded_file_comes_back_as_it_was,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let text = "\u{feff}名称,備考\r\n橋,=1+1\r\n道,@北\r\n";
        publish(&city, document("toilets", "parks"), text).await;
        let csv = stranger(&city)
            .get("/data/toilets/files/1/latest.csv")
            .await;
        assert_eq!(csv.text(), "\u{feff}名称,備考\r\n橋,'=1+1\r\n道,'@北\r\n");
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        for how in ["mended", "plain"] {
            send(
                &mut clerk,
                "/desk/data/toilets/upload",
                &[("to", "1")],
                "a.csv",
                csv.text().as_bytes(),
            )
            .await;
            let check = clerk.get("/desk/data/toilets/files/1/check").await;
            assert!(check.text().contains("L2-06"), "{}", check.text());
            let taken = decide_on(&mut clerk, &check, "take", &[("how", how)]).await;
            assert_eq!(taken.to, "/desk/data/toilets?done=same");
        }
    }
);

trait Revision {
    fn revision_or(&self, other: &str) -> String;
}

impl Revision for Page {
    fn revision_or(&self, other: &str) -> String {
        if self.text().contains("name=\"revision\"") {
            self.revision()
        } else {
            other.to_owned()
        }
    }
}

async fn as_with(
    city: &City,
    capabilities: &[Capability],
    department: &str,
    path: &str,
) -> StatusCode {
    desk(city, capabilities, department)
        .post(
            path,
            &[("revision", "1"), ("how", "plain"), ("version", "1")],
        )
        .await
        .status
}

each_database!(
    other_departments_and_lesser_roles_change_nothing,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("toilets", "parks"), TOILETS).await;
        for path in [
            "/desk/data/toilets",
            "/desk/data/toilets/edit",
            "/desk/data/toilets/files/1/check",
        ] {
            let page = desk(&city, &[EDIT, PUBLISH], "health").get(path).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert!(
            !desk(&city, &[EDIT], "health")
                .get("/desk/data")
                .await
                .text()
                .contains("toilets")
        );
        for path in [
            "/desk/data/toilets/publish",
            "/desk/data/toilets/withdraw",
            "/desk/data/toilets/files/1/remove",
        ] {
            assert_eq!(
                as_with(&city, &[EDIT], "parks", path).await,
                StatusCode::FORBIDDEN,
                "{path}"
            );
            assert_eq!(
                as_with(&city, &[EDIT, PUBLISH], "health", path).await,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        for path in [
            "/desk/data/toilets/files/1/take",
            "/desk/data/toilets/files/1/drop",
        ] {
            assert_eq!(
                as_with(&city, &[PUBLISH], "parks", path).await,
                StatusCode::FORBIDDEN,
                "{path}"
            );
        }
        // Nor is a dataset made for, or moved to, another department.
        let mut clerk = desk(&city, &[EDIT], "health");
        assert_eq!(
            clerk.post("/desk/data/new", &NEW).await.status,
            StatusCode::FORBIDDEN
        );
        let mut own = desk(&city, &[EDIT], "parks");
        let edit = own.get("/desk/data/toilets/edit").await;
        let moved = own
            .post(
                "/desk/data/toilets/edit",
                &[
                    ("revision", &edit.revision()),
                    ("title", "x"),
                    ("description", "x"),
                    ("department", "health"),
                    ("contact", "x"),
                ],
            )
            .await;
        assert_eq!(moved.status, StatusCode::FORBIDDEN);
        let upload = send(
            &mut clerk,
            "/desk/data/toilets/upload",
            &[("to", "1")],
            "a.csv",
            b"a,b\n1,2\n",
        )
        .await;
        assert_eq!(upload.status, StatusCode::NOT_FOUND);
        assert!(
            store::pending(city.db(), "toilets", 1)
                .await
                .unwrap()
                .is_none()
        );
    }
);

each_database!(
    a_body_that_breaks_off_is_said_to_be_unreadable,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        clerk.post("/desk/data/new", &NEW).await;
        let half = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na,b\r\n1,";
        for path in ["/desk/data/toilets/upload", "/desk/data/new/list"] {
            let page = clerk
                .ask("POST", path, "multipart/form-data; boundary=B", half)
                .await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            let problem = page.problem.unwrap();
            assert_eq!(problem.code(), "problem-unreadable", "{path}");
        }
        assert!(
            store::files_of(city.db(), "toilets")
                .await
                .unwrap()
                .is_empty()
        );
    }
);

each_database!(
    what_must_be_mended_is_listed_after_a_file_was_taken,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        clerk.post("/desk/data/new", &NEW).await;
        let wrong = TOILETS
            .replace("34.403000", "三十四度")
            .replace("069990,T3", "069990,T1");
        send(
            &mut clerk,
            "/desk/data/toilets/upload",
            &[("title", "一覧")],
            "トイレ.csv",
            wrong.as_bytes(),
        )
        .await;
        let check = clerk.get("/desk/data/toilets/files/1/check").await.text();
        assert!(
            check.contains("手で直すところ") && check.contains("2行目と同じID「T1」です"),
            "{check}"
        );
        decide(&mut clerk, "take", &[("how", "plain")]).await;
        let page = clerk.get("/desk/data/toilets").await.text();
        let findings = "/desk/data/toilets/files/1/versions/1#findings";
        assert!(
            page.contains(findings) && page.contains("標準に合わせて直すところが"),
            "{page}"
        );
        let version = clerk
            .get("/desk/data/toilets/files/1/versions/1")
            .await
            .text();
        assert!(
            version.contains("id=\"findings\"") && version.contains("「三十四度」"),
            "{version}"
        );
        // The only version: no word of one before it.
        let asked = clerk
            .get("/desk/data/toilets/files/1/remove?version=1")
            .await
            .text();
        assert!(
            asked.contains("ただ一つの版") && !asked.contains("前の版"),
            "{asked}"
        );
    }
);
