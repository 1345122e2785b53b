//! Devices that speak over MQTT, with a real mosquitto. On both databases.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use jiff::SignedDuration;
use rumqttc::v5::{
    AsyncClient, Event, EventLoop, Incoming, MqttOptions,
    mqttbytes::{QoS, v5::PubAckReason},
};
use tokio::{sync::watch, task::JoinHandle};
use yakuba_assets::{
    AssetError, AssetService,
    broker::listen,
    model::broker::{Address, Broker, BrokerProblem, Prefix},
    store::{
        self,
        broker::{Listening, forget_broker, listening, set_broker},
    },
};
use yakuba_city::{Actor, City, each_database, sql::Sql as _};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;

use axum::http::StatusCode;
use yakuba_assets::{
    broker::try_out,
    capabilities::{CONNECT, WORK},
    store::broker::broker,
};
use yakuba_city::web::{Grant, Principal, Scope, StaffPrincipal};

use crate::support::{Browser, camera, desk, installed, key_of, set_up, staff, teller, trap};

const AUTHORITY: &str = include_str!("broker/authority.pem");
/// yakuba:sesame, as mosquitto_passwd writes it.
const USERS: &str = "yakuba:$7$101$rxofyvq1k77JLBlf$lTLlMzjYd927Cywtb1XmI7HUQqJACbUngkUkVzanJZq0ebk8bWrvV9hFdzZhrou5SJbF0hhEjbDAWvP1cxdlGg==\n";
const PATIENCE: Duration = Duration::from_secs(30);

/// A mosquitto on a port of its own, which ends with the test.
struct Mosquitto {
    folder: tempfile::TempDir,
    port: u16,
    child: Child,
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Option<&'static str> {
    ["mosquitto", "/usr/sbin/mosquitto"]
        .into_iter()
        .find(|name| {
            Command::new(name)
                .arg("-h")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok()
        })
}

