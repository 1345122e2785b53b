//! Devices that do not exist speak to a city, so that it can try its rules before the real ones come.

use std::{
    collections::{BTreeMap, BinaryHeap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rand::{SeedableRng as _, rngs::StdRng};
use rumqttc::v5::{
    AsyncClient, Event, Incoming,
    mqttbytes::{QoS, v5::PubAckReason},
};
use serde_json::{Value as Json, json};
use tokio::{sync::Semaphore, task::JoinSet, time::Instant};
use yakuba_city::City;

use crate::{
    broker,
    error::AssetError,
    model::{
        broker::{Broker, BrokerProblem},
        kind::Kind,
        simulation::Simulated,
    },
};

/// Messages that wait for an answer at most.
const AT_ONCE: usize = 64;
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where devices speak to.
#[derive(Debug, Clone)]
pub enum Target {
    /// The city's own address, such as `https://city.example.jp`.
    Http(String),
    /// A broker.
    Mqtt(Box<Broker>),
}

/// What became of the messages, counted by the word of the answer: `kept`, or why not.
pub type Answers = BTreeMap<String, u64>;

#[derive(Clone, Default)]
struct Counted(Arc<Mutex<Answers>>);

impl Counted {
    fn one(&self, word: impl Into<String>) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *answers.entry(word.into()).or_default() += 1;
    }
}

/// Lets devices speak in real time: each has its key, and `silent` of them stop in the first half.
///
/// # Errors
/// [`AssetError::Broker`] when the broker cannot be used as described; [`AssetError::NoTelemetry`].
pub async fn simulate(
    city: &City,
    kind: &Kind,
    devices: &[(String, String)],
    target: &Target,
    time: Duration,
    silent: usize,
    seed: u64,
) -> Result<Answers, AssetError> {
    if kind.telemetry.is_none() {
        return Err(AssetError::NoTelemetry);
    }
    let mut random = StdRng::seed_from_u64(seed);
    let counted = Counted::default();
    let way = Arc::new(Way::open(target, &counted)?);
    let mut simulated: Vec<Simulated> = (0..devices.len())
        .map(|place| Simulated::new(kind, (place < silent).then_some(time), &mut random))
        .collect();
    let begun = Instant::now();
    let mut due: BinaryHeap<std::cmp::Reverse<(Duration, usize)>> = simulated
        .iter()
        .enumerate()
        .map(|(place, device)| std::cmp::Reverse((device.first(&mut random), place)))
        .collect();
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    while let Some(std::cmp::Reverse((after, place))) = due.pop() {
        if after > time {
            break;
        }
        tokio::time::sleep_until(begun + after).await;
        let Some(values) = simulated[place].tell(after, &mut random) else {
            continue;
        };
        due.push(std::cmp::Reverse((
            after + simulated[place].pause(&mut random),
            place,
        )));
        let (number, key) = devices[place].clone();
        let message = json!({ "at": city.now().to_string(), "values": values });
        let Ok(permit) = room.clone().acquire_owned().await else {
            break;
        };
        let (way, counted) = (way.clone(), counted.clone());
        running.spawn(async move {
            way.send(&number, &key, message, &counted).await;
            drop(permit);
        });
        while running.try_join_next().is_some() {}
    }
    running.join_all().await;
    way.finish().await;
    let answers = counted.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(answers.clone())
}

/// An open way to the city.
enum Way {
    Http {
        client: reqwest::Client,
        address: String,
    },
    Mqtt {
        client: AsyncClient,
        prefix: String,
        /// Ends with this.
        _events: JoinSet<()>,
    },
}

impl Way {
    fn open(target: &Target, counted: &Counted) -> Result<Self, AssetError> {
        match target {
            Target::Http(base) => Ok(Self::Http {
                client: reqwest::Client::builder()
                    .timeout(PATIENCE)
                    .build()
                    .map_err(|error| BrokerProblem::Client(error.to_string()))?,
                address: format!("{}/api/devices/telemetry", base.trim_end_matches('/')),
            }),
            Target::Mqtt(settings) => {
                let (client, mut events) = AsyncClient::new(broker::plain(settings)?, AT_ONCE);
                let counted = counted.clone();
                let mut tasks = JoinSet::new();
                tasks.spawn(async move {
                    loop {
                        match events.poll().await {
                            Ok(Event::Incoming(Incoming::PubAck(answer))) => {
                                counted.one(match answer.reason {
                                    PubAckReason::Success => "taken by the broker",
                                    PubAckReason::NoMatchingSubscribers => "nobody listens",
                                    _ => "refused by the broker",
                                });
                            }
                            Ok(_) => {}
                            Err(error) => {
                                counted.one(format!("broken connection: {error}"));
                                tokio::time::sleep(Duration::from_secs(2)).await;
                            }
                        }
                    }
                });
                Ok(Self::Mqtt {
                    client,
                    prefix: settings.prefix.as_str().to_owned(),
                    _events: tasks,
                })
            }
        }
    }

    async fn send(&self, number: &str, key: &str, mut message: Json, counted: &Counted) {
        match self {
            Self::Http { client, address } => {
                let answer = client
                    .post(address)
                    .header("Authorization", format!("Device {key}"))
                    .header("Content-Type", "application/json")
                    .body(message.to_string())
                    .send()
                    .await;
                match answer {
                    Ok(answer) if answer.status().is_success() => counted.one("kept"),
                    Ok(answer) => {
                        let status = answer.status();
                        let text = answer.text().await.unwrap_or_default();
                        let code = serde_json::from_str::<Json>(&text)
                            .ok()
                            .and_then(|body| Some(body["refused"][0]["code"].as_str()?.to_owned()));
                        counted.one(code.unwrap_or_else(|| status.to_string()));
                    }
                    Err(error) => counted.one(format!("no answer: {}", error.without_url())),
                }
            }
            Self::Mqtt { client, prefix, .. } => {
                message["key"] = key.into();
                let topic = format!("{prefix}/devices/{number}/telemetry");
                if client
                    .publish(topic, QoS::AtLeastOnce, false, message.to_string())
                    .await
                    .is_err()
                {
                    counted.one("not sent");
                }
            }
        }
    }

    /// Waits a moment for the last answers.
    async fn finish(&self) {
        if let Self::Mqtt { client, .. } = self {
            tokio::time::sleep(Duration::from_secs(2)).await;
            // The broker notices anyway.
            let _ = client.disconnect().await;
        }
    }
}
