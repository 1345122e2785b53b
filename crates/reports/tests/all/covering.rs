//! Faces and number plates: painted over by staff or by a program of the city's, and what was under them goes away. On both databases.

use std::{io::Write as _, os::unix::fs::PermissionsExt as _, path::PathBuf};

use axum::http::StatusCode;
use jiff::SignedDuration;
use yakuba_city::{City, each_database, run_due_jobs, sql::Sql as _};
use yakuba_forms::{
    files::{PicturePart, covered, scanner},
    testing::virus_scanner,
};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_reports::{
    ReportService,
    capabilities::{OVERSEE, WORK},
    detector,
    store::photos::{self, Photo},
};

use crate::support::{Browser, act, desk, post, report, set_up, stranger};

/// Red on the left and blue on the right, so that what is painted over is seen.
const PICTURE: &[u8] = include_bytes!("two_colours.png");
const HERE: (i64, i64) = (34_400_000, 135_050_000);

/// A report with a picture of staff's, and its address at the desk.
async fn with_picture(city: &City, clerk: &mut Browser) -> (i64, Photo, String) {
    let id = post(city, "road", HERE, "穴").await.id;
    let sent = clerk
        .upload(
            &format!("/desk/reports/{id}/photos"),
            &[],
            ("photos", "a.png", PICTURE),
        )
        .await;
    assert!(sent.to.ends_with("done=photos"), "{}", sent.text());
    let photo = photo(city, id).await;
    let href = format!("/desk/reports/{id}/photos/{}", photo.key);
    (id, photo, href)
}

async fn photo(city: &City, report: i64) -> Photo {
    let all = photos::of_report(city.db(), report).await.unwrap();
    all.into_iter().next().unwrap()
}

/// The picture as it is kept before anything is painted over.
async fn original(clerk: &mut Browser, href: &str) -> Vec<u8> {
    let page = clerk.get(&format!("{href}/original")).await;
    assert_eq!(page.status, StatusCode::OK);
    page.bytes
}

each_database!(
    staff_paint_over_what_the_public_shall_not_see,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let mut clerk = desk(&city, &[WORK], "roads");
        let (id, photo_kept, href) = with_picture(&city, &mut clerk).await;
        assert_eq!(photo_kept.parts().unwrap(), None);
        let before = original(&mut clerk, &href).await;
        assert_eq!(clerk.get(&href).await.bytes, before);

        let page = clerk.get(&format!("{href}/cover")).await.text();
        assert!(page.contains("name=\"left-1\"") && page.contains("/original"));
        let revision = report(&city, id).await.revision.to_string();
        for wrong in ["x", "-1", "100", "1e9"] {
            let refused = clerk
                .post(
                    &format!("{href}/cover"),
                    &[
                        ("revision", &revision),
                        ("left-1", wrong),
                        ("top-1", "0"),
                        ("width-1", "10"),
                        ("height-1", "10"),
                    ],
                )
                .await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(
                refused.text().contains("1番の割合を確かめてください"),
                "{wrong}"
            );
        }
        // Full-width digits are digits, and an empty row between two is nothing.
        let saved = clerk
            .post(
                &format!("{href}/cover"),
                &[
                    ("revision", &revision),
                    ("left-2", "２５"),
                    ("top-2", "0"),
                    ("width-2", "50.5"),
                    ("height-2", "100"),
                ],
            )
            .await;
        assert!(saved.to.ends_with("done=covered"), "{}", saved.text());
        let part = PicturePart::new(250, 0, 505, 1_000).unwrap();
        assert_eq!(photo(&city, id).await.parts().unwrap(), Some(vec![part]));
        let wanted = covered(&before, &[part]).unwrap().content;
        assert_ne!(wanted, before);
        assert_eq!(clerk.get(&href).await.bytes, wanted);
        assert_eq!(original(&mut clerk, &href).await, before);
        let shown = clerk.get(&format!("/desk/reports/{id}")).await.text();
        assert!(shown.contains("1か所を隠しています。"));

        // Somebody who saw an older state is told, and nothing changes.
        let stale = clerk
            .post(&format!("{href}/cover"), &[("revision", &revision)])
            .await;
        assert_eq!(stale.to, "", "{}", stale.text());
        assert_eq!(clerk.get(&href).await.bytes, wanted);

        // Whoever only reads sees what the public would.
        let mut overseer = desk(&city, &[OVERSEE], "roads");
        assert_eq!(overseer.get(&href).await.bytes, wanted);
        for below in ["original", "cover"] {
            let page = overseer.get(&format!("{href}/{below}")).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN);
        }

        // Released, everybody sees that and never the original.
        let released = act(
            &city,
            &mut clerk,
            id,
            "release",
            &[("released", &photo_kept.key)],
        )
        .await;
        assert!(released.to.ends_with("done=photos"), "{}", released.text());
        let public = format!(
            "/reports/{}/photos/{}",
            report(&city, id).await.public_id,
            photo_kept.key
        );
        assert_eq!(stranger(&city).get(&public).await.bytes, wanted);

        // A year after the answer there is no original any more.
        act(
            &city,
            &mut clerk,
            id,
            "turn",
            &[("state", "fixed"), ("turn_text", "直しました。")],
        )
        .await;
        city.clock()
            .set(city.now() + SignedDuration::from_hours(366 * 24));
        run_due_jobs(&city).await.unwrap();
        assert_eq!(stranger(&city).get(&public).await.bytes, wanted);
        assert_eq!(original(&mut clerk, &href).await, wanted);
        let left: Option<i64> = city
            .db()
            .value(
                "SELECT COUNT(*) FROM reports_photos WHERE covered IS NOT NULL",
                [],
            )
            .await
            .unwrap();
        assert_eq!(left, Some(0));
    }
);

