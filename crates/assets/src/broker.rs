//! Listening to the city's MQTT broker.
//!
//! One node alone listens, so that the messages of a device are heard in their order; when it goes away, another one takes its place
//! and its session. A message is acknowledged to the broker after it is committed, so none is lost; one that comes twice is known by
//! its time. MQTT 5, because only there a client can tell the broker how much it takes at once.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rand::Rng as _;
use rumqttc::{
    TlsConfiguration, Transport,
    v5::{
        AsyncClient, ConnectionError, Event, EventLoop, Incoming, MqttOptions,
        mqttbytes::{
            QoS,
            v5::{ConnectProperties, Filter, Publish, SubscribeReasonCode},
        },
    },
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use tokio::{
    sync::{Notify, mpsc, watch},
    task::JoinSet,
};
use yakuba_city::{City, CityKey, random_name};

use crate::{
    error::AssetError,
    model::broker::{Broker, BrokerProblem, Prefix},
    store::{
        alerts::Teller,
        broker::{Heard, broker, hold, let_go},
        telemetry::{Message, Refusal, tell},
    },
    told::{self, MOST_BYTES, NoMessage},
};

/// A node without anything to do looks again after this time.
const REST: Duration = Duration::from_secs(5);
/// The node that listens says so this often.
const STILL_HERE: Duration = Duration::from_secs(20);
/// How long after a failure it is tried again; then twice as long, and so on.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(1);
/// So long the broker keeps what comes while nobody listens, in seconds. Older messages are not taken anyway.
const SESSION_KEPT: u32 = 24 * 3_600;
/// Messages that the broker sends without waiting for an answer.
const AT_ONCE: u16 = 200;
/// Messages that wait here at most.
const WAITING: usize = 1_000;
/// What a packet has beside the message.
const ENVELOPE: u32 = 4 * 1024;
/// A broker that is tried has so long to answer.
const PATIENCE: Duration = Duration::from_secs(10);
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// Listens until it is told to stop; rests while no broker is set or another node listens.
pub async fn listen(city: City, teller: Teller, mut stopping: watch::Receiver<bool>) {
    let node = random_name();
    loop {
        if let Err(error) = take_turn(&city, &teller, &node, stopping.clone()).await {
            tracing::error!(%error, "the city's broker cannot be listened to");
        }
        let told = tokio::time::timeout(REST, stopping.wait_for(|stop| *stop)).await;
        if told.is_ok() {
            return;
        }
    }
}

/// What the tasks of a connection know together.
#[derive(Debug)]
struct Shared {
    city: City,
    /// Counts connections: an acknowledgement belongs to the one on which the message came.
    connection: AtomicU64,
    heard: Mutex<Heard>,
    changed: Notify,
}

impl Shared {
    fn note(&self, change: impl FnOnce(&mut Heard, i64)) {
        let now = self.city.now().as_microsecond();
        change(
            &mut self.heard.lock().unwrap_or_else(PoisonError::into_inner),
            now,
        );
    }

    /// What happened since it was last asked for.
    fn take(&self) -> Heard {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let connected_at = heard.connected_at;
        std::mem::replace(
            &mut *heard,
            Heard {
                connected_at,
                ..Heard::default()
            },
        )
    }

    fn failed(&self, problem: &BrokerProblem) {
        tracing::warn!(%problem, "the city's broker");
        let told = format!("{}: {problem}", problem.code());
        self.note(|heard, now| {
            heard.connected_at = None;
            heard.problem = Some((told.chars().take(300).collect(), now));
        });
        self.changed.notify_one();
    }

    fn refused(&self, code: &str, topic: &[u8]) {
        let topic: String = String::from_utf8_lossy(topic).chars().take(200).collect();
        self.note(|heard, now| {
            heard.refused += 1;
            heard.heard_at = Some(now);
            heard.problem = Some((format!("{code}: {topic}"), now));
        });
    }

    fn kept(&self) {
        self.note(|heard, now| {
            heard.kept += 1;
            heard.heard_at = Some(now);
        });
    }
}

/// Listens as long as this node is the one that does, and the broker is the same.
async fn take_turn(
    city: &City,
    teller: &Teller,
    node: &str,
    mut stopping: watch::Receiver<bool>,
) -> Result<(), AssetError> {
    let Some((settings, revision)) = broker(city.db(), &teller.key).await? else {
        return Ok(());
    };
    if !hold(city, node, &Heard::default()).await? {
        return Ok(());
    }
    let shared = Arc::new(Shared {
        city: city.clone(),
        connection: AtomicU64::new(0),
        heard: Mutex::default(),
        changed: Notify::new(),
    });
    let options = match options(&settings) {
        Ok(options) => options,
        Err(problem) => {
            shared.failed(&problem);
            hold(city, node, &shared.take()).await?;
            return Ok(());
        }
    };
    let (client, events) = AsyncClient::new(options, WAITING);
    let (sender, receiver) = mpsc::channel(WAITING);
    // They end with this function.
    let mut tasks = JoinSet::new();
    tasks.spawn(receive(
        events,
        client.clone(),
        settings.prefix.clone(),
        sender,
        shared.clone(),
    ));
    tasks.spawn(keep(
        receiver,
        client,
        settings.prefix.clone(),
        teller.clone(),
        shared.clone(),
    ));
    loop {
        let is_stopping = tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => true,
            () = tokio::time::sleep(STILL_HERE) => false,
            () = shared.changed.notified() => false,
        };
        if is_stopping {
            tasks.shutdown().await;
            hold(city, node, &shared.take()).await?;
            return let_go(city, node).await;
        }
        if !hold(city, node, &shared.take()).await? {
            return Ok(());
        }
        let is_same = broker(city.db(), &teller.key)
            .await?
            .is_some_and(|(_, now)| now == revision);
        if !is_same {
            return Ok(());
        }
    }
}

