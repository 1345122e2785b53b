//! Mails on their way: kept, sent, refused, given up. Each on both databases, against a small mail server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a story may panic

use std::sync::{Arc, Mutex};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
};
use tower::ServiceExt as _;
use yakuba_city::{
    Actor, City, Service as _, dead_jobs, each_database, run_due_jobs,
    sql::Sql as _,
    testing::test_moment,
    web::{AskedAt, Grant, Principal, Scope, StaffPrincipal},
};
use yakuba_mail::{
    EmailAddress, Mail, MailError, MailService, READ, SmtpSettings, enqueue, set_up, store,
};

/// A mail server that takes, or refuses, everything.
struct PostOffice {
    port: u16,
    taken: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl PostOffice {
    /// `to_recipient` is what it says to RCPT TO.
    async fn open(to_recipient: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let kept = taken.clone();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let mut stream = BufReader::new(stream);
                stream.write_all(b"220 test\r\n").await.unwrap();
                let (mut letter, mut in_data) = (String::new(), false);
                let mut line = String::new();
                while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
                    let answer = if in_data {
                        if line == ".\r\n" {
                            in_data = false;
                            kept.lock().unwrap().push(std::mem::take(&mut letter));
                            Some("250 taken\r\n")
                        } else {
                            letter.push_str(&line);
                            None
                        }
                    } else if line.starts_with("EHLO") {
                        Some("250-test\r\n250 8BITMIME\r\n")
                    } else if line.starts_with("RCPT") {
                        letter.push_str(&line);
                        Some(to_recipient)
                    } else if line.starts_with("DATA") {
                        in_data = true;
                        Some("354 go on\r\n")
                    } else if line.starts_with("QUIT") {
                        Some("221 bye\r\n")
                    } else {
                        Some("250 well\r\n")
                    };
                    if let Some(answer) = answer {
                        stream.write_all(answer.as_bytes()).await.unwrap();
                    }
                    line.clear();
                }
            }
        });
        Self { port, taken, task }
    }

    fn settings(&self) -> SmtpSettings {
        let url = format!("smtp://127.0.0.1:{}", self.port);
        SmtpSettings::new(&url, "みどり市 <no-reply@city.midori.example.jp>").unwrap()
    }

    fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

fn mail() -> Mail {
    Mail::new(
        EmailAddress::read("taro@example.jp").unwrap(),
        "確認コード",
        "コードは 123456 です。\n",
    )
}

async fn write(city: &City, mail: Mail) -> i64 {
    let key = city.key().unwrap().clone();
    city.write(Actor::Public, (key, mail), |tx, (key, mail)| {
        Box::pin(enqueue(tx, key, mail))
    })
    .await
    .unwrap()
}

async fn rows(city: &City) -> i64 {
    city.db()
        .value("SELECT COUNT(*) FROM mails", [])
        .await
        .unwrap()
        .unwrap()
}

fn later(city: &City, minutes: i64) {
    city.clock()
        .set(city.now() + SignedDuration::from_mins(minutes));
}

each_database!(
    a_mail_is_sent_once_and_leaves_only_a_count,
    [&MailService],
    async |city| {
        let office = PostOffice::open("250 well\r\n").await;
        set_up(&city, Some(office.settings()));
        write(&city, mail()).await;
        run_due_jobs(&city).await.unwrap();
        run_due_jobs(&city).await.unwrap();
        let taken = office.taken();
        assert_eq!(taken.len(), 1);
        assert!(
            taken[0].contains("RCPT TO:<taro@example.jp>"),
            "{}",
            taken[0]
        );
        assert!(taken[0].contains("Auto-Submitted: auto-generated"));
        assert!(taken[0].contains("@city.midori.example.jp>"));
        assert_eq!(rows(&city).await, 0);
        let facts = yakuba_city::year_totals(
            city.db(),
            &[yakuba_kernel::MeasureName::declared("mail.sent")],
        )
        .await
        .unwrap();
        assert_eq!((facts.len(), facts[0].count), (1, 1));
    }
);

each_database!(
    a_mail_with_a_way_out_lets_mail_programs_press_it,
    [&MailService],
    async |city| {
        let office = PostOffice::open("250 well\r\n").await;
        set_up(&city, Some(office.settings()));
        let out = "https://www.city.midori.example.jp/reports/alerts/end/123-0123456789abcdef0123456789abcdef";
        // Without encryption, or with a line break in it, it is no such address (RFC 8058).
        for address in [
            out,
            "http://city.midori.example.jp/x",
            "https://city.midori.example.jp/x>\r\nBcc: hanako@example.jp",
        ] {
            write(&city, mail().with_way_out(address)).await;
            run_due_jobs(&city).await.unwrap();
        }
        let taken = office.taken();
        assert_eq!(taken.len(), 3);
        // A long line may be folded before its value.
        let header = taken[0].replace(":\r\n ", ": ");
        assert!(
            header.contains(&format!("List-Unsubscribe: <{out}>\r\n")),
            "{header}"
        );
        assert!(header.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
        for plain in &taken[1..] {
            assert!(
                !plain.contains("List-Unsubscribe") && !plain.contains("Bcc"),
                "{plain}"
            );
        }
    }
);

each_database!(
    a_waiting_mail_cannot_be_read_in_the_database,
    [&MailService],
    async |city| {
        let id = write(&city, mail()).await;
        let sealed: Vec<u8> = city
            .db()
            .value("SELECT sealed FROM mails", [])
            .await
            .unwrap()
            .unwrap();
        for secret in ["taro", "123456"] {
            assert!(
                !sealed
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes())
            );
        }
        let waiting = store::waiting(city.db(), id).await.unwrap().unwrap();
        assert_eq!(waiting.open(city.key().unwrap()).unwrap(), mail());
        let other = yakuba_city::CityKey::from_bytes([1; 32]);
        assert!(matches!(waiting.open(&other), Err(MailError::Key(_))));
    }
);