/// A program that answers with these words, whatever it is shown.
fn program(directory: &std::path::Path, name: &str, words: &str) -> PathBuf {
    let path = directory.join(name);
    let mut file = std::fs::File::create(&path).unwrap();
    write!(file, "#!/bin/sh\ncat >/dev/null\n{words}\n").unwrap();
    file.set_permissions(std::fs::Permissions::from_mode(0o755))
        .unwrap();
    path
}

each_database!(
    a_program_finds_parts_and_staff_have_the_last_word,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let directory = tempfile::tempdir().unwrap();
        let mut clerk = desk(&city, &[WORK], "roads");
        let part = PicturePart::new(100, 200, 300, 400).unwrap();
        let finds = program(
            directory.path(),
            "finds",
            r#"echo '[{"left": 0.1, "top": 0.2, "width": 0.3, "height": 0.4, "kind": "face"}]'"#,
        );

        // What cannot be understood changes nothing, and the picture stays as it was.
        for (name, words) in [
            ("fails", "exit 3"),
            ("talks", "echo nothing found"),
            (
                "outside",
                r#"echo '[{"left": 1.5, "top": 0, "width": 1, "height": 1}]'"#,
            ),
        ] {
            detector::set_up(&city, Some(program(directory.path(), name, words)));
            let (id, _, _) = with_picture(&city, &mut clerk).await;
            run_due_jobs(&city).await.unwrap();
            assert_eq!(photo(&city, id).await.parts().unwrap(), None, "{name}");
        }

        detector::set_up(&city, Some(finds));
        let (id, _, href) = with_picture(&city, &mut clerk).await;
        let before = original(&mut clerk, &href).await;
        run_due_jobs(&city).await.unwrap();
        let found = photo(&city, id).await;
        assert_eq!(found.parts().unwrap(), Some(vec![part]));
        assert!(found.is_by_program());
        assert_eq!(
            clerk.get(&href).await.bytes,
            covered(&before, &[part]).unwrap().content
        );
        let page = clerk.get(&format!("{href}/cover")).await.text();
        assert!(page.contains("プログラムが1か所を見つけました") && page.contains("value=\"30\""));

        // Staff look, and nothing has to be covered: the program does not come back to it.
        let revision = report(&city, id).await.revision.to_string();
        clerk
            .post(&format!("{href}/cover"), &[("revision", &revision)])
            .await;
        assert_eq!(photo(&city, id).await.parts().unwrap(), Some(vec![]));
        assert_eq!(clerk.get(&href).await.bytes, before);
        let (id, _, href) = with_picture(&city, &mut clerk).await;
        let revision = report(&city, id).await.revision.to_string();
        clerk
            .post(&format!("{href}/cover"), &[("revision", &revision)])
            .await;
        run_due_jobs(&city).await.unwrap();
        let looked_at = photo(&city, id).await;
        assert_eq!(looked_at.parts().unwrap(), Some(vec![]));
        assert!(!looked_at.is_by_program());
    }
);

each_database!(
    pictures_are_shown_to_the_virus_scanner,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let mut clerk = desk(&city, &[WORK], "roads");
        let id = post(&city, "road", HERE, "穴").await.id;
        let mut eicar = PICTURE.to_vec();
        eicar.extend(
            [
                r"X5O!P%@AP[4\PZX54(P^)7CC)7}$",
                "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
            ]
            .concat()
            .bytes(),
        );
        let (address, thread) = virus_scanner(1);
        scanner::set_up(&city, Some(address));
        let refused = clerk
            .upload(
                &format!("/desk/reports/{id}/photos"),
                &[],
                ("photos", "a.png", &eicar),
            )
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("ウイルスが見つかりました"));
        thread.join().unwrap();
        assert!(photos::of_report(city.db(), id).await.unwrap().is_empty());
    }
);