/// How a broker is reached: its address, who signs in, encryption.
pub(crate) fn plain(broker: &Broker) -> Result<MqttOptions, BrokerProblem> {
    let address = &broker.address;
    let mut options = MqttOptions::new(&broker.session, address.host(), address.port());
    options
        .set_keep_alive(KEEP_ALIVE)
        // Little is published; the room for it is made at the start.
        .set_outgoing_inflight_upper_limit(100);
    if !broker.user.is_empty() {
        options.set_credentials(&broker.user, &broker.password);
    }
    if address.is_encrypted() {
        options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(
            Arc::new(encryption(&broker.authorities)?),
        )));
    }
    Ok(options)
}

/// Tries whether a broker is there, lets Yakuba in and lets it read, under a session of its own, so that nobody who listens is disturbed.
///
/// # Errors
/// [`AssetError::Broker`] that says why not.
pub async fn try_out(broker: &Broker) -> Result<(), AssetError> {
    let mut tried = broker.clone();
    tried.session = format!("yakuba-try-{:016x}", rand::random::<u64>());
    let options = plain(&tried)?;
    let (client, mut events) = AsyncClient::new(options, 10);
    let trying = async {
        loop {
            match events.poll().await {
                Ok(Event::Incoming(Incoming::ConnAck(_))) => {
                    let topics = [tried.prefix.devices(), tried.prefix.gateways()]
                        .map(|topic| Filter::new(topic, QoS::AtLeastOnce));
                    client
                        .try_subscribe_many(topics)
                        .map_err(|error| BrokerProblem::Client(error.to_string()))?;
                }
                Ok(Event::Incoming(Incoming::SubAck(answer))) => {
                    return if is_granted(&answer.return_codes) {
                        Ok(())
                    } else {
                        Err(not_granted(&tried.prefix).into())
                    };
                }
                Ok(_) => {}
                Err(error) => return Err(problem_of(&error).into()),
            }
        }
    };
    let outcome = tokio::time::timeout(PATIENCE, trying)
        .await
        .unwrap_or_else(|_| Err(BrokerProblem::Silent(PATIENCE.as_secs()).into()));
    if client.try_disconnect().is_ok() {
        let _ = tokio::time::timeout(Duration::from_secs(1), events.poll()).await;
    }
    outcome
}

fn is_granted(codes: &[SubscribeReasonCode]) -> bool {
    codes
        .iter()
        .all(|code| matches!(code, SubscribeReasonCode::Success(_)))
}

fn not_granted(prefix: &Prefix) -> BrokerProblem {
    BrokerProblem::NotGranted {
        devices: prefix.devices(),
        gateways: prefix.gateways(),
    }
}

fn problem_of(error: &ConnectionError) -> BrokerProblem {
    let cause = error.to_string();
    match error {
        ConnectionError::ConnectionRefused(_) => BrokerProblem::NotLetIn(cause),
        ConnectionError::Tls(_) => BrokerProblem::NotEncrypted(cause),
        _ => BrokerProblem::Unreachable(cause),
    }
}

/// The same for whoever listens.
fn options(broker: &Broker) -> Result<MqttOptions, BrokerProblem> {
    let mut options = plain(broker)?;
    let mut properties = ConnectProperties::new();
    properties.session_expiry_interval = Some(SESSION_KEPT);
    properties.receive_maximum = Some(AT_ONCE);
    // The broker keeps larger ones to itself.
    properties.max_packet_size = Some(
        u32::try_from(MOST_BYTES)
            .unwrap_or(u32::MAX)
            .saturating_add(ENVELOPE),
    );
    options
        .set_connect_properties(properties)
        .set_clean_start(false)
        .set_manual_acks(true);
    Ok(options)
}