each_database!(
    a_server_that_is_away_is_tried_eight_times_and_no_address_is_noted,
    [&MailService],
    async |city| {
        let office = PostOffice::open("451 taro@example.jp: not now\r\n").await;
        set_up(&city, Some(office.settings()));
        let id = write(&city, mail()).await;
        for _ in 0..10 {
            run_due_jobs(&city).await.unwrap();
            later(&city, 130);
        }
        let dead = dead_jobs(city.db()).await.unwrap();
        let dead: Vec<_> = dead.iter().filter(|job| job.name == "mail.send").collect();
        assert_eq!((dead.len(), dead[0].attempts), (1, 8));
        assert!(!format!("{dead:?}").contains("taro"));
        let waiting = store::all_waiting(city.db(), 10).await.unwrap();
        assert!(waiting[0].given_up && waiting[0].tries == 8);
        assert_eq!(waiting[0].failure.as_deref(), Some("451"));

        // The server is well again, and somebody presses the button.
        let office = PostOffice::open("250 well\r\n").await;
        set_up(&city, Some(office.settings()));
        city.write(Actor::Staff(1), id, |tx, id| {
            Box::pin(store::try_again(tx, *id))
        })
        .await
        .unwrap();
        run_due_jobs(&city).await.unwrap();
        assert_eq!((office.taken().len(), rows(&city).await), (1, 0));
    }
);

each_database!(
    an_address_that_is_refused_for_good_is_tried_once,
    [&MailService],
    async |city| {
        let office = PostOffice::open("550 no such user\r\n").await;
        set_up(&city, Some(office.settings()));
        write(&city, mail()).await;
        for _ in 0..3 {
            run_due_jobs(&city).await.unwrap();
            later(&city, 130);
        }
        let waiting = store::all_waiting(city.db(), 10).await.unwrap();
        assert_eq!(
            (
                waiting[0].given_up,
                waiting[0].tries,
                waiting[0].failure.as_deref()
            ),
            (true, 1, Some("550"))
        );
        later(&city, 31 * 24 * 60);
        run_due_jobs(&city).await.unwrap();
        assert_eq!(rows(&city).await, 0);
    }
);

each_database!(
    a_code_that_would_come_too_late_is_thrown_away,
    [&MailService],
    async |city| {
        let office = PostOffice::open("250 well\r\n").await;
        set_up(&city, Some(office.settings()));
        let until = city.now() + SignedDuration::from_mins(10);
        write(&city, mail().until(until)).await;
        later(&city, 11);
        run_due_jobs(&city).await.unwrap();
        assert_eq!((office.taken().len(), rows(&city).await), (0, 0));
    }
);

async fn open_page(city: &City, scope: Scope) -> (StatusCode, String) {
    let principal = Principal::Staff(Arc::new(StaffPrincipal {
        account: 1,
        name: "髙橋".into(),
        department: None,
        grants: vec![Grant {
            capability: READ.name.into(),
            scope,
        }],
        stepped_up_until: Some(test_moment() + SignedDuration::from_mins(10)),
    }));
    let mut request = Request::get("/desk/mail").body(Body::empty()).unwrap();
    request.extensions_mut().insert(principal);
    request.extensions_mut().insert(AskedAt(test_moment()));
    let router = MailService.routes().into_router().with_state(city.clone());
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

each_database!(
    mails_can_be_read_only_where_none_are_sent_and_every_look_is_noted,
    [&MailService],
    async |city| {
        write(&city, mail()).await;
        run_due_jobs(&city).await.unwrap();
        let (status, text) = open_page(&city, Scope::City).await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.contains("123456") && text.contains("taro@example.jp"));
        let looks: Option<i64> = city
            .db()
            .value(
                "SELECT COUNT(*) FROM audit_log WHERE action = 'mail.read'",
                [],
            )
            .await
            .unwrap();
        assert_eq!(looks, Some(1));
        let department = yakuba_kernel::DepartmentCode::new("tax").unwrap();
        let (status, _) = open_page(&city, Scope::Department(department)).await;
        assert_eq!(status, StatusCode::FORBIDDEN);

        let office = PostOffice::open("250 well\r\n").await;
        set_up(&city, Some(office.settings()));
        let (_, text) = open_page(&city, Scope::City).await;
        assert!(!text.contains("123456") && !text.contains("taro@example.jp"));
    }
);

#[test]
fn every_text_is_there() {
    yakuba_ui::assert_complete(&yakuba_mail::WORDS);
    yakuba_ui::assert_used_words_exist(&yakuba_mail::WORDS, env!("CARGO_MANIFEST_DIR"));
}
