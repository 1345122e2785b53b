//! A lottery from its announcement to its end, and whoever tries to draw twice. On both databases.

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use yakuba_booking::{
    BookingError, BookingService,
    model::{
        document::FacilityDocument,
        fees::Use,
        lottery::{
            draw::Outcome, list::FrozenList, rules::SeedRule, sha256, source::Proof,
            transcript::verify,
        },
        state::{State, Step},
    },
    store::{
        lottery::{
            self, Entered, EntryState, NewEntry, RoundState, Wanted, accept, advance, announce,
            bring, by_receipt, change, decline, draw, enter, entry, give_hash, give_secret,
            give_value, reservations_of, rounds, withdraw,
        },
        people::{Contact, Holder},
        reservations::{self, reservation},
    },
};
use yakuba_city::{Actor, City, each_database, run_due_jobs, sql::Sql as _};
use yakuba_kernel::Channel;
use yakuba_mail::MailService;
use yakuba_ui::Language;

use crate::support::{HALL, book, offer, somebody, wish};

/// Round 1000 of drand's quicknet.
const ROUND_1000: &str = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";
pub(crate) const SECRETS: [&str; 2] = ["監査委員の秘密のことば", "住民代表の秘密のことば"];
const LOTTERY: &str = "
  lottery:
    opens: {months: 4, day: 1, at: \"09:00\"}
    closes: {months: 4, day: 25, at: \"17:00\"}
    draws: {months: 4, day: 26, at: \"10:00\"}
    confirm_by: {months: 3, day: 5, at: \"17:00\"}
    first_come: {months: 3, day: 10, at: \"09:00\"}
    entries: 2
    together: 2
    tickets: {per_loss: 1, most: 3}
    seed: {parties: [監査委員, 住民代表]}
";

/// The hall, drawn by lot.
pub(crate) fn hall() -> FacilityDocument {
    let place =
        "  cancelling: {free_days_before: 7, late_percent: 50, late_points: 1, absence_points: 3}";
    assert!(HALL.contains(place));
    let text = HALL.replacen(place, &format!("{place}{}", LOTTERY.trim_end()), 1);
    FacilityDocument::from_yaml(&text).unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// After the closing, the draw, the day of answers, and the first day of those who come first.
pub(crate) const CLOSED: &str = "2026-11-25T08:00:00Z";
pub(crate) const DRAWN: &str = "2026-11-26T01:00:00Z";
pub(crate) const ANSWERED: &str = "2026-12-05T08:00:00Z";
const FIRST_COME: &str = "2026-12-10T00:00:00Z";

/// The round for March 2027, announced.
pub(crate) async fn announced(city: &City) -> i64 {
    city.write(Actor::CommandLine, (), |tx, ()| Box::pin(announce(tx)))
        .await
        .unwrap();
    rounds(city.db())
        .await
        .unwrap()
        .into_iter()
        .find(|round| round.month.to_string() == "2027-03")
        .unwrap()
        .id
}

fn wanted(choices: &[&str]) -> Wanted {
    Wanted {
        choices: choices
            .iter()
            .map(|choice| choice.parse().unwrap())
            .collect(),
        of: Use {
            people: 5,
            is_resident: true,
            ..Use::default()
        },
    }
}

fn new_entry(city: &City, round: i64, who: &str, choices: &[&str]) -> NewEntry {
    NewEntry::new(
        city.key().unwrap(),
        round,
        Holder::Email(format!("{who}@example.jp")),
        None,
        &Contact {
            name: format!("澄川 {who}"),
            email: Some(format!("{who}@example.jp")),
            phone: None,
            note: None,
            language: Language::Japanese,
        },
        Channel::Online,
        wanted(choices),
    )
    .unwrap()
}

async fn enters(
    city: &City,
    round: i64,
    who: &str,
    choices: &[&str],
) -> Result<Entered, BookingError> {
    let new = new_entry(city, round, who, choices);
    city.write(Actor::Public, new, |tx, new| Box::pin(enter(tx, new)))
        .await
}

pub(crate) async fn hashes(city: &City, round: i64) {
    for (party, secret) in (1..).zip(SECRETS) {
        city.write(
            Actor::Staff(1),
            (round, party, sha256(secret)),
            |tx, (round, party, hash)| Box::pin(give_hash(tx, *round, *party, hash)),
        )
        .await
        .unwrap();
    }
}

async fn secret(city: &City, round: i64, secret: &'static str) -> Result<(), BookingError> {
    city.write(Actor::Public, (round, secret), |tx, (round, secret)| {
        Box::pin(give_secret(tx, *round, secret))
    })
    .await
}

pub(crate) async fn drawn(city: &City, round: i64) {
    city.clock().set(at(CLOSED));
    advance(city, round).await.unwrap();
    city.clock().set(at(DRAWN));
    for one in SECRETS {
        secret(city, round, one).await.unwrap();
    }
    advance(city, round).await.unwrap();
}

/// Writes past every rule, as no part of the program does.
async fn tamper(city: &City, sql: &'static str, values: Vec<sea_orm::Value>) {
    city.write(Actor::CommandLine, (sql, values), |tx, (sql, values)| {
        Box::pin(async move {
            tx.connection().run(sql, values.clone()).await?;
            Ok::<_, BookingError>(())
        })
    })
    .await
    .unwrap();
}

async fn state(city: &City, id: i64) -> EntryState {
    entry(city.db(), id).await.unwrap().unwrap().state
}

async fn count(city: &City, sql: &str) -> i64 {
    city.db().value(sql, []).await.unwrap().unwrap()
}

const MORNING: &str = "half_a/2027-03-06/0900-1200";
const AFTERNOON: &str = "half_a/2027-03-06/1300-1700";

each_database!(
    a_round_from_its_announcement_to_its_end,
    [&MailService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let round = announced(&city).await;
        assert_eq!(announced(&city).await, round);
        hashes(&city, round).await;
        // A hash cannot be exchanged.
        let again = city
            .write(Actor::Staff(1), round, |tx, round| {
                let hash = sha256("another secret of mine");
                Box::pin(async move { give_hash(tx, *round, 1, &hash).await })
            })
            .await;
        assert!(matches!(again, Err(BookingError::WrongState)));
        let mut entered = Vec::new();
        for who in ["hana", "taro", "jiro", "saki"] {
            entered.push(enters(&city, round, who, &[MORNING]).await.unwrap());
        }
        // What is drawn cannot be booked before.
        let early = book(
            &city,
            wish("half_a", "2027-03-06", "9:00", "12:00"),
            somebody(&city, "hana"),
        )
        .await;
        assert!(matches!(early, Err(BookingError::TooEarly(_))));
        // Two entries each, one of them as good as the other, and none that cannot be had.
        enters(&city, round, "saki", &[AFTERNOON]).await.unwrap();
        let third = enters(&city, round, "Saki", &["half_b/2027-03-06/1300-1700"]).await;
        assert!(matches!(third, Err(BookingError::LimitReached(2))));
        for wrong in ["half_a/2027-04-03/0900-1200", "half_a/2027-03-06/0900-1000"] {
            let refused = enters(&city, round, "goro", &[wrong]).await;
            assert!(matches!(refused, Err(BookingError::NotOffered)), "{wrong}");
        }
        let twice = enters(&city, round, "goro", &[MORNING, MORNING]).await;
        assert!(matches!(twice, Err(BookingError::NotOffered)));
        // Jiro changes, and somebody withdraws.
        let jiro = entered[2].id;
        city.write(Actor::Public, jiro, |tx, id| {
            Box::pin(async move { change(tx, *id, &wanted(&[MORNING, AFTERNOON])).await })
        })
        .await
        .unwrap();
        let gone = enters(&city, round, "goro", &[MORNING]).await.unwrap();
        city.write(Actor::Public, gone.id, |tx, id| Box::pin(withdraw(tx, *id)))
            .await
            .unwrap();
        let found = by_receipt(
            city.db(),
            city.key().unwrap(),
            gone.receipt.as_ref().unwrap(),
        )
        .await
        .unwrap()
        .unwrap();
        assert_eq!((found.id, found.state), (gone.id, EntryState::Withdrawn));

        // Nothing is frozen before its time, nor told.
        advance(&city, round).await.unwrap();
        assert!(
            lottery::frozen_list(city.db(), round)
                .await
                .unwrap()
                .is_none()
        );
        city.clock().set(at(CLOSED));
        advance(&city, round).await.unwrap();
        let late = enters(&city, round, "goro", &[MORNING]).await;
        assert!(matches!(late, Err(BookingError::TooLate)));
        let list = lottery::frozen_list(city.db(), round)
            .await
            .unwrap()
            .unwrap();
        let frozen = lottery::round(city.db(), round).await.unwrap().unwrap();
        assert_eq!(frozen.commitment, Some(sha256(&list)));
        let parsed = FrozenList::read(&list).unwrap();
        assert_eq!(parsed.entries.len(), 5);
        assert!(!list.contains(gone.number.as_str()));
        assert!(!list.contains("hana") && !list.contains("澄川"));
        // Secrets are told after the time of the draw, and only the right ones.
        let early = secret(&city, round, SECRETS[0]).await;
        assert!(matches!(early, Err(BookingError::TooEarly(_))));
        city.clock().set(at(DRAWN));
        let wrong = secret(&city, round, "not what I said before").await;
        assert!(matches!(wrong, Err(BookingError::WrongLotteryValue)));
        secret(&city, round, SECRETS[1]).await.unwrap();
        advance(&city, round).await.unwrap();
        assert!(
            lottery::transcript(city.db(), round)
                .await
                .unwrap()
                .is_none()
        );
        secret(&city, round, SECRETS[0]).await.unwrap();
        run_due_jobs(&city).await.unwrap();

        let transcript = lottery::transcript(city.db(), round)
            .await
            .unwrap()
            .unwrap();
        let verified = verify(&transcript).unwrap();
        assert_eq!(Some(verified.commitment), frozen.commitment);
        // Each is what the transcript says, and the winners' times are theirs.
        let mut winners = Vec::new();
        for placed in &verified.places {
            let number = verified.list.entries[placed.entry].number.as_str();
            let id = count(
                &city,
                &format!("SELECT id FROM booking_lottery_entries WHERE number = '{number}'"),
            )
            .await;
            let won = reservations_of(city.db(), id).await.unwrap();
            match placed.outcome {
                Outcome::Won(_) => {
                    assert_eq!(state(&city, id).await, EntryState::Won);
                    let held = reservation(city.db(), won[0]).await.unwrap().unwrap();
                    assert_eq!(held.state, State::Requested);
                    winners.push(id);
                }
                Outcome::Full | Outcome::Limit => {
                    assert_eq!(state(&city, id).await, EntryState::Lost);
                    assert!(won.is_empty());
                }
            }
        }
        assert!(winners.len() <= 2 && !winners.is_empty());
        let figures = lottery::counts(city.db(), round).await.unwrap();
        assert_eq!(figures.entries, 5);
        assert_eq!(usize::try_from(figures.won).unwrap(), winners.len());
        let facts = count(
            &city,
            "SELECT CAST(SUM(quantity) AS BIGINT) FROM facts WHERE measure = 'booking.lottery_entries'",
        )
        .await;
        assert_eq!(facts, 5_000, "in thousandths");

        // Whoever has the morning gives it up: it goes to the next in line who has not won, without anybody being quick.
        let morning = |number: usize| verified.list.entries[verified.places[number].entry].clone();
        let first = winners[0];
        let before = verified
            .places
            .iter()
            .position(|placed| matches!(placed.outcome, Outcome::Won(_)))
            .unwrap();
        assert_eq!(
            before,
            0,
            "the first in line always wins something: {:?}",
            morning(0)
        );
        city.write(Actor::Public, first, |tx, id| Box::pin(decline(tx, *id)))
            .await
            .unwrap();
        assert_eq!(state(&city, first).await, EntryState::Declined);
        run_due_jobs(&city).await.unwrap();
        let figures = lottery::counts(city.db(), round).await.unwrap();
        let mails = yakuba_mail::store::all_waiting(city.db(), 100)
            .await
            .unwrap();
        if figures.offered == 1 {
            let offered = count(
                &city,
                "SELECT id FROM booking_lottery_entries WHERE offered = 1",
            )
            .await;
            let next = entry(city.db(), offered).await.unwrap().unwrap();
            assert_eq!(next.state, EntryState::Won);
            assert_eq!(
                next.answer_by,
                Some(at(DRAWN) + SignedDuration::from_hours(72))
            );
            // Nobody before it in the line wanted what was free and could have had it.
            city.write(Actor::Public, offered, |tx, id| Box::pin(accept(tx, *id)))
                .await
                .unwrap();
            let held = reservations_of(city.db(), offered).await.unwrap()[0];
            assert_eq!(
                reservation(city.db(), held).await.unwrap().unwrap().state,
                State::Confirmed
            );
            // One mail to each of the five entries, and one to whoever moved up.
            assert_eq!(mails.len(), 6);
        } else {
            assert_eq!(mails.len(), 5);
        }
        // Whoever does not answer has lost it.
        city.clock().set(at(ANSWERED));
        run_due_jobs(&city).await.unwrap();
        let late = format!(
            "SELECT COUNT(*) FROM booking_lottery_entries WHERE state = 'won' AND answer_by <= {}",
            at(ANSWERED).as_microsecond()
        );
        assert_eq!(
            count(&city, &late).await,
            0,
            "whoever has moved up has three days more"
        );
        city.clock().set(at(FIRST_COME));
        run_due_jobs(&city).await.unwrap();
        let over = lottery::round(city.db(), round).await.unwrap().unwrap();
        assert_eq!(over.state, RoundState::Finished);
        let doubled = count(
            &city,
            "SELECT COUNT(*) FROM (SELECT unit_id, at FROM booking_taken GROUP BY unit_id, at HAVING COUNT(*) > 1) AS doubled",
        )
        .await;
        assert_eq!(doubled, 0);
    }
);

each_database!(
    what_is_given_up_late_is_released_at_a_random_moment,
    [&MailService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let round = announced(&city).await;
        hashes(&city, round).await;
        drawn(&city, round).await;
        city.clock().set(at(FIRST_COME));
        advance(&city, round).await.unwrap();
        let booked = book(
            &city,
            wish("half_a", "2027-03-06", "9:00", "12:00"),
            somebody(&city, "hana"),
        )
        .await
        .unwrap();
        city.write(Actor::Public, booked.id, |tx, id| {
            Box::pin(reservations::step(tx, *id, Step::Cancel))
        })
        .await
        .unwrap();
        // Whoever watched for it does not get it.
        let quick = book(
            &city,
            wish("half_a", "2027-03-06", "9:00", "12:00"),
            somebody(&city, "taro"),
        )
        .await;
        assert!(matches!(quick, Err(BookingError::Taken)));
        let release = Timestamp::from_microsecond(
            count(&city, "SELECT release_at FROM booking_lottery_kept").await,
        )
        .unwrap();
        let now = at(FIRST_COME);
        assert!(release >= now && release <= now + SignedDuration::from_hours(48));
        city.clock().set(release);
        run_due_jobs(&city).await.unwrap();
        book(
            &city,
            wish("half_a", "2027-03-06", "9:00", "12:00"),
            somebody(&city, "taro"),
        )
        .await
        .unwrap();
    }
);

each_database!(
    however_many_draw_at_once_it_is_drawn_once,
    [&MailService, &BookingService],
    async |city| {
        let mut document = hall();
        document.rules.lottery.as_mut().unwrap().seed = SeedRule::Drand;
        offer(&city, document).await;
        let round = announced(&city).await;
        // Somebody enters at the moment of the closing: in the list or refused, nothing between.
        let city: &City = &city;
        for number in 0..20 {
            enters(city, round, &format!("early{number}"), &[MORNING])
                .await
                .unwrap();
        }
        tamper(
            city,
            "UPDATE booking_lottery_rounds SET source = $2 WHERE id = $1",
            vec![
                round.into(),
                "drand 52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971 1000"
                    .into(),
            ],
        )
        .await;
        city.clock().set(at(CLOSED));
        advance(city, round).await.unwrap();
        let frozen = lottery::round(city.db(), round).await.unwrap().unwrap();
        assert!(matches!(
            bring(&frozen, ROUND_1000, at(CLOSED)),
            Err(BookingError::TooEarly(_))
        ));
        city.clock().set(at(DRAWN));
        // Without the value nothing is drawn, and another value is not taken.
        advance(city, round).await.unwrap();
        let forged = ROUND_1000.replace("b446", "b447");
        assert!(matches!(
            bring(&frozen, &forged, at(DRAWN)),
            Err(BookingError::WrongLotteryValue)
        ));
        let proof = bring(&frozen, ROUND_1000, at(DRAWN)).unwrap();
        let attempts =
            (0..8).map(|node| draw(city, Actor::Staff(node), round, Some(proof.clone())));
        let results: Vec<bool> = join_all(attempts)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        assert_eq!(results.iter().filter(|done| **done).count(), 1);
        // Nor afterwards, with whatever proof.
        let again = draw(
            city,
            Actor::Staff(1),
            round,
            Some(Proof::Value("six".into())),
        )
        .await;
        assert!(!again.unwrap());
        assert_eq!(
            count(city, "SELECT COUNT(*) FROM booking_lottery_draws").await,
            1
        );
        assert_eq!(
            count(
                city,
                "SELECT COUNT(*) FROM audit_log WHERE action = 'booking.lottery.draw'"
            )
            .await,
            1
        );
        assert_eq!(
            count(city, "SELECT COUNT(*) FROM booking_reservations").await,
            1,
            "of 20 who want one time, one has it"
        );
        verify(
            &lottery::transcript(city.db(), round)
                .await
                .unwrap()
                .unwrap(),
        )
        .unwrap();
    }
);

each_database!(
    who_enters_while_it_closes_is_in_the_list_or_refused,
    [&MailService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let round = announced(&city).await;
        let city: &City = &city;
        let names: Vec<String> = (0..30).map(|number| format!("late{number}")).collect();
        city.clock()
            .set(at(CLOSED) - SignedDuration::from_micros(1));
        let enter = join_all(names.iter().map(|who| async move {
            let entered = enters(city, round, who, &[AFTERNOON]).await;
            if who == "late10" {
                city.clock().set(at(CLOSED));
                advance(city, round).await.unwrap();
            }
            entered
        }));
        let entered = enter.await;
        advance(city, round).await.unwrap();
        let list = lottery::frozen_list(city.db(), round)
            .await
            .unwrap()
            .unwrap();
        let mut counted = 0;
        for one in entered {
            match one {
                Ok(one) => {
                    assert!(list.contains(one.number.as_str()));
                    counted += 1;
                }
                Err(error) => assert!(matches!(error, BookingError::TooLate), "{error}"),
            }
        }
        assert_eq!(FrozenList::read(&list).unwrap().entries.len(), counted);
    }
);

each_database!(
    a_public_value_needs_two_who_agree,
    [&MailService, &BookingService],
    async |city| {
        let mut document = hall();
        let value = serde_json::from_value("2026年11月26日の日経平均株価の終値".into()).unwrap();
        document.rules.lottery.as_mut().unwrap().seed = SeedRule::PublicValue(value);
        offer(&city, document).await;
        let round = announced(&city).await;
        enters(&city, round, "hana", &[MORNING]).await.unwrap();
        city.clock().set(at(CLOSED));
        advance(&city, round).await.unwrap();
        city.clock().set(at(DRAWN));
        for (account, value, is_drawn) in [
            (1, "39,894.54", false),
            (1, "39,894.54", false),
            (2, "39,894.55", false),
            (2, "39,894.54", true),
        ] {
            city.write(
                Actor::Staff(account),
                (round, value),
                |tx, (round, value)| Box::pin(give_value(tx, *round, value)),
            )
            .await
            .unwrap();
            advance(&city, round).await.unwrap();
            let transcript = lottery::transcript(city.db(), round).await.unwrap();
            assert_eq!(transcript.is_some(), is_drawn, "{account} {value}");
        }
        let late = city
            .write(Actor::Staff(3), round, |tx, round| {
                Box::pin(give_value(tx, *round, "1"))
            })
            .await;
        assert!(matches!(late, Err(BookingError::WrongState)));
    }
);

each_database!(
    who_lost_has_more_tickets_the_next_time,
    [&MailService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let march = announced(&city).await;
        hashes(&city, march).await;
        for who in ["hana", "taro"] {
            enters(&city, march, who, &[MORNING]).await.unwrap();
        }
        drawn(&city, march).await;
        // April is drawn a month later.
        city.clock().set(at("2026-12-02T00:00:00Z"));
        let april = rounds(city.db())
            .await
            .unwrap()
            .into_iter()
            .find(|round| round.month.to_string() == "2027-04")
            .unwrap()
            .id;
        for who in ["hana", "taro", "saki"] {
            enters(&city, april, who, &["half_a/2027-04-03/0900-1200"])
                .await
                .unwrap();
        }
        city.clock().set(at("2026-12-25T08:00:00Z"));
        advance(&city, april).await.unwrap();
        let list = lottery::frozen_list(city.db(), april)
            .await
            .unwrap()
            .unwrap();
        let mut tickets: Vec<u32> = FrozenList::read(&list)
            .unwrap()
            .entries
            .iter()
            .map(|entry| entry.tickets)
            .collect();
        tickets.sort_unstable();
        assert_eq!(tickets, [1, 1, 2], "one of two lost in March");
        // Nobody gave a hash for April: drand decides, a day later.
        assert!(list.contains("\nsource drand 52db9ba7"));
        // What the city takes between freezing and drawing is not drawn twice over.
        tamper(
            &city,
            "INSERT INTO booking_reservations (facility_key, resource_key, day, from_minute, to_minute, state, kind, channel, \
                   holder, purpose, people, fee, kept_fee, revision, made_at, changed_at) \
                 VALUES ('hall', 'half_a', '2027-04-03', 540, 720, 'confirmed', 'official', 'system', '', '', 0, 0, 0, 1, 0, 0)",
            vec![],
        )
        .await;
        tamper(
            &city,
            "INSERT INTO booking_taken (unit_id, at, reservation_id) \
                 SELECT u.id, t.at + 28 * 1440, r.id FROM booking_units u, booking_taken t, booking_reservations r \
                 WHERE u.key = 'a' AND t.unit_id = u.id AND r.kind = 'official'",
            vec![],
        )
        .await;
        let source = "drand 52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
        let (before, after) = list.split_once(&format!("source {source} ")).unwrap();
        let (_, rest) = after.split_once('\n').unwrap();
        let forged = format!("{before}source {source} 1000\n{rest}");
        tamper(
            &city,
            "UPDATE booking_lottery_rounds SET source = $2, list = $3, commitment = $4 WHERE id = $1",
            vec![
                    april.into(),
                    format!("{source} 1000").into(),
                    forged.as_str().into(),
                    sha256(&forged).into(),
                ],
        )
        .await;
        city.clock().set(at("2026-12-27T01:00:00Z"));
        let frozen = lottery::round(city.db(), april).await.unwrap().unwrap();
        let proof = bring(&frozen, ROUND_1000, city.now()).unwrap();
        assert!(
            draw(&city, Actor::Public, april, Some(proof))
                .await
                .unwrap()
        );
        assert_eq!(lottery::problems(city.db(), april).await.unwrap().len(), 1);
        let doubled = count(
            &city,
            "SELECT COUNT(*) FROM (SELECT unit_id, at FROM booking_taken GROUP BY unit_id, at HAVING COUNT(*) > 1) AS doubled",
        )
        .await;
        assert_eq!(doubled, 0);
    }
);