/// How connections are encrypted: whose certificates are believed.
///
/// # Errors
/// When the certificates cannot be read, or there are none.
pub fn encryption(authorities: &str) -> Result<ClientConfig, BrokerProblem> {
    let mut roots = RootCertStore::empty();
    if authorities.is_empty() {
        // A machine may hold some that nobody can read.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    } else {
        for certificate in CertificateDer::pem_slice_iter(authorities.as_bytes()) {
            let certificate =
                certificate.map_err(|error| BrokerProblem::BadAuthority(error.to_string()))?;
            roots
                .add(certificate)
                .map_err(|error| BrokerProblem::BadAuthority(error.to_string()))?;
        }
    }
    if roots.is_empty() {
        return Err(BrokerProblem::NoAuthority);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| BrokerProblem::Client(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Keeps the connection, and hands on what comes.
async fn receive(
    mut events: EventLoop,
    client: AsyncClient,
    prefix: Prefix,
    sender: mpsc::Sender<(u64, Publish)>,
    shared: Arc<Shared>,
) {
    let mut pause = SHORTEST;
    let mut is_connected = false;
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Incoming::ConnAck(_))) => {
                is_connected = true;
                shared.connection.fetch_add(1, Ordering::SeqCst);
                let topics = [prefix.devices(), prefix.gateways()]
                    .map(|topic| Filter::new(topic, QoS::AtLeastOnce));
                if let Err(error) = client.try_subscribe_many(topics) {
                    shared.failed(&BrokerProblem::Client(error.to_string()));
                }
            }
            Ok(Event::Incoming(Incoming::SubAck(answer))) => {
                if is_granted(&answer.return_codes) {
                    pause = SHORTEST;
                    shared.note(|heard, now| heard.connected_at = Some(now));
                    shared.changed.notify_one();
                } else {
                    shared.failed(&not_granted(&prefix));
                }
            }
            // What was read before a break comes again after it.
            Ok(Event::Incoming(Incoming::Publish(publish))) if is_connected => {
                let connection = shared.connection.load(Ordering::SeqCst);
                // Who sends without asking for an answer may lose a message; all others wait.
                if publish.qos == QoS::AtMostOnce {
                    if sender.try_send((connection, publish)).is_err() {
                        shared.refused("too_many", b"");
                    }
                } else if sender.send((connection, publish)).await.is_err() {
                    return;
                }
            }
            Ok(_) => {}
            Err(error) => {
                is_connected = false;
                shared.connection.fetch_add(1, Ordering::SeqCst);
                shared.failed(&problem_of(&error));
                let part = rand::rng().random_range(0.5..1.0);
                tokio::time::sleep(pause.mul_f64(part)).await;
                pause = (pause * 2).min(LONGEST);
            }
        }
    }
}

/// The messages of a packet.
fn messages(key: &CityKey, prefix: &Prefix, packet: &Publish) -> Result<Vec<Message>, NoMessage> {
    let topic = String::from_utf8_lossy(&packet.topic);
    let sent = if prefix.is_of_a_gateway(&topic) {
        told::many(&packet.payload)?
    } else {
        vec![told::one(None, &packet.payload)?]
    };
    sent.into_iter()
        .map(|(secret, sent)| {
            let message = sent.heard(key, &secret)?;
            if message.at.is_none() {
                return Err(NoMessage::NoTime);
            }
            Ok(message)
        })
        .collect()
}

/// Writes what came, as much as waits together, and answers the broker afterwards.
async fn keep(
    mut receiver: mpsc::Receiver<(u64, Publish)>,
    client: AsyncClient,
    prefix: Prefix,
    teller: Teller,
    shared: Arc<Shared>,
) {
    let mut packets = Vec::new();
    while receiver.recv_many(&mut packets, WAITING).await > 0 {
        let mut heard = Vec::new();
        for (place, (_, packet)) in packets.iter().enumerate() {
            if packet.retain {
                // The broker's copy of an old message says nothing about now.
                shared.refused("retained", &packet.topic);
                continue;
            }
            match messages(&teller.key, &prefix, packet) {
                Ok(messages) => heard.extend(messages.into_iter().map(|message| (place, message))),
                Err(error) => shared.refused(error.code(), &packet.topic),
            }
        }
        let mut pause = SHORTEST;
        while !heard.is_empty() {
            let batch = heard.iter().map(|(_, message)| message.clone()).collect();
            let outcomes = tell(&shared.city, &teller, batch).await;
            let mut again = Vec::new();
            for ((place, message), outcome) in heard.into_iter().zip(outcomes) {
                match outcome {
                    Ok(()) => shared.kept(),
                    Err(Refusal::Failed) => again.push((place, message)),
                    // It came twice, as it may.
                    Err(Refusal::ToldBefore) if packets[place].1.dup => {}
                    Err(refusal) => shared.refused(refusal.code(), &packets[place].1.topic),
                }
            }
            heard = again;
            if !heard.is_empty() {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST);
            }
        }
        for (connection, packet) in packets.drain(..) {
            if connection == shared.connection.load(Ordering::SeqCst)
                && client.ack(&packet).await.is_err()
            {
                return;
            }
        }
    }
}