impl Mosquitto {
    /// Starts one; none when the machine has none, which is an error in CI.
    fn start(is_encrypted: bool) -> Option<Self> {
        let Some(program) = program() else {
            assert!(
                std::env::var_os("CI").is_none(),
                "there is no mosquitto. Run scripts/install-test-tools"
            );
            eprintln!("SKIPPED: there is no mosquitto (scripts/install-test-tools installs it)");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let files = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/broker");
        let encryption = if is_encrypted {
            format!("certfile {files}/server.pem\nkeyfile {files}/server-key.pem\n")
        } else {
            String::new()
        };
        let users = folder.path().join("users");
        std::fs::write(&users, USERS).unwrap();
        std::fs::write(
            folder.path().join("mosquitto.conf"),
            format!(
                "listener {port} 127.0.0.1\n{encryption}allow_anonymous false\npassword_file {}\nuser root\n\
                 persistence true\npersistence_location {}/\nautosave_interval 1\nautosave_on_changes true\nmax_inflight_messages 200\n",
                users.display(),
                folder.path().display()
            ),
        )
        .unwrap();
        let child = Self::run(program, folder.path());
        Some(Self {
            folder,
            port,
            child,
        })
    }

    fn run(program: &str, folder: &std::path::Path) -> Child {
        Command::new(program)
            .arg("-c")
            .arg(folder.join("mosquitto.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Stops and starts again, on the same port.
    fn restart(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.child = Self::run(program().unwrap(), self.folder.path());
    }

    fn broker(&self, scheme: &str, authorities: &str) -> Broker {
        Broker {
            address: Address::read(&format!("{scheme}://localhost:{}", self.port)).unwrap(),
            authorities: authorities.to_owned(),
            user: "yakuba".to_owned(),
            password: "sesame".to_owned(),
            prefix: Prefix::read("city/yakuba").unwrap(),
            session: "yakuba-test".to_owned(),
        }
    }

    /// A device's side.
    fn device(&self) -> Device {
        let mut options = MqttOptions::new("device", "localhost", self.port);
        options
            .set_credentials("yakuba", "sesame")
            .set_outgoing_inflight_upper_limit(10);
        let (client, events) = AsyncClient::new(options, 10);
        Device { client, events }
    }
}

struct Device {
    client: AsyncClient,
    events: EventLoop,
}

impl Device {
    /// Publishes, and waits until the broker has taken it.
    async fn publish(&mut self, topic: &str, text: impl Into<String>, retain: bool) {
        let topic = format!("city/yakuba/{topic}");
        self.client
            .publish(topic, QoS::AtLeastOnce, retain, text.into())
            .await
            .unwrap();
        tokio::time::timeout(PATIENCE, async {
            loop {
                match self.events.poll().await {
                    Ok(Event::Incoming(Incoming::PubAck(answer))) => {
                        assert!(matches!(
                            answer.reason,
                            PubAckReason::Success | PubAckReason::NoMatchingSubscribers
                        ));
                        return;
                    }
                    Ok(_) => {}
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        })
        .await
        .expect("the broker takes the message");
    }
}

async fn set(city: &City, broker: Broker) {
    let key = city.key().unwrap().clone();
    city.write(Actor::CommandLine, (key, broker), |tx, (key, broker)| {
        Box::pin(set_broker(tx, key, broker))
    })
    .await
    .unwrap();
}

/// A node that listens.
struct Node {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Node {
    fn start(city: &City) -> Self {
        let (stop, stopping) = watch::channel(false);
        let task = tokio::spawn(listen(city.clone(), teller(city), stopping));
        Self { stop, task }
    }

    async fn end(self) {
        self.stop.send(true).unwrap();
        self.task.await.unwrap();
    }
}

async fn number(city: &City, sql: &str) -> i64 {
    city.db().value(sql, []).await.unwrap().unwrap()
}

/// Waits until something is so.
async fn until(city: &City, what: &str, is_so: impl Fn(&Listening) -> bool) -> Listening {
    for _ in 0..PATIENCE.as_millis() / 100 {
        if let Some(now) = listening(city.db()).await.unwrap()
            && is_so(&now)
        {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never {what}: {:?}", listening(city.db()).await.unwrap());
}

async fn connected(city: &City) {
    until(city, "connected", |now| now.connected_at.is_some()).await;
}

/// Waits until so many values were measured in all.
async fn readings(city: &City, wanted: i64) {
    for _ in 0..PATIENCE.as_millis() / 100 {
        if number(city, "SELECT COUNT(*) FROM assets_readings").await >= wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(
        number(city, "SELECT COUNT(*) FROM assets_readings").await,
        wanted
    );
}

/// A message of a device, some seconds after the city's time.
fn said(city: &City, key: &str, seconds: i64, value: &str, is: &str) -> String {
    let at = city.now() + SignedDuration::from_secs(seconds);
    format!("{{\"key\": \"{key}\", \"at\": \"{at}\", \"values\": {{\"{value}\": {is}}}}}")
}

each_database!(
    what_comes_over_mqtt_is_kept_once_and_what_is_no_message_is_refused,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        let Some(mosquitto) = Mosquitto::start(false) else {
            return;
        };
        set_up(&city).await;
        let camera_id = installed(&city, camera(), "C-1", &[]).await.id;
        let trap_id = installed(&city, trap(), "T-1", &[]).await.id;
        let key = key_of(&city, camera(), camera_id).await;
        let closed = key_of(&city, trap(), trap_id).await;
        set(&city, mosquitto.broker("mqtt", "")).await;
        let node = Node::start(&city);
        connected(&city).await;
        let mut device = mosquitto.device();
        let topic = "devices/C-1/telemetry";
        device
            .publish(topic, said(&city, &key, 1, "heat", "21.5"), false)
            .await;
        // The same message again, and what is none.
        device
            .publish(topic, said(&city, &key, 1, "heat", "21.5"), false)
            .await;
        for hostile in [
            String::new(),
            "{".to_owned(),
            "[".repeat(50_000),
            format!("{{\"key\": \"{key}\"}}"),
            "{\"at\": \"2026-11-22T00:00:00Z\"}".to_owned(),
            said(&city, "nobody's key", 2, "heat", "1"),
            said(&city, &key, 2, "smoke", "1"),
            format!(
                "{}{}",
                said(&city, &key, 2, "heat", "1"),
                " ".repeat(262_145)
            ),
            // The broker keeps this one to itself.
            format!(
                "{}{}",
                said(&city, &key, 2, "heat", "1"),
                " ".repeat(400_000)
            ),
        ] {
            device.publish(topic, hostile, false).await;
        }
        // Nothing of a gateway's message is kept when a part of it is none.
        let half = format!(
            "{{\"messages\": [{}, {{\"key\": 7}}]}}",
            said(&city, &key, 3, "heat", "99")
        );
        device.publish("gateways/g/telemetry", half, false).await;
        let both = format!(
            "{{\"messages\": [{}, {}]}}",
            said(&city, &key, 4, "heat", "22"),
            said(&city, &closed, 4, "closed", "1")
        );
        device.publish("gateways/g/telemetry", both, false).await;
        // A topic that is nobody's.
        device
            .publish(
                "devices/C-1/other",
                said(&city, &key, 5, "heat", "1"),
                false,
            )
            .await;
        readings(&city, 3).await;
        let heat = store::device(city.db(), camera_id).await.unwrap().readings;
        assert_eq!(heat["heat"].to_string(), "22");
        assert_eq!(
            number(
                &city,
                "SELECT COUNT(*) FROM assets_alerts WHERE rule = 'closed'"
            )
            .await,
            1
        );
        node.end().await;
        let now = listening(city.db()).await.unwrap().unwrap();
        assert_eq!((now.kept, now.refused), (3, 10), "{now:?}");
        assert!(now.connected_at.is_none());
        // The password is not there to be read.
        let seen = number(
            &city,
            "SELECT COUNT(*) FROM assets_broker WHERE CAST(password AS TEXT) LIKE '%sesame%'",
        )
        .await;
        assert_eq!(seen, 0);
        // Without a broker nobody listens.
        let had = city
            .write(Actor::CommandLine, (), |tx, ()| Box::pin(forget_broker(tx)))
            .await;
        assert!(had.unwrap());
        assert!(listening(city.db()).await.unwrap().is_none());
    }
);

each_database!(
    what_comes_while_nobody_listens_is_kept_by_the_broker,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        let Some(mut mosquitto) = Mosquitto::start(false) else {
            return;
        };
        set_up(&city).await;
        let id = installed(&city, camera(), "C-1", &[]).await.id;
        let key = key_of(&city, camera(), id).await;
        set(&city, mosquitto.broker("mqtt", "")).await;
        let mut device = mosquitto.device();
        let topic = "devices/C-1/telemetry";
        // What the broker keeps as the last word of a topic is no news to whoever comes later.
        device
            .publish(topic, said(&city, &key, 1, "heat", "1"), true)
            .await;
        let (first, second) = (Node::start(&city), Node::start(&city));
        connected(&city).await;
        for second in 2..22 {
            device
                .publish(topic, said(&city, &key, second, "heat", "20"), false)
                .await;
        }
        readings(&city, 20).await;
        // One of two nodes goes; messages wait until the other has taken its place.
        first.end().await;
        device
            .publish(topic, said(&city, &key, 30, "heat", "21"), false)
            .await;
        readings(&city, 21).await;
        second.end().await;
        device
            .publish(topic, said(&city, &key, 31, "heat", "22"), false)
            .await;
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let third = Node::start(&city);
        readings(&city, 22).await;
        // The broker breaks down and comes back.
        mosquitto.restart();
        let mut device = mosquitto.device();
        device
            .publish(topic, said(&city, &key, 32, "heat", "23"), false)
            .await;
        readings(&city, 23).await;
        third.end().await;
    }
);

each_database!(
    a_broker_is_believed_by_its_certificate_only,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        let Some(mosquitto) = Mosquitto::start(true) else {
            return;
        };
        set_up(&city).await;
        set(&city, mosquitto.broker("mqtts", "")).await;
        let node = Node::start(&city);
        let stranger = until(&city, "refused", |now| !now.problem.is_empty()).await;
        assert!(stranger.connected_at.is_none());
        node.end().await;
        set(&city, mosquitto.broker("mqtts", AUTHORITY)).await;
        let node = Node::start(&city);
        connected(&city).await;
        node.end().await;
        // A wrong password is told, not tried for ever at full speed.
        let mut wrong = mosquitto.broker("mqtts", AUTHORITY);
        wrong.password = "open".to_owned();
        set(&city, wrong).await;
        let node = Node::start(&city);
        let refused = until(&city, "refused", |now| {
            now.problem.contains("NotAuthorized") || now.problem.contains("BadUserNamePassword")
        })
        .await;
        assert!(refused.connected_at.is_none());
        node.end().await;
        assert!(matches!(
            yakuba_assets::broker::encryption("no certificate"),
            Err(BrokerProblem::NoAuthority)
        ));
    }
);

/// Whoever looks after the whole city's settings.
fn administrator(city: &City) -> Browser {
    let Principal::Staff(somebody) = staff(7, &[], "roads") else {
        unreachable!()
    };
    let mut somebody = StaffPrincipal::clone(&somebody);
    somebody.grants.push(Grant {
        capability: CONNECT.name.to_owned(),
        scope: Scope::City,
    });
    Browser::new(city, &[&AssetService]).of(Principal::Staff(std::sync::Arc::new(somebody)))
}

const HERE: &str = "/desk/assets/broker";

fn settings<'a>(address: &'a str, password: &'a str, revision: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("revision", revision),
        ("address", address),
        ("user", "yakuba"),
        ("password", password),
        ("prefix", "city/yakuba"),
        ("authorities", ""),
    ]
}

each_database!(
    the_desk_sets_a_broker_without_ever_showing_its_password,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        // Who keeps registers, or may do it in one department only, does not.
        for capabilities in [vec![WORK], vec![WORK, CONNECT]] {
            let mut clerk = desk(&city, &capabilities, "roads");
            assert_eq!(clerk.get(HERE).await.status, StatusCode::FORBIDDEN);
            for path in [HERE, "/desk/assets/broker/test", "/desk/assets/broker/off"] {
                let page = clerk
                    .post(path, &settings("mqtt://localhost", "sesame", "0"))
                    .await;
                assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
            }
        }
        let mut admin = administrator(&city);
        for (name, value, sentence) in [
            (
                "address",
                "broker.example.jp",
                "mqtts://broker.example.jp:8883",
            ),
            (
                "address",
                "mqtt://broker.example.jp",
                "暗号化しない接続先です",
            ),
            ("address", "mqtts://user:word@broker.example.jp", "下の欄に"),
            ("prefix", "#", "半角の英数字"),
            ("user", "a\u{0}b", "500文字以内"),
        ] {
            let mut wrong = settings("mqtt://localhost:1883", "sesame", "0");
            wrong.retain(|(one, _)| *one != name);
            wrong.push((name, value));
            let page = admin.post(HERE, &wrong).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{value}");
            assert!(page.text().contains(sentence), "{value}: {}", page.text());
            assert!(!page.text().contains("sesame"));
        }
        let mut wrong = settings("mqtts://localhost:8883", "sesame", "0");
        wrong.retain(|(one, _)| *one != "authorities");
        wrong.push(("authorities", "no certificate"));
        assert!(
            admin
                .post(HERE, &wrong)
                .await
                .text()
                .contains("証明書を読めません")
        );
        assert!(
            broker(city.db(), city.key().unwrap())
                .await
                .unwrap()
                .is_none()
        );

        let set = admin
            .post(HERE, &settings("mqtt://localhost:1883", "sesame", "0"))
            .await;
        assert_eq!(set.to, format!("{HERE}?done=broker-set"), "{}", set.text());
        let known = async || {
            let found = broker(city.db(), city.key().unwrap()).await.unwrap();
            found.unwrap().0
        };
        let first = known().await;
        assert_eq!(
            (first.user.as_str(), first.password.as_str()),
            ("yakuba", "sesame")
        );
        let page = admin.get(HERE).await.text();
        assert!(
            page.contains("保存してあります") && !page.contains("sesame"),
            "{page}"
        );
        assert!(page.contains("まだつないでいません"));
        // Somebody else had changed it.
        let stale = admin
            .post(HERE, &settings("mqtt://localhost:1884", "other", "0"))
            .await;
        assert!(
            stale.text().contains("先に変更しました"),
            "{}",
            stale.text()
        );
        // Left empty, the password stays, for the same broker and user only.
        let mut same = settings("mqtt://localhost:1883", "", "1");
        same.push(("prefix", "ignored"));
        assert!(admin.post(HERE, &same).await.to.contains("broker-set"));
        assert_eq!(
            (known().await.password, known().await.session),
            (first.password, first.session.clone())
        );
        let elsewhere = admin
            .post(HERE, &settings("mqtt://127.0.0.1:1883", "", "2"))
            .await;
        assert!(
            elsewhere.text().contains("パスワードをもう一度"),
            "{}",
            elsewhere.text()
        );
        assert_eq!(known().await.address.host(), "localhost");
        let elsewhere = admin
            .post(HERE, &settings("mqtt://127.0.0.1:1883", "open", "2"))
            .await;
        assert!(elsewhere.to.contains("broker-set"));
        assert_ne!(known().await.session, first.session);
        // Nothing of it is in the audit log.
        let told = number(
            &city,
            "SELECT COUNT(*) FROM audit_log WHERE detail LIKE '%sesame%' OR detail LIKE '%open%'",
        )
        .await;
        assert_eq!(told, 0);
        let gone = admin.post("/desk/assets/broker/off", &[]).await;
        assert_eq!(gone.to, format!("{HERE}?done=broker-gone"));
        assert!(
            broker(city.db(), city.key().unwrap())
                .await
                .unwrap()
                .is_none()
        );
    }
);

each_database!(
    a_broker_is_tried_beside_whoever_listens,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        let Some(mosquitto) = Mosquitto::start(false) else {
            return;
        };
        set_up(&city).await;
        let address = format!("mqtt://localhost:{}", mosquitto.port);
        let mut admin = administrator(&city);
        let set = admin.post(HERE, &settings(&address, "sesame", "0")).await;
        assert!(set.to.contains("broker-set"), "{}", set.text());
        let node = Node::start(&city);
        connected(&city).await;
        let since = listening(city.db()).await.unwrap().unwrap().connected_at;
        let tried = admin.post("/desk/assets/broker/test", &[]).await;
        assert_eq!(
            tried.to,
            format!("{HERE}?done=broker-works"),
            "{}",
            tried.text()
        );
        let page = admin.get(&tried.to).await.text();
        assert!(
            page.contains("つながりました") && page.contains("つながっています（"),
            "{page}"
        );
        let after = listening(city.db()).await.unwrap().unwrap();
        assert_eq!((after.connected_at, after.problem.as_str()), (since, ""));
        node.end().await;
        // A wrong password, and nobody there.
        let set = admin.post(HERE, &settings(&address, "open", "1")).await;
        assert!(set.to.contains("broker-set"), "{}", set.text());
        let page = admin.post("/desk/assets/broker/test", &[]).await.text();
        assert!(
            page.contains("つながりませんでした") && !page.contains("open\""),
            "{page}"
        );
        let mut nobody = mosquitto.broker("mqtt", "");
        drop(mosquitto);
        nobody.session = "x".to_owned();
        assert!(matches!(try_out(&nobody).await, Err(AssetError::Broker(_))));
    }
);
