//! The demo city's groups, with rosters of nobody.

use jiff::{ToSpan as _, civil::Date};
use yakuba_booking::{
    BookingError,
    model::groups::{Age, Lives, Member},
    store::{
        groups::{self, NewGroup, Review, Sent},
        people::Contact,
    },
};
use yakuba_city::{Actor, City};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::Language;

use super::super::broken;
use crate::failure::Failure;

/// Name, kind, how many members, and whether it has been looked over.
const GROUPS: [(&str, &str, usize, bool); 7] = [
    ("澄川バドミントンクラブ", "sports", 12, true),
    ("川端バレーボール同好会", "sports", 18, true),
    ("山手少年野球クラブ", "children", 24, true),
    ("東町卓球クラブ", "sports", 15, true),
    ("澄川剣道スポーツ少年団", "children", 21, true),
    ("西町グラウンド・ゴルフの会", "sports", 26, true),
    ("朗読の会 すみれ", "culture", 7, false),
];

/// Takes the groups in that came on paper: those that are registered until a year after `today`, or the one that still waits to be
/// looked over. Tells their numbers.
pub(super) async fn make(city: &City, today: Date, registered: bool) -> Result<Vec<i64>, Failure> {
    let member = |place: usize| Member {
        name: format!("見本 会員{place}"),
        lives: if place.is_multiple_of(4) {
            Lives::Elsewhere
        } else {
            Lives::Here
        },
        age: if place.is_multiple_of(3) {
            Age::Senior
        } else {
            Age::Adult
        },
    };
    let department = DepartmentCode::new("lifelong_learning")
        .map_err(|error| broken("facilities", &error.to_string()))?;
    let mut numbers = Vec::new();
    for (name, kind, members, is_registered) in GROUPS {
        if is_registered != registered {
            continue;
        }
        let new = NewGroup {
            sent: Sent {
                name: name.to_owned(),
                kind: kind.to_owned(),
                about: "毎週1回、練習をしています。".to_owned(),
                contact: Contact {
                    name: "見本 花子".to_owned(),
                    email: None,
                    phone: Some("000-000-0009".to_owned()),
                    note: None,
                    language: Language::Japanese,
                },
                members: (1..=members).map(member).collect(),
            },
            department: department.clone(),
            resident: None,
            request: format!("demo/{name}"),
        };
        let until = today.checked_add(1.year()).unwrap_or(today);
        let input = (city.key()?.clone(), new, is_registered, until);
        let id = city
            .write(
                Actor::CommandLine,
                input,
                |tx, (key, new, is_registered, until)| {
                    Box::pin(async move {
                        let id = groups::apply(tx, key, new).await?;
                        if *is_registered {
                            let register = Review::Register {
                                kind: new.sent.kind.clone(),
                                until: Some(*until),
                            };
                            groups::review(tx, key, id, 1, &register).await?;
                        }
                        Ok::<_, BookingError>(id)
                    })
                },
            )
            .await?;
        numbers.push(id);
    }
    Ok(numbers)
}
